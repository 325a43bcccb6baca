using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Finds who presents a token or a password. Answers null for nobody; refusing is the caller's business, since the answer differs (spec 2.2).</summary>
public sealed class AuthenticateActor(
    AccountsTable accounts, Passwords passwords, PasswordThrottle throttle, TimedCache cache, IOptions<AccountOptions> options, TimeProvider clock)
{
    /// <summary>An app user or public link by its key. Cold: one operation.</summary>
    public async Task<Actor?> ByKeyAsync(AccessToken key, CancellationToken cancellationToken)
    {
        if (key.Locator is not ({ } project, var id))
        {
            return null;
        }
        if (!cache.TryGet((project, id), out Actor? actor))
        {
            actor = await accounts.FindAsync(project, id, cancellationToken);
            if (actor is not null)
            {
                cache.Set((project, id), actor, size: 512 + (48 * actor.Grants.All.Count));
            }
        }
        return key.Matches(actor?.KeyHash) ? actor : null;
    }

    /// <summary>Any actor by its token (OR-055, OR-064); the session is null for app users and public links. Cold: two operations for a web user.</summary>
    public async Task<(Actor Actor, Session? Session)?> ByTokenAsync(AccessToken token, CancellationToken cancellationToken)
    {
        if (token.Locator.Project is not null)
        {
            return await ByKeyAsync(token, cancellationToken) is { } holder ? (holder, null) : null;
        }
        if (!cache.TryGet(("session", token.Hash), out (Actor Actor, Session Session) known))
        {
            var id = token.Locator.Actor;
            var reading = accounts.FindAsync(null, id, cancellationToken);
            var session = await accounts.FindSessionAsync(id, token.Hash, cancellationToken);
            if (await reading is not { } actor || session is null)
            {
                return null;
            }
            known = (actor, session);
            cache.Set(("session", token.Hash), known);
        }
        return known.Session.ExpiresAt > clock.GetUtcNow() ? known : null;
    }

    /// <summary>
    /// A web user by e-mail address (in any case) and password, sent from <paramref name="from"/>. Cold: two operations. Who keeps guessing is refused
    /// with 429.1; a password that was right before is not affected.
    /// </summary>
    public async Task<Actor?> ByPasswordAsync(string email, string password, string from, CancellationToken cancellationToken)
    {
        var address = AccountKeys.Normalise(email);
        if (!cache.TryGet(("email", address), out Actor? actor))
        {
            var id = await accounts.FindByEmailAsync(address, cancellationToken);
            actor = id is null ? null : await accounts.FindAsync(null, id.Value, cancellationToken);
            if (actor is not null)
            {
                cache.Set(("email", address), actor);
            }
        }
        if (passwords.Remembers(actor?.PasswordHash, password))
        {
            return actor;
        }
        if (actor is null && IsFirstAdministrator(email, password))
        {
            return null;   // no guess: that account is about to be made
        }
        throttle.Require(address, from);
        if (!passwords.Verify(actor?.PasswordHash, password))
        {
            throttle.Failed(address, from);
            return null;
        }
        throttle.Succeeded(address, from);
        return actor;
    }

    internal void Forget(AccessToken token) => cache.Remove(("session", token.Hash));

    internal void Forget(Actor actor)
    {
        if (actor.Project is { } project)
        {
            cache.Remove((project, actor.Id));
        }
        if (actor.Email is { } email)
        {
            cache.Remove(("email", email));
        }
    }

    /// <summary>Whether these are the credentials that a fresh deployment's settings name for its first administrator.</summary>
    internal bool IsFirstAdministrator(string email, string password) =>
        options.Value is { FirstAdminEmail.Length: > 0, FirstAdminPassword.Length: > 0 } first
        && AccountKeys.Normalise(first.FirstAdminEmail) == AccountKeys.Normalise(email)
        && System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.UTF8.GetBytes(first.FirstAdminPassword), System.Text.Encoding.UTF8.GetBytes(password));
}
