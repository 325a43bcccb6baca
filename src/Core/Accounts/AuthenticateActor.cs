using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Finds who presents a token or a password. Answers null for nobody; refusing is the caller's business, since the answer
/// differs (OR-072 to OR-081).</summary>
public sealed class AuthenticateActor(
    AccountsTable accounts,
    PasswordCheck passwords,
    TimedCache cache,
    IOptions<AccountOptions> options,
    TimeProvider clock
)
{
    /// <summary>An app user or public link by its key. Cold: one operation.</summary>
    public async Task<Actor?> ByKeyAsync(AccessToken key, CancellationToken cancellationToken) =>
        key.Locator is ({ } project, var id) && await FindAsync(project, id, cancellationToken) is { } actor && key.Matches(actor.KeyHash)
            ? actor
            : null;

    /// <summary>Any actor by its token (OR-055, OR-064); the session is null for app users and public links. Cold: two operations for a
    /// web user.</summary>
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
    /// A web user by e-mail address (in any case) and password, sent from <paramref name="from"/>. Cold: two operations, and a wrong
    /// password always costs those two: nobody can tell from the time whether there is an account. Who keeps guessing is refused with
    /// 429.1 and costs none; a password that was right here before is not affected.
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

    // Nobody is looked up too, so that it takes as long. A claim counts only with an account that bears it out.
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

    /// <summary>Whether these are the credentials that a fresh deployment's settings name for its first administrator.</summary>
    internal bool IsFirstAdministrator(string email, string password) =>
        options.Value is { FirstAdminEmail.Length: > 0, FirstAdminPassword.Length: > 0 } first
        && AccountKeys.Normalise(first.FirstAdminEmail) == AccountKeys.Normalise(email)
        && System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.UTF8.GetBytes(first.FirstAdminPassword),
            System.Text.Encoding.UTF8.GetBytes(password)
        );
}
