using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// Finds the actor for a token or a password. Returns null when there is none; the caller refuses, since the answer depends on the endpoint
/// (OR-072 to OR-081).
/// </summary>
public sealed class AuthenticateActor(
    AccountsTable accounts,
    PasswordCheck passwords,
    TimedCache cache,
    IOptions<AccountOptions> options,
    TimeProvider clock
)
{
    /// <summary>The app user or public link with this key. One operation unless cached.</summary>
    public async Task<Actor?> ByKeyAsync(AccessToken key, CancellationToken cancellationToken) =>
        key.Locator is ({ } project, var id) && await FindAsync(project, id, cancellationToken) is { } actor && key.Matches(actor.KeyHash)
            ? actor
            : null;

    /// <summary>
    /// The actor with this token (OR-055, OR-064); the session is null for app users and public links. Two operations for a web user unless
    /// cached.
    /// </summary>
    public async Task<(Actor Actor, Session? Session)?> ByTokenAsync(AccessToken token, CancellationToken cancellationToken)
    {
        if (token.Locator is not (null, var id))
        {
            return await ByKeyAsync(token, cancellationToken) is { } holder ? (holder, null) : null;
        }
        var reading = FindAsync(null, id, cancellationToken);
        if (!cache.TryGet(("session", token.Hash), out Session? session))
        {
            session = await accounts.FindSessionAsync(id, token.Hash, cancellationToken);
            if (session is not null)
            {
                cache.Set(("session", token.Hash), session);
            }
        }
        return await reading is { DeletedAt: null } actor && session?.ExpiresAt > clock.GetUtcNow() ? (actor, session) : null;
    }

    /// <summary>
    /// The web user with this e-mail address (in any case) and password; <paramref name="from"/> is the client's address. Two operations
    /// unless cached. A wrong password always costs two, so that the response time does not reveal whether the account exists. Too many
    /// failures are refused with 429.1 before any operation; a password that this instance verified within the last hour is exempt.
    /// </summary>
    public async Task<Actor?> ByPasswordAsync(string email, string password, string from, CancellationToken cancellationToken)
    {
        var address = AccountKeys.Normalise(email);
        return await passwords.RunAsync(
            address,
            password,
            from,
            Known(address),
            () => ReadAsync(address, cancellationToken),
            actor => actor.PasswordHash,
            IsFirstAdministrator(email, password)
        );
    }

    /// <summary>The web user with this normalised address; null for an unknown or deleted one. Two operations unless cached.</summary>
    internal async Task<Actor?> FindWebUserAsync(string address, CancellationToken cancellationToken) =>
        Known(address) ?? await ReadAsync(address, cancellationToken);

    internal void Remember(Actor actor) => cache.Set(("actor", actor.Project, actor.Id), actor, size: 1024 + (48 * actor.Grants.All.Count));

    internal void Forget(ProjectId? project, ActorId actor) => cache.Remove(("actor", project, actor));

    internal void ForgetSession(string tokenHash) => cache.Remove(("session", tokenHash));

    private async Task<Actor?> FindAsync(ProjectId? project, ActorId id, CancellationToken cancellationToken)
    {
        if (!cache.TryGet(("actor", project, id), out Actor? actor))
        {
            actor = await accounts.FindAsync(project, id, cancellationToken);
            if (actor is not null)
            {
                Remember(actor);
            }
        }
        return actor;
    }

    private Actor? Known(string address) =>
        cache.TryGet(("email", address), out ActorId id)
        && cache.TryGet(("actor", (ProjectId?)null, id), out Actor? actor)
        && actor!.Email == address
            ? actor
            : null;

    // An unknown address is looked up too, so that it takes as long. A reservation is valid only if the account has the address.
    private async Task<Actor?> ReadAsync(string address, CancellationToken cancellationToken)
    {
        var id = await accounts.FindByEmailAsync(address, cancellationToken) ?? default;
        if (await accounts.FindAsync(null, id, cancellationToken) is not { DeletedAt: null } actor || actor.Email != address)
        {
            return null;
        }
        cache.Set(("email", address), id);
        Remember(actor);
        return actor;
    }

    /// <summary>Whether these are the credentials that the settings of a fresh deployment name for its first administrator.</summary>
    internal bool IsFirstAdministrator(string email, string password) =>
        options.Value is { FirstAdminEmail.Length: > 0, FirstAdminPassword.Length: > 0 } first
        && AccountKeys.Normalise(first.FirstAdminEmail) == AccountKeys.Normalise(email)
        && System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.UTF8.GetBytes(first.FirstAdminPassword),
            System.Text.Encoding.UTF8.GetBytes(password)
        );
}
