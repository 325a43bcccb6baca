using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Entities;

/// <summary>
/// Table `heldEntities`: the entity backlog. Each waiting update has two rows: one found by its predecessor in the branch, and one ordered
/// by time.
/// </summary>
public sealed class EntityBacklogTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.EntityBacklogTable);

    /// <summary>Adds an update; adding it again keeps the first time. Two operations.</summary>
    internal async Task AddAsync(BackloggedEntity update, CancellationToken cancellationToken)
    {
        // The row ordered by time is written first, so that no update can wait forever.
        await _table.UpsertEntityAsync(
            ToRow(EntityKeys.Waiting, EntityKeys.WaitingSince(update), update),
            TableUpdateMode.Replace,
            cancellationToken
        );
        await _table.UpsertEntityAsync(
            ToRow(
                EntityKeys.Entities(update.Project, update.DatasetKey),
                EntityKeys.Backlogged(update.Entity, update.Branch, update.BaseVersion),
                update
            ),
            TableUpdateMode.Replace,
            cancellationToken
        );
    }

    /// <summary>One operation.</summary>
    internal async Task<BackloggedEntity?> FindAsync(
        Dataset dataset,
        EntityId id,
        string branch,
        int baseVersion,
        CancellationToken cancellationToken
    )
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Entities(dataset),
            EntityKeys.Backlogged(id, branch, baseVersion),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToUpdate(found.Value!) : null;
    }

    /// <summary>Updates of all datasets that have waited since before <paramref name="time"/>. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<BackloggedEntity> ListBeforeAsync(
        DateTimeOffset time,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {EntityKeys.Waiting} and RowKey lt {EntityKeys.WaitingBefore(time)}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return ToUpdate(row);
        }
    }

    /// <summary>
    /// All waiting updates of a project, from the rows found by predecessor, for verification. One operation per 1,000 of the server.
    /// </summary>
    internal IAsyncEnumerable<StoredRow<BackloggedEntity>> ScanAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(
            _table,
            TableClient.CreateQueryFilter($"PartitionKey ne {EntityKeys.Waiting} and Project eq {project.Value}"),
            null,
            ToUpdate,
            cancellationToken
        );

    /// <summary>Whether the row ordered by time exists. One operation.</summary>
    internal async Task<bool> IsWaitingAsync(BackloggedEntity update, CancellationToken cancellationToken) =>
        (
            await _table.GetEntityIfExistsAsync<TableEntity>(
                EntityKeys.Waiting,
                EntityKeys.WaitingSince(update),
                ["PartitionKey"],
                cancellationToken
            )
        ).HasValue;

    /// <summary>Removes an update from the backlog. Two operations.</summary>
    internal async Task RemoveAsync(BackloggedEntity update, CancellationToken cancellationToken)
    {
        await _table.DeleteEntityAsync(
            EntityKeys.Entities(update.Project, update.DatasetKey),
            EntityKeys.Backlogged(update.Entity, update.Branch, update.BaseVersion),
            ETag.All,
            cancellationToken
        );
        await _table.DeleteEntityAsync(EntityKeys.Waiting, EntityKeys.WaitingSince(update), ETag.All, cancellationToken);
    }

    private static TableEntity ToRow(string partition, string row, BackloggedEntity update) =>
        new(partition, row)
        {
            [nameof(BackloggedEntity.Project)] = update.Project.Value,
            [nameof(BackloggedEntity.DatasetKey)] = update.DatasetKey,
            [nameof(BackloggedEntity.Entity)] = update.Entity.Value,
            [nameof(BackloggedEntity.Branch)] = update.Branch,
            [nameof(BackloggedEntity.BaseVersion)] = update.BaseVersion,
            [nameof(BackloggedEntity.Form)] = update.Form,
            [nameof(BackloggedEntity.InstanceId)] = update.InstanceId,
            [nameof(BackloggedEntity.At)] = update.At,
        };

    private static BackloggedEntity ToUpdate(TableEntity row) =>
        new(
            new ProjectId(row.GetInt32(nameof(BackloggedEntity.Project))!.Value),
            row.GetString(nameof(BackloggedEntity.DatasetKey))!,
            EntityId.Parse(row.GetString(nameof(BackloggedEntity.Entity))),
            row.GetString(nameof(BackloggedEntity.Branch))!,
            row.GetInt32(nameof(BackloggedEntity.BaseVersion))!.Value,
            row.GetInt32(nameof(BackloggedEntity.Form))!.Value,
            row.GetString(nameof(BackloggedEntity.InstanceId))!,
            row.GetDateTimeOffset(nameof(BackloggedEntity.At))!.Value
        );
}
