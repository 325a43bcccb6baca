using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Accounts;

/// <summary>The rows of sessions, in the partition of their user.</summary>
public sealed partial class AccountsTable
{
    /// <summary>Deletes all sessions of an actor except one, and returns the hashes of the deleted tokens.</summary>
    internal async Task<IReadOnlyList<string>> RemoveSessionsAsync(
        ActorId actor,
        string? exceptTokenHash,
        CancellationToken cancellationToken
    )
    {
        var (partition, prefix) = (AccountKeys.Partition(null, actor), AccountKeys.SessionsOf(actor));
        string[] keys = ["PartitionKey", "RowKey"];
        var removed = new List<string>();
        await foreach (
            var row in _table.QueryAsync<TableEntity>(
                TableKey.Prefix(partition, prefix),
                select: keys,
                cancellationToken: cancellationToken
            )
        )
        {
            var tokenHash = row.RowKey[prefix.Length..];
            if (tokenHash != exceptTokenHash)
            {
                await _table.DeleteEntityAsync(partition, row.RowKey, ETag.All, cancellationToken);
                removed.Add(tokenHash);
            }
        }
        return removed;
    }

    /// <summary>Deletes the sessions that expired before <paramref name="time"/>.</summary>
    internal Task RemoveExpiredSessionsAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var users = TableKey.PartitionPrefix(AccountKeys.PartitionsOf(null));
        return TableRows.DeleteAllAsync(_table, $"{users} and {TableClient.CreateQueryFilter($"ExpiresAt lt {time}")}", cancellationToken);
    }

    internal async Task AddSessionAsync(Session session, CancellationToken cancellationToken) =>
        await _table.AddEntityAsync(
            new TableEntity(AccountKeys.Partition(null, session.Actor), AccountKeys.Session(session.Actor, session.TokenHash))
            {
                [Column.Csrf] = session.Csrf,
                [Column.CreatedAt] = session.CreatedAt,
                [Column.ExpiresAt] = session.ExpiresAt,
            },
            cancellationToken
        );

    /// <summary>One operation.</summary>
    internal async Task<Session?> FindSessionAsync(ActorId actor, string tokenHash, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            AccountKeys.Partition(null, actor),
            AccountKeys.Session(actor, tokenHash),
            cancellationToken: cancellationToken
        );
        return found.HasValue
            ? new Session(
                actor,
                tokenHash,
                found.Value!.GetString(Column.Csrf)!,
                found.Value.GetDateTimeOffset(Column.CreatedAt)!.Value,
                found.Value.GetDateTimeOffset(Column.ExpiresAt)!.Value
            )
            : null;
    }

    /// <summary>Returns false when there is none.</summary>
    internal async Task<bool> RemoveSessionAsync(ActorId actor, string tokenHash, CancellationToken cancellationToken)
    {
        var response = await _table.DeleteEntityAsync(
            AccountKeys.Partition(null, actor),
            AccountKeys.Session(actor, tokenHash),
            ETag.All,
            cancellationToken
        );
        return response.Status != 404;
    }
}
