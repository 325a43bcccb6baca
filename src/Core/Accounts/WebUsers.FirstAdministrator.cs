using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Accounts;

/// <summary>How a server without administrators gets one.</summary>
public sealed partial class WebUsers
{
    private const int MaxWaits = 20;
    private static readonly TimeSpan BetweenWaits = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Creates the first administrator; null when the server has, or ever had, one. Refuses an invalid address (400.8), a taken address
    /// (409.3) and an invalid password.
    /// </summary>
    public async Task<Actor?> CreateFirstAdministratorAsync(string email, string password, CancellationToken cancellationToken)
    {
        if (!AccountOptions.IsEmail(email))
        {
            throw Problem.UnexpectedValue("email", email, "it is not an e-mail address.").AsException();
        }
        return await administrators.AnyAsync(cancellationToken)
            ? null
            : await TryBeginAsync(email, password, cancellationToken)
                ?? (
                    await administrators.AnyAsync(cancellationToken)
                        ? null
                        : throw Problem.AlreadyExists(["email"], [email], "users").AsException()
                );
    }

    // A fresh deployment has no account that could create the first one, so its settings name it. They are ignored once there has been an
    // administrator. Of several concurrent sign-ins one creates the account, and the others wait for it.
    private async Task<Actor?> FirstAdministratorAsync(string email, string password, string from, CancellationToken cancellationToken)
    {
        if (!authenticate.IsFirstAdministrator(email, password))
        {
            return null;
        }
        for (var attempt = 1; attempt <= MaxWaits; attempt++)
        {
            if (await administrators.AnyAsync(cancellationToken))
            {
                return await authenticate.ByPasswordAsync(email, password, from, cancellationToken);
            }
            if (await TryBeginAsync(email, password, cancellationToken) is { } created)
            {
                return created;
            }
            await Task.Delay(BetweenWaits, clock, cancellationToken);
        }
        return null;
    }

    // Null when the address is taken, or another request created the first administrator.
    private async Task<Actor?> TryBeginAsync(string email, string password, CancellationToken cancellationToken)
    {
        if (await TryCreateAsync(email, password, null, Grants.None.With(Administrators.Grant), null, cancellationToken) is not { } created)
        {
            return null;
        }
        if (await administrators.BeginAsync(created.Id, CancellationToken.None))
        {
            return created;
        }
        await accounts.RemoveAsync(null, created.Id, CancellationToken.None);
        await accounts.ReleaseEmailAsync(email, created.Id, CancellationToken.None);
        return null;
    }
}
