using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Entities;

/// <summary>
/// A creation of many entities that is under way. Its rows bear its id until it is committed, so that what a crash leaves can be undone.
/// </summary>
internal sealed record BulkCreation(ProjectId Project, string DatasetKey, string Id, DateTimeOffset At, ETag ETag);

public sealed partial class EntitiesTable
{
    // Two rows of an entity, beside the two stamps, in a batch of 100.
    private const int EntitiesPerBatch = 49;

    /// <summary>One operation.</summary>
    internal async Task<BulkCreation> BeginBulkAsync(Dataset dataset, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        var row = new TableEntity(EntityKeys.Bulks, EntityKeys.Bulk(now, id))
        {
            [Column.Project] = dataset.Project.Value,
            [Column.Dataset] = dataset.Key,
            [Column.Bulk] = id,
            [Column.CreatedAt] = now,
        };
        var response = await _table.AddEntityAsync(row, cancellationToken);
        return new BulkCreation(dataset.Project, dataset.Key, id, now, response.Headers.ETag!.Value);
    }

    /// <summary>
    /// Reserves the ids of new entities, which are not visible yet. Returns an id that is in use, or null. One operation per 100.
    /// </summary>
    internal async Task<EntityId?> ReserveAsync(
        Dataset dataset,
        BulkCreation bulk,
        IReadOnlyList<DatasetEntity> added,
        CancellationToken cancellationToken
    )
    {
        foreach (var some in added.Chunk(TableRows.BatchSize))
        {
            try
            {
                await _table.SubmitTransactionAsync(
                    some.Select(entity => new TableTransactionAction(TableTransactionActionType.Add, Of(bulk, ToPlace(dataset, entity)))),
                    cancellationToken
                );
            }
            catch (TableTransactionFailedException e) when (e.Status == 409)
            {
                return some[e.FailedTransactionActionIndex ?? 0].Id;
            }
        }
        return null;
    }

    /// <summary>Writes entities whose ids are reserved. One operation per 49.</summary>
    internal async Task FillAsync(
        Dataset dataset,
        BulkCreation bulk,
        IReadOnlyList<DatasetEntity> added,
        CancellationToken cancellationToken
    )
    {
        foreach (var some in added.Chunk(EntitiesPerBatch))
        {
            var rows = some.SelectMany(entity => new[] { ToRow(dataset, entity), ToVersionRow(dataset, entity) })
                .Select(row => new TableTransactionAction(TableTransactionActionType.Add, Of(bulk, row)));
            await _table.SubmitTransactionAsync([.. rows, .. Stamps(dataset, some[0].Creator)], cancellationToken);
        }
    }

    /// <summary>Commits a creation; fails when it has been undone meanwhile. One operation.</summary>
    internal async Task CommitBulkAsync(BulkCreation bulk, CancellationToken cancellationToken) =>
        await _table.DeleteEntityAsync(EntityKeys.Bulks, EntityKeys.Bulk(bulk.At, bulk.Id), bulk.ETag, cancellationToken);

    /// <summary>
    /// Removes the rows of a bulk creation. One operation per 1,000 rows of the dataset, and one per 100 removed. It marks the creation
    /// first, so that it can no longer be committed.
    /// </summary>
    internal async Task UndoBulkAsync(BulkCreation bulk, CancellationToken cancellationToken)
    {
        var row = new TableEntity(EntityKeys.Bulks, EntityKeys.Bulk(bulk.At, bulk.Id))
        {
            [Column.Project] = bulk.Project.Value,
            [Column.Dataset] = bulk.DatasetKey,
            [Column.Bulk] = bulk.Id,
            [Column.CreatedAt] = bulk.At,
        };
        await _table.UpdateEntityAsync(row, bulk.ETag, TableUpdateMode.Replace, cancellationToken);
        var partition = EntityKeys.Entities(bulk.Project, bulk.DatasetKey);
        await TableRows.DeleteAllAsync(
            _table,
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and Bulk eq {bulk.Id}"),
            cancellationToken
        );
        await _table.UpsertEntityAsync(
            new TableEntity(partition, EntityKeys.Head) { [Column.Stamp] = DatasetKeys.NewStamp() },
            TableUpdateMode.Replace,
            cancellationToken
        );
        await _table.DeleteEntityAsync(EntityKeys.Bulks, EntityKeys.Bulk(bulk.At, bulk.Id), ETag.All, cancellationToken);
    }

    /// <summary>Creations that began before <paramref name="time"/> and were not committed. One operation when there are none.</summary>
    internal async Task<IReadOnlyList<BulkCreation>> ListBulksBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {EntityKeys.Bulks} and RowKey lt {EntityKeys.WaitingBefore(time)}");
        return await _table
            .QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken)
            .Select(row => new BulkCreation(
                new ProjectId(row.GetInt32(Column.Project)!.Value),
                row.GetString(Column.Dataset)!,
                row.GetString(Column.Bulk)!,
                row.GetDateTimeOffset(Column.CreatedAt)!.Value,
                row.ETag
            ))
            .ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Replaces entities that were read, without new versions. Returns those that have changed since. One operation for about 32.
    /// </summary>
    internal async Task<IReadOnlyList<StoredEntity>> ReplaceManyAsync(
        Dataset dataset,
        IReadOnlyList<(StoredEntity Before, DatasetEntity Next)> changes,
        EntityEvent happened,
        CancellationToken cancellationToken
    )
    {
        var lost = new List<StoredEntity>();
        foreach (var some in Batches(changes))
        {
            var actions = some.SelectMany(change =>
                new TableTransactionAction[]
                {
                    new(TableTransactionActionType.UpdateReplace, ToRow(dataset, change.Next), change.Before.ETag),
                    new(TableTransactionActionType.UpsertReplace, ToPlace(dataset, change.Next)),
                    new(TableTransactionActionType.Add, ToEventRow(dataset, change.Next.Id, happened)),
                }
            );
            var stamps = some.Select(change => change.Next.Creator).Distinct().SelectMany(creator => Stamps(dataset, creator));
            try
            {
                await _table.SubmitTransactionAsync([.. actions, .. stamps.DistinctBy(stamp => stamp.Entity.RowKey)], cancellationToken);
            }
            catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
            {
                lost.AddRange(some.Select(change => change.Before));
            }
        }
        return lost;
    }

    // Three rows of each entity, a stamp of each creator, and the dataset's.
    private static IEnumerable<List<(StoredEntity Before, DatasetEntity Next)>> Batches(
        IReadOnlyList<(StoredEntity Before, DatasetEntity Next)> changes
    )
    {
        var batch = new List<(StoredEntity Before, DatasetEntity Next)>();
        var creators = new HashSet<ActorId?>();
        foreach (var change in changes.OrderBy(change => change.Next.Creator?.Value ?? 0))
        {
            creators.Add(change.Next.Creator);
            if ((3 * (batch.Count + 1)) + creators.Count + 1 > TableRows.BatchSize)
            {
                yield return batch;
                batch = [];
                creators = [change.Next.Creator];
            }
            batch.Add(change);
        }
        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private static TableEntity Of(BulkCreation bulk, TableEntity row)
    {
        row[Column.Bulk] = bulk.Id;
        return row;
    }
}
