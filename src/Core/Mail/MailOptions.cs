using System.ComponentModel.DataAnnotations;

namespace ServerlessRosa.Core.Mail;

/// <summary>How this server sends mail. Without these settings it sends none.</summary>
public sealed class MailOptions : IValidatableObject
{
    public const string Section = "Mail";

    /// <summary>Setting `Mail:Endpoint`: the address of an Azure Communication Services resource, such as
    /// `https://forms.communication.azure.com`. The app's identity must have the right to send.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Setting `Mail:From`: the sender, an address of a domain that is connected to the resource.</summary>
    public string? From { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(Endpoint) != string.IsNullOrEmpty(From))
        {
            yield return new ValidationResult("Mail:Endpoint and Mail:From go together: set both, or none.");
        }
        else if (!string.IsNullOrEmpty(Endpoint) && !IsAllowed(Endpoint))
        {
            yield return new ValidationResult("Mail:Endpoint must be an https address; plain http is for this machine only.");
        }
    }

    private static bool IsAllowed(string endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback));
}
