using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Mail;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>
/// Mail to web users about their accounts. Without mail, the administrator who asked gets the link that sets a password; in development it
/// is logged.
/// </summary>
public sealed partial class AccountMail(MailSender mail, Links links, IOptions<RosaOptions> options, ILogger<AccountMail> logger)
{
    /// <summary>Sends the link. Returns it if it could not be sent, for a caller who may see it.</summary>
    public async Task<string?> SendLinkAsync(HttpRequest request, string email, AccessToken token, bool isNew)
    {
        var link = $"{links.Origin(request)}/#/account/claim?token={Uri.EscapeDataString(token.Text)}";
        if (!mail.IsEnabled)
        {
            if (options.Value.AllowBasicOverHttp)
            {
                LogLink(logger, email, link);
            }
            return link;
        }
        var (subject, text) = isNew
            ? ("Your account for data collection", "An account has been created for you. To choose a password, open this page:")
            : ("Choose a new password", "Somebody asked for a new password for your account. To choose one, open this page:");
        await mail.SendAsync(
            new MailMessage(
                email,
                subject,
                $"{text}\n\n{link}\n\nThe page works once, within 24 hours. If you did not expect this message, you can ignore it.\n"
            ),
            request.HttpContext.RequestAborted
        );
        return null;
    }

    /// <summary>Notifies the owner of an account of a change that another person may have made.</summary>
    public Task TellAsync(HttpRequest request, string email, string subject, string text) =>
        mail.SendAsync(new MailMessage(email, subject, text + "\n"), request.HttpContext.RequestAborted);

    [LoggerMessage(Level = LogLevel.Information, Message = "Mail is not set up. The link for {Email} to set a password: {Link}")]
    private static partial void LogLink(ILogger logger, string email, string link);
}
