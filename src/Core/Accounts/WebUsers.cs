using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Web users: people with an e-mail address and a password.</summary>
public sealed class WebUsers(AccountsTable accounts, Passwords passwords, AuthenticateActor authenticate, Administrators administrators, TimeProvider clock)
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

    /// <summary>Signs in for 24 hours (OR-257), or refuses with 401.2, or 429.1 for who keeps guessing from <paramref name="from"/>.</summary>
    public async Task<(AccessToken Token, Session Session)> SignInAsync(string email, string password, string from, CancellationToken cancellationToken)
    {
        var actor = await authenticate.ByPasswordAsync(email, password, from, cancellationToken)
            ?? await FirstAdministratorAsync(email, password, from, cancellationToken)
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

    /// <summary>Refuses an unknown or ended account with 404.1.</summary>
    public async Task<Actor> GetAsync(ActorId id, CancellationToken cancellationToken) =>
        await accounts.FindAsync(null, id, cancellationToken) is { DeletedAt: null } user ? user : throw Problem.NotFound().AsException();

    /// <summary>By address; those whose name or address contains <paramref name="search"/>, in any case.</summary>
    public async Task<IReadOnlyList<Actor>> ListAsync(string? search, CancellationToken cancellationToken)
    {
        var users = new List<Actor>();
        await foreach (var user in accounts.ListAsync(null, cancellationToken))
        {
            if (user.DeletedAt is null && (string.IsNullOrEmpty(search)
                || user.DisplayName.Contains(search, StringComparison.OrdinalIgnoreCase) || user.Email!.Contains(search, StringComparison.OrdinalIgnoreCase)))
            {
                users.Add(user);
            }
        }
        return [.. users.OrderBy(user => user.Email, StringComparer.Ordinal)];
    }

    /// <summary>The account with exactly this address, in any case.</summary>
    public async Task<Actor?> FindByEmailAsync(string email, CancellationToken cancellationToken) =>
        await accounts.FindByEmailAsync(email, cancellationToken) is { } id && await accounts.FindAsync(null, id, cancellationToken) is { DeletedAt: null } user ? user : null;

    /// <summary>Null leaves a value as it is. Refuses an address that is taken with 409.3.</summary>
    public async Task<Actor> ChangeAsync(Actor user, string? email, string? displayName, CancellationToken cancellationToken)
    {
        var moves = email is not null && AccountKeys.Normalise(email) != user.Email;
        if (moves && !await accounts.ClaimEmailAsync(email!, user.Id, cancellationToken))
        {
            throw Problem.AlreadyExists(["email"], [email!], "users").AsException();
        }
        var changed = await accounts.ChangeAsync(null, user.Id, current => current with
        {
            Email = moves ? AccountKeys.Normalise(email!) : current.Email,
            DisplayName = displayName ?? current.DisplayName,
            UpdatedAt = clock.GetUtcNow(),
        }, cancellationToken);
        if (moves)
        {
            await accounts.ReleaseEmailAsync(user.Email!, user.Id, CancellationToken.None);
        }
        authenticate.Forget(user);
        return changed ?? throw Problem.NotFound().AsException();
    }

    /// <summary>Ends all of the user's sessions. Refuses a wrong old password with 401.2, and a bad new one.</summary>
    public async Task ChangePasswordAsync(Actor user, string oldPassword, string newPassword, string from, CancellationToken cancellationToken)
    {
        if ((await authenticate.ByPasswordAsync(user.Email!, oldPassword, from, cancellationToken))?.Id != user.Id)
        {
            throw Problem.NotAuthenticated().AsException();
        }
        var hash = passwords.Hash(newPassword);
        await accounts.ChangeAsync(null, user.Id, current => current with { PasswordHash = hash, UpdatedAt = clock.GetUtcNow() }, cancellationToken);
        await accounts.RemoveSessionsAsync(user.Id, CancellationToken.None);
        authenticate.Forget(user);
    }

    /// <summary>Ends an account: no rights, no password, no sessions, and its address is free again. Refuses the last administrator with 409.21.</summary>
    public async Task DeleteAsync(Actor user, CancellationToken cancellationToken)
    {
        await administrators.RemoveAsync(user.Id, cancellationToken);
        await accounts.ChangeAsync(null, user.Id,
            current => current with { DeletedAt = clock.GetUtcNow(), Grants = Grants.None, PasswordHash = null }, cancellationToken);
        await accounts.RemoveSessionsAsync(user.Id, CancellationToken.None);
        await accounts.ReleaseEmailAsync(user.Email!, user.Id, CancellationToken.None);
        authenticate.Forget(user);
    }

    /// <summary>Forgets sessions that have ended.</summary>
    public Task PurgeSessionsAsync(CancellationToken cancellationToken) => accounts.RemoveExpiredSessionsAsync(clock.GetUtcNow(), cancellationToken);

    // A fresh deployment has nobody who could create its first account: its settings name that one, and count only while there is no other. Of
    // several sign-ins at once one creates the account, and the others wait for it.
    private async Task<Actor?> FirstAdministratorAsync(string email, string password, string from, CancellationToken cancellationToken)
    {
        if (!authenticate.IsFirstAdministrator(email, password))
        {
            return null;
        }
        for (var attempt = 1; attempt <= MaxWaits; attempt++)
        {
            await foreach (var _ in accounts.ListAsync(null, cancellationToken))
            {
                return await authenticate.ByPasswordAsync(email, password, from, cancellationToken);
            }
            var administrator = Grants.None.With(new Grant(Role.Administrator.Id, Scope.Server));
            if (await TryCreateAsync(email, password, null, administrator, null, cancellationToken) is { } created)
            {
                await administrators.AddAsync(created.Id, cancellationToken);
                return created;
            }
            await Task.Delay(BetweenWaits, clock, cancellationToken);
        }
        return null;
    }
}
