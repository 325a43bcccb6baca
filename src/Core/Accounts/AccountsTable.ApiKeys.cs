using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>The rows of API keys, in the partition of their user.</summary>
public sealed partial class AccountsTable
{
    private const string KeyName = "Name";
    private const string KeyProject = "Project";
    private const string KeyRole = "Role";

    /// <summary>One operation.</summary>
    internal async Task AddApiKeyAsync(ApiKey key, CancellationToken cancellationToken) =>
        await _table.AddEntityAsync(
            new TableEntity(AccountKeys.Partition(null, key.User), AccountKeys.ApiKey(key.User, key.Hash))
            {
                [Column.CreatedAt] = key.CreatedAt,
                [KeyName] = key.Name,
                [KeyProject] = key.Project?.Value,
                [KeyRole] = key.Role?.Id,
                // The column of sessions: expired keys are removed with expired sessions.
                [Column.ExpiresAt] = key.ExpiresAt,
            },
            cancellationToken
        );

    /// <summary>One operation.</summary>
    internal async Task<ApiKey?> FindApiKeyAsync(ActorId user, string hash, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            AccountKeys.Partition(null, user),
            AccountKeys.ApiKey(user, hash),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToApiKey(user, found.Value!) : null;
    }

    /// <summary>A user's keys whose hash starts with a text, in no particular order. One operation.</summary>
    internal async IAsyncEnumerable<ApiKey> ListApiKeysAsync(
        ActorId user,
        string hashPrefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(AccountKeys.Partition(null, user), AccountKeys.ApiKey(user, hashPrefix));
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return ToApiKey(user, entity);
        }
    }

    /// <summary>Returns false when there is none. One operation.</summary>
    internal async Task<bool> RemoveApiKeyAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var response = await _table.DeleteEntityAsync(
            AccountKeys.Partition(null, key.User),
            AccountKeys.ApiKey(key.User, key.Hash),
            ETag.All,
            cancellationToken
        );
        return response.Status != 404;
    }

    private static ApiKey ToApiKey(ActorId user, TableEntity entity) =>
        new(user, entity.RowKey[AccountKeys.ApiKey(user, "").Length..], entity.GetDateTimeOffset(Column.CreatedAt)!.Value)
        {
            Name = entity.GetString(KeyName),
            Project = entity.GetInt32(KeyProject) is { } project ? new ProjectId(project) : null,
            Role = entity.GetInt32(KeyRole) is { } role ? Role.WithId(role) : null,
            ExpiresAt = entity.GetDateTimeOffset(Column.ExpiresAt),
        };
}
