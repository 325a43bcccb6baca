using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Entities;

/// <summary>Table `heldEntities`: each update that waits, once where the one before it in its branch looks, and once in the order of
/// time.</summary>
public sealed class EntityBacklogTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.EntityBacklogTable);

    /// <summary>The same again is harmless; it waits from the first time on. Two operations.</summary>
    internal async Task AddAsync(BackloggedEntity update, CancellationToken cancellationToken)
    {
        // What is found when the time is up first, so that nothing waits for ever.
        await _table.UpsertEntityAsync(
            ToRow(EntityKeys.Waiting, EntityKeys.WaitingSince(update), update),
            TableUpdateMode.Replace,
            cancellationToken
        );
        await _table.UpsertEntityAsync(
            ToRow(EntityKeys.Entities(update.Project, update.DatasetKey), EntityKeys.Backlogged(update.Entity, update.Branch, update.BaseVersion), update),
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

    /// <summary>Of all datasets, those that have waited since before <paramref name="time"/>. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<BackloggedEntity> ListBeforeAsync(
        DateTimeOffset time,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {EntityKeys.Waiting} and RowKey lt {EntityKeys.WaitingBefore(time)}"
        );
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return ToUpdate(row);
        }
    }

    /// <summary>All of a project's, where the one before them looks, for who checks them. One operation per 1,000 of the server.</summary>
    internal IAsyncEnumerable<StoredRow<BackloggedEntity>> ScanAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(
            _table,
            TableClient.CreateQueryFilter($"PartitionKey ne {EntityKeys.Waiting} and Project eq {project.Value}"),
            null,
            ToUpdate,
            cancellationToken
        );

    /// <summary>Whether it will be found when its time is up. One operation.</summary>
    internal async Task<bool> IsWaitingAsync(BackloggedEntity update, CancellationToken cancellationToken) =>
        (
            await _table.GetEntityIfExistsAsync<TableEntity>(
                EntityKeys.Waiting,
                EntityKeys.WaitingSince(update),
                ["PartitionKey"],
                cancellationToken
            )
        ).HasValue;

    /// <summary>Its turn has come and gone. Two operations.</summary>
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
