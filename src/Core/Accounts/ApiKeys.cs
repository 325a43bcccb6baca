using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>Creates, lists and revokes web users' API keys, and authenticates by them.</summary>
public sealed class ApiKeys(
    AccountsTable accounts,
    AuthenticateActor authenticate,
    PasswordThrottle throttle,
    TimedCache cache,
    TimeProvider clock
)
{
    private const int MaxPerUser = 100;
    private const int MaxName = 255;
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    /// <summary>
    /// A new key and its text, which is not stored. Refuses a name of more than 255 characters with 400.13, an end in the past, another
    /// role than those of projects, and the user's 101st key with 400.8. Two operations.
    /// </summary>
    public async Task<(string Text, ApiKey Key)> CreateAsync(
        ActorId user,
        string? name,
        ProjectId? project,
        Role? role,
        DateTimeOffset? expiresAt,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        if (name?.Length > MaxName)
        {
            throw Problem.ValueTooLong("name", MaxName).AsException();
        }
        if (expiresAt <= now)
        {
            throw Problem.UnexpectedValue("expiresAt", null, "it is in the past.").AsException();
        }
        if (role is not null && role != Role.Manager && role != Role.Viewer && role != Role.DataCollector)
        {
            throw Problem.UnexpectedValue("role", role.System, "it is none of manager, viewer and formfill.").AsException();
        }
        if (await accounts.ListApiKeysAsync(user, "", cancellationToken).CountAsync(cancellationToken) >= MaxPerUser)
        {
            throw Problem.UnexpectedValue("keys", null, $"an account has {MaxPerUser} at most.").AsException();
        }
        var text = ApiKey.NewText();
        var key = new ApiKey(user, ApiKey.HashOf(text)!, now)
        {
            Name = name,
            Project = project,
            Role = role,
            ExpiresAt = expiresAt,
        };
        await accounts.AddApiKeyAsync(key, cancellationToken);
        return (text, key);
    }

    /// <summary>A user's keys, oldest first. One operation.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(ActorId user, CancellationToken cancellationToken) =>
        await accounts
            .ListApiKeysAsync(user, "", cancellationToken)
            .OrderBy(key => key.CreatedAt)
            .ThenBy(key => key.Id, StringComparer.Ordinal)
            .ToListAsync(cancellationToken);

    /// <summary>Ends a key. Refuses an id that no key of the user has with 404.1. Two operations.</summary>
    public async Task<ApiKey> RevokeAsync(ActorId user, string id, CancellationToken cancellationToken)
    {
        await foreach (var key in accounts.ListApiKeysAsync(user, id, cancellationToken))
        {
            if (key.Id == id && await RemoveAsync(key, cancellationToken))
            {
                return key;
            }
        }
        throw Problem.NotFound().AsException();
    }

    /// <summary>Ends all keys of a user. One operation, and one per key.</summary>
    internal async Task RevokeAllAsync(ActorId user, CancellationToken cancellationToken)
    {
        foreach (var key in await ListAsync(user, cancellationToken))
        {
            await RemoveAsync(key, cancellationToken);
        }
    }

    /// <summary>
    /// The web user with this e-mail address, with the rights of the key; null when there is none, or the key is unknown, revoked or
    /// expired. Failures are counted by address, apart from wrong passwords, and delay further attempts with 429.1 likewise. Three
    /// operations unless cached, whether the account exists or not.
    /// </summary>
    public async Task<Actor?> AuthenticateAsync(string email, string text, string from, CancellationToken cancellationToken)
    {
        var (address, hash) = (AccountKeys.Normalise(email), ApiKey.HashOf(text) ?? "");
        var account = $"api key of {address}";
        var isVerified = cache.TryGet(("api-key-verified", address, hash), out bool _);
        if (!isVerified)
        {
            throttle.Require(account, from);
        }
        var actor = await authenticate.FindWebUserAsync(address, cancellationToken);
        var key = await FindAsync(actor?.Id ?? default, hash, cancellationToken);
        if (actor is not null && key is not null && !(key.ExpiresAt <= clock.GetUtcNow()))
        {
            throttle.Succeeded(account, from);
            cache.Set(("api-key-verified", address, hash), true, size: 512, Remembered);
            return actor with { Grants = actor.Grants.Within(key.Project, key.Role) };
        }
        if (!isVerified)
        {
            throttle.Failed(account, from);
        }
        return null;
    }

    private async Task<ApiKey?> FindAsync(ActorId user, string hash, CancellationToken cancellationToken)
    {
        if (!cache.TryGet(("api-key", user, hash), out ApiKey? key))
        {
            key = await accounts.FindApiKeyAsync(user, hash, cancellationToken);
            if (key is not null)
            {
                cache.Set(("api-key", user, hash), key);
            }
        }
        return key;
    }

    private async Task<bool> RemoveAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var removed = await accounts.RemoveApiKeyAsync(key, cancellationToken);
        cache.Remove(("api-key", key.User, key.Hash));
        return removed;
    }
}
