using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Web users: people with an e-mail address and a password.</summary>
public sealed partial class WebUsers(
    AccountsTable accounts,
    Passwords passwords,
    AuthenticateActor authenticate,
    Administrators administrators,
    ApiKeys keys,
    TimeProvider clock
)
{
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(24);

    /// <summary>
    /// Creates an account; without a password, signing in is impossible. Refuses a taken address (409.3) and an invalid password.
    /// </summary>
    public async Task<Actor> CreateAsync(
        string email,
        string? password,
        string? displayName,
        Grants grants,
        ActorId? creator,
        CancellationToken cancellationToken
    ) =>
        await TryCreateAsync(email, password, displayName, grants, creator, cancellationToken)
        ?? throw Problem.AlreadyExists(["email"], [email], "users").AsException();

    // Null when the address is taken.
    private async Task<Actor?> TryCreateAsync(
        string email,
        string? password,
        string? displayName,
        Grants grants,
        ActorId? creator,
        CancellationToken cancellationToken
    )
    {
        var hash = password is null ? null : passwords.Hash(password);
        var id = await accounts.NextIdAsync(cancellationToken);
        if (!await accounts.ReserveEmailAsync(email, id, cancellationToken))
        {
            return null;
        }
        var actor = new Actor(
            id,
            ActorKind.WebUser,
            string.IsNullOrWhiteSpace(displayName) ? email : displayName,
            grants,
            clock.GetUtcNow()
        )
        {
            Email = AccountKeys.Normalise(email),
            PasswordHash = hash,
            CreatedBy = creator,
        };
        await accounts.AddAsync(actor, cancellationToken);
        return actor;
    }

    /// <summary>
    /// Creates a session of 24 hours (OR-257). Refuses wrong credentials with 401.2, and too many failures from <paramref name="from"/>
    /// with 429.1.
    /// </summary>
    public async Task<(AccessToken Token, Session Session)> SignInAsync(
        string email,
        string password,
        string from,
        CancellationToken cancellationToken
    )
    {
        var actor =
            await authenticate.ByPasswordAsync(email, password, from, cancellationToken)
            ?? await FirstAdministratorAsync(email, password, from, cancellationToken)
            ?? throw Problem.NotAuthenticated().AsException();
        var token = AccessToken.Create(actor: actor.Id);
        var now = clock.GetUtcNow();
        var session = new Session(actor.Id, token.Hash, AccessToken.Create().Text, now, now + SessionLifetime);
        await accounts.AddSessionAsync(session, cancellationToken);

        // A password change deletes the existing sessions; a session created at the same time must notice the change.
        bool IsStill(Actor? user) => user is { DeletedAt: null } && user.PasswordHash == actor.PasswordHash;
        var signedIn = await accounts.ChangeAsync(
            null,
            actor.Id,
            user => IsStill(user) ? user with { LastLoginAt = now } : null,
            cancellationToken
        );
        if (!IsStill(signedIn))
        {
            await accounts.RemoveSessionAsync(actor.Id, token.Hash, CancellationToken.None);
            throw Problem.NotAuthenticated().AsException();
        }
        authenticate.Remember(signedIn!);
        return (token, session);
    }

    /// <summary>Deletes a session. False when there is no such session.</summary>
    public async Task<bool> SignOutAsync(AccessToken token, CancellationToken cancellationToken)
    {
        authenticate.ForgetSession(token.Hash);
        return await accounts.RemoveSessionAsync(token.Locator.Actor, token.Hash, cancellationToken);
    }

    /// <summary>Refuses an unknown or deleted account with 404.1.</summary>
    public async Task<Actor> GetAsync(ActorId id, CancellationToken cancellationToken) =>
        await accounts.FindAsync(null, id, cancellationToken) is { DeletedAt: null } user ? user : throw Problem.NotFound().AsException();

    /// <summary>
    /// Web users by address. With <paramref name="search"/>: those whose name or address is similar to it or contains it, the most similar
    /// first.
    /// </summary>
    public async Task<IReadOnlyList<Actor>> ListAsync(string? search, CancellationToken cancellationToken)
    {
        var users = new List<(Actor User, double Similarity)>();
        var pieces = string.IsNullOrEmpty(search) ? null : Trigrams.Of(search);
        await foreach (var user in accounts.ListAsync(null, cancellationToken))
        {
            var similarity = pieces is null
                ? 0
                : Math.Max(Trigrams.Similarity(pieces, user.DisplayName), Trigrams.Similarity(pieces, user.Email ?? ""));
            if (user.DeletedAt is null && (pieces is null || similarity >= Trigrams.Threshold || Contains(user, search!)))
            {
                users.Add((user, similarity));
            }
        }
        return
        [
            .. users
                .OrderByDescending(found => found.Similarity)
                .ThenBy(found => found.User.Email, StringComparer.Ordinal)
                .Select(found => found.User),
        ];
    }

    private static bool Contains(Actor user, string search) =>
        user.DisplayName.Contains(search, StringComparison.OrdinalIgnoreCase)
        || user.Email!.Contains(search, StringComparison.OrdinalIgnoreCase);

    /// <summary>The account with exactly this address, ignoring case.</summary>
    public async Task<Actor?> FindByEmailAsync(string email, CancellationToken cancellationToken) =>
        await accounts.FindByEmailAsync(email, cancellationToken) is { } id
        && await accounts.FindAsync(null, id, cancellationToken) is { DeletedAt: null } user
        && user.Email == AccountKeys.Normalise(email)
            ? user
            : null;

    /// <summary>Changes address and name; null keeps a value. Refuses a taken address with 409.3, and a blank name with 400.8.</summary>
    public async Task<Actor> ChangeAsync(ActorId id, string? email, string? displayName, CancellationToken cancellationToken)
    {
        if (displayName is not null && string.IsNullOrWhiteSpace(displayName))
        {
            throw Problem.UnexpectedValue("displayName", displayName, "a name is not blank.").AsException();
        }
        if (email is not null && !await accounts.ReserveEmailAsync(email, id, cancellationToken))
        {
            throw Problem.AlreadyExists(["email"], [email], "users").AsException();
        }
        var before = "";
        var changed = await accounts.ChangeAsync(
            null,
            id,
            current =>
            {
                before = current.Email!;
                return current.DeletedAt is not null
                    ? null
                    : current with
                    {
                        Email = email is null ? current.Email : AccountKeys.Normalise(email),
                        DisplayName = displayName ?? current.DisplayName,
                        ResetHash = email is null ? current.ResetHash : null, // it was sent to the former address
                        UpdatedAt = clock.GetUtcNow(),
                    };
            },
            CancellationToken.None
        );
        authenticate.Forget(null, id);
        if (email is not null && changed is { DeletedAt: null })
        {
            // Reserved again: a concurrent change that moves the account away from this address must not release it.
            await accounts.ReserveEmailAsync(email, id, CancellationToken.None);
            await accounts.ReleaseEmailAsync(before, id, CancellationToken.None);
        }
        return changed is { DeletedAt: null } ? changed : throw Problem.NotFound().AsException();
    }

    /// <summary>
    /// Changes the password and deletes all of the user's other sessions. Refuses a wrong old password with 401.2, and an invalid new one.
    /// </summary>
    public async Task ChangePasswordAsync(
        Actor user,
        string oldPassword,
        string newPassword,
        string from,
        Session? asking,
        CancellationToken cancellationToken
    )
    {
        if (
            await authenticate.ByPasswordAsync(user.Email!, oldPassword, from, cancellationToken) is not { } verified
            || verified.Id != user.Id
        )
        {
            throw Problem.NotAuthenticated().AsException();
        }
        var hash = passwords.Hash(newPassword);
        var changed = await accounts.ChangeAsync(
            null,
            user.Id,
            current =>
                current.PasswordHash == verified.PasswordHash
                    ? current with
                    {
                        PasswordHash = hash,
                        ResetHash = null,
                        UpdatedAt = clock.GetUtcNow(),
                    }
                    : null,
            CancellationToken.None
        );
        if (changed?.PasswordHash != hash)
        {
            throw Problem.NotAuthenticated().AsException();
        }
        await EndSessionsAsync(user.Id, asking?.TokenHash);
    }

    /// <summary>
    /// Deletes an account: removes grants, password, sessions and API keys, and releases the address. Refuses the last administrator with
    /// 409.21.
    /// </summary>
    public async Task DeleteAsync(Actor user, CancellationToken cancellationToken)
    {
        var outcome = await administrators.EndAsync(
            user.Id,
            current => current with { DeletedAt = clock.GetUtcNow(), Grants = Grants.None, PasswordHash = null, ResetHash = null },
            cancellationToken
        );
        await EndSessionsAsync(user.Id, null);
        await keys.RevokeAllAsync(user.Id, CancellationToken.None);
        await accounts.ReleaseEmailAsync(user.Email!, user.Id, CancellationToken.None);
        if (outcome != GrantOutcome.Changed)
        {
            throw Problem.NotFound().AsException();
        }
    }

    // Completed even if the client disconnects.
    internal async Task EndSessionsAsync(ActorId user, string? exceptTokenHash)
    {
        authenticate.Forget(null, user);
        foreach (var tokenHash in await accounts.RemoveSessionsAsync(user, exceptTokenHash, CancellationToken.None))
        {
            authenticate.ForgetSession(tokenHash);
        }
    }

    /// <summary>Deletes expired sessions.</summary>
    public Task PurgeSessionsAsync(CancellationToken cancellationToken) =>
        accounts.RemoveExpiredSessionsAsync(clock.GetUtcNow(), cancellationToken);
}
