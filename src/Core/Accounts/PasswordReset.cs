using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Accounts;

/// <summary>
/// Web users choose a password with a token that was sent to them, after an invitation or a forgotten password. A token works once, for a
/// day, until the next one is created and until password or address change. Storage holds only its hash.
/// </summary>
public sealed class PasswordReset(AccountsTable accounts, Passwords passwords, WebUsers users, ApiKeys keys, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>
    /// Makes a token. With <paramref name="invalidate"/> the present password stops working and all sessions and API keys end.
    /// Refuses an account that is deleted meanwhile with 404.1.
    /// </summary>
    public async Task<AccessToken> BeginAsync(ActorId user, bool invalidate, CancellationToken cancellationToken)
    {
        var token = AccessToken.Create(actor: user);
        var changed = await accounts.ChangeAsync(
            null,
            user,
            account =>
                account.DeletedAt is not null
                    ? null
                    : account with
                    {
                        ResetHash = token.Hash,
                        ResetExpiresAt = clock.GetUtcNow() + Lifetime,
                        PasswordHash = invalidate ? null : account.PasswordHash,
                    },
            cancellationToken
        );
        if (changed?.ResetHash != token.Hash)
        {
            throw Problem.NotFound().AsException();
        }
        if (invalidate)
        {
            await users.EndSessionsAsync(user, null);
            await keys.RevokeAllAsync(user, CancellationToken.None);
        }
        return token;
    }

    /// <summary>
    /// Sets the password, ends all sessions and uses the token up. Refuses a token that is unknown, used or expired with 401.2, and an
    /// invalid password.
    /// </summary>
    public async Task<ActorId> CompleteAsync(AccessToken token, string password, CancellationToken cancellationToken)
    {
        bool Fits(Actor? account) =>
            account is { DeletedAt: null } && token.Matches(account.ResetHash) && account.ResetExpiresAt > clock.GetUtcNow();

        if (token.Locator is not (null, var user) || !Fits(await accounts.FindAsync(null, user, cancellationToken)))
        {
            throw Problem.NotAuthenticated().AsException();
        }
        var hash = passwords.Hash(password);
        var changed = await accounts.ChangeAsync(
            null,
            user,
            account =>
                Fits(account)
                    ? account with
                    {
                        PasswordHash = hash,
                        ResetHash = null,
                        ResetExpiresAt = null,
                        UpdatedAt = clock.GetUtcNow(),
                    }
                    : null,
            CancellationToken.None
        );
        if (changed?.PasswordHash != hash)
        {
            throw Problem.NotAuthenticated().AsException();
        }
        await users.EndSessionsAsync(user, null);
        return user;
    }
}
