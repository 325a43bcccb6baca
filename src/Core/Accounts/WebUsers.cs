using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Web users: people with an e-mail address and a password.</summary>
public sealed class WebUsers(AccountsTable accounts, Passwords passwords, AuthenticateActor authenticate, TimeProvider clock)
{
    private const int MaxWaits = 20;
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(24);
    private static readonly TimeSpan BetweenWaits = TimeSpan.FromMilliseconds(100);

    /// <summary>Creates an account; without a password nobody can sign in to it. Refuses an address that is taken (409.3) and a bad password.</summary>
    public async Task<Actor> CreateAsync(string email, string? password, string? displayName, Grants grants, ActorId? creator, CancellationToken cancellationToken) =>
        await TryCreateAsync(email, password, displayName, grants, creator, cancellationToken)
        ?? throw Problem.AlreadyExists(["email"], [email], "users").AsException();

    // Null when the address is taken.
    private async Task<Actor?> TryCreateAsync(string email, string? password, string? displayName, Grants grants, ActorId? creator, CancellationToken cancellationToken)
    {
        var hash = password is null ? null : passwords.Hash(password);
        var id = await accounts.NextIdAsync(cancellationToken);
        if (!await accounts.ClaimEmailAsync(email, id, cancellationToken))
        {
            return null;
        }
        var actor = new Actor(id, ActorKind.WebUser, string.IsNullOrWhiteSpace(displayName) ? email : displayName, grants, clock.GetUtcNow())
        {
            Email = AccountKeys.Normalise(email),
            PasswordHash = hash,
            CreatedBy = creator,
        };
        await accounts.AddAsync(actor, cancellationToken);
        return actor;
    }

    /// <summary>Signs in for 24 hours (OR-257), or refuses with 401.2.</summary>
    public async Task<(AccessToken Token, Session Session)> SignInAsync(string email, string password, CancellationToken cancellationToken)
    {
        var actor = await authenticate.ByPasswordAsync(email, password, cancellationToken)
            ?? await FirstAdministratorAsync(email, password, cancellationToken)
            ?? throw Problem.NotAuthenticated().AsException();
        var token = AccessToken.Create(actor: actor.Id);
        var now = clock.GetUtcNow();
        var session = new Session(actor.Id, token.Hash, AccessToken.Create().Text, now, now + SessionLifetime);
        await accounts.AddSessionAsync(session, cancellationToken);
        await accounts.ChangeAsync(null, actor.Id, user => user with { LastLoginAt = now }, cancellationToken);
        return (token, session);
    }

    /// <summary>Ends a web user's session. False when there is no such session.</summary>
    public async Task<bool> SignOutAsync(AccessToken token, CancellationToken cancellationToken)
    {
        authenticate.Forget(token);
        return await accounts.RemoveSessionAsync(token.Locator.Actor, token.Hash, cancellationToken);
    }

    public Task<Actor?> FindAsync(ActorId id, CancellationToken cancellationToken) => accounts.FindAsync(null, id, cancellationToken);

    // A fresh deployment has nobody who could create its first account: its settings name that one, and count only while there is no other. Of
    // several sign-ins at once one creates the account, and the others wait for it.
    private async Task<Actor?> FirstAdministratorAsync(string email, string password, CancellationToken cancellationToken)
    {
        if (!authenticate.IsFirstAdministrator(email, password))
        {
            return null;
        }
        for (var attempt = 1; attempt <= MaxWaits; attempt++)
        {
            await foreach (var _ in accounts.ListAsync(null, cancellationToken))
            {
                return await authenticate.ByPasswordAsync(email, password, cancellationToken);
            }
            var administrator = Grants.None.With(new Grant(Role.Administrator.Id, Scope.Server));
            if (await TryCreateAsync(email, password, null, administrator, null, cancellationToken) is { } created)
            {
                return created;
            }
            await Task.Delay(BetweenWaits, clock, cancellationToken);
        }
        return null;
    }
}
