using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Entities;

/// <summary>An entity that has been in the trash long enough.</summary>
internal sealed record DeletedEntity(string Partition, string Row, ETag ETag, EntityId Id, ActorId? Creator);

public sealed partial class EntitiesTable
{
    /// <summary>Entities of all datasets that were deleted before <paramref name="time"/>. One operation per page of the table.</summary>
    internal IAsyncEnumerable<DeletedEntity> ListDeletedBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        _table
            .QueryAsync<TableEntity>(
                TableClient.CreateQueryFilter($"DeletedAt lt {time}"),
                select: ["PartitionKey", "RowKey", Column.Id, Column.Creator],
                cancellationToken: cancellationToken
            )
            .Select(row => new DeletedEntity(
                row.PartitionKey,
                row.RowKey,
                row.ETag,
                EntityId.Parse(row.GetString(Column.Id)),
                ToActor(row, Column.Creator)
            ));

    /// <summary>
    /// Removes an entity with its versions, events and marks, and keeps its id as deleted. False when it has changed since it was read.
    /// Three operations to read its rows, and one per 100 of them.
    /// </summary>
    internal async Task<bool> PurgeAsync(DeletedEntity entity, CancellationToken cancellationToken)
    {
        var rows = new List<TableEntity>();
        foreach (var prefix in new[] { EntityKeys.VersionsOf(entity.Id), EntityKeys.EventsOf(entity.Id), EntityKeys.MarksOf(entity.Id) })
        {
            var filter = TableKey.Prefix(entity.Partition, prefix);
            string[] keys = ["PartitionKey", "RowKey"];
            await foreach (var row in _table.QueryAsync<TableEntity>(filter, select: keys, cancellationToken: cancellationToken))
            {
                rows.Add(row);
            }
        }
        var tombstone = new TableEntity(entity.Partition, EntityKeys.Entity(entity.Id))
        {
            [Column.Creator] = entity.Creator?.Value,
            [Column.Deleted] = true,
        };
        List<TableTransactionAction> actions =
        [
            new(TableTransactionActionType.Delete, new TableEntity(entity.Partition, entity.Row), entity.ETag),
            new(TableTransactionActionType.UpsertReplace, tombstone),
            .. rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)),
        ];
        try
        {
            // The entity itself is in the first batch, so that a restored one keeps everything.
            await TableRows.SubmitAsync(_table, actions, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return false;
        }
    }

    /// <summary>Removes all rows of a dataset. One operation per 1,000 found and one per 100 removed.</summary>
    internal Task PurgeAsync(Dataset dataset, CancellationToken cancellationToken) =>
        TableRows.DeleteAllAsync(
            _table,
            TableClient.CreateQueryFilter($"PartitionKey eq {EntityKeys.Entities(dataset)}"),
            cancellationToken
        );
}
