using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>Writes the copies and tombstones of changed cases, in batches by owner.</summary>
public sealed partial class CaseOwnersTable
{
    // A batch has 100 operations, two for each row, and 4 MiB.
    private const int MaxRowsInBatch = 50;
    private const int MaxBytesInBatch = 2 << 20;

    /// <summary>
    /// Updates the owners' rows after writes of cases. Tombstones are written first, so that a reader who finds the copy finds them too.
    /// One operation per owner for up to fifty cases.
    /// </summary>
    internal async Task UpdateOwnersAsync(IReadOnlyCollection<CaseWrite> writes, CancellationToken cancellationToken)
    {
        await WriteAsync([.. writes.SelectMany(Tombstones)], cancellationToken);
        await WriteAsync(await Task.WhenAll(writes.Select(write => CopyAsync(write, cancellationToken))), cancellationToken);
    }

    private async Task WriteAsync(IReadOnlyCollection<Row> rows, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(
            rows.GroupBy(row => row.Entity.PartitionKey).SelectMany(Batches),
            new ParallelOptions { MaxDegreeOfParallelism = InParallel.Most, CancellationToken = cancellationToken },
            async (batch, stop) =>
            {
                if (await TrySubmitAsync(batch, stop))
                {
                    return;
                }
                foreach (var row in batch)
                {
                    if (batch.Count == 1 || !await TrySubmitAsync([row], stop))
                    {
                        await WriteAloneAsync(row, stop);
                    }
                }
            }
        );

    // The previous revision's row is missing: its writer is late, or was interrupted.
    private async Task WriteAloneAsync(Row row, CancellationToken cancellationToken)
    {
        await _table.UpsertEntityAsync(row.Entity, TableUpdateMode.Replace, cancellationToken);
        var filter = TableKey.Prefix(row.Entity.PartitionKey, CaseKeys.OwnerRowsOf(row.Id));
        await foreach (
            var other in _table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken)
        )
        {
            if (string.CompareOrdinal(other.RowKey, row.Entity.RowKey) < 0)
            {
                await _table.DeleteEntityAsync(other.PartitionKey, other.RowKey, ETag.All, cancellationToken);
            }
        }
    }

    private async Task<bool> TrySubmitAsync(IEnumerable<Row> rows, CancellationToken cancellationToken)
    {
        try
        {
            await _table.SubmitTransactionAsync(rows.SelectMany(Actions), cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return false;
        }
    }

    private static IEnumerable<TableTransactionAction> Actions(Row row)
    {
        yield return new TableTransactionAction(TableTransactionActionType.UpsertReplace, row.Entity);
        if (row.Replaces is { } revision)
        {
            yield return new TableTransactionAction(
                TableTransactionActionType.Delete,
                new TableEntity(row.Entity.PartitionKey, CaseKeys.OwnerRow(row.Id, revision)),
                ETag.All
            );
        }
    }

    private static IEnumerable<List<Row>> Batches(IEnumerable<Row> rows)
    {
        var batch = new List<Row>();
        var bytes = 0;
        foreach (var row in rows)
        {
            if (batch.Count > 0 && (batch.Count == MaxRowsInBatch || bytes + row.Bytes > MaxBytesInBatch))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(row);
            bytes += row.Bytes;
        }
        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private static IEnumerable<Row> Tombstones(CaseWrite write) =>
        write
            .After.FormerOwners.Where(former => former.Revision > (write.Before?.Revision ?? 0))
            .Select(former => new Row(
                write.After.Id,
                new TableEntity(
                    CaseKeys.OwnerPartition(write.After.Project, former.Owner),
                    CaseKeys.OwnerRow(write.After.Id, former.Revision)
                )
                {
                    [Column.Id] = write.After.Id.Value,
                    [Column.Version] = write.After.Version,
                    [Column.ServerModifiedOn] = write.After.ServerModifiedOn,
                    [Column.MovedTo] = write.After.Owner.Value,
                },
                write.Before?.RevisionAt(former.Owner),
                0
            ));

    private async Task<Row> CopyAsync(CaseWrite write, CancellationToken cancellationToken)
    {
        var copy = write.After with { Transactions = [], FormerOwners = [] };
        var entity = new TableEntity(CaseKeys.OwnerPartition(copy.Project, copy.Owner), CaseKeys.OwnerRow(copy.Id, copy.Revision))
        {
            [Column.Id] = copy.Id.Value,
            [Column.Version] = copy.Version,
            [Column.ServerModifiedOn] = copy.ServerModifiedOn,
            [Column.Closed] = copy.Closed,
            [Column.Deleted] = copy.Deleted,
            [Column.Extensions] = copy.Extensions,
        };
        var indices = CasesContainer.PackIndices(copy.Indices);
        SpilledText.Set(entity, Column.Type, copy.Type);
        SpilledText.Set(entity, Column.Indices, indices);
        var bytes = await bodies.PackAsync(entity, copy, cancellationToken);
        return new Row(copy.Id, entity, write.Before?.RevisionAt(copy.Owner), bytes + indices.Length);
    }

    /// <summary>A row to write, and the revision of the row of the same case and owner that it replaces.</summary>
    private sealed record Row(CaseId Id, TableEntity Entity, int? Replaces, int Bytes);
}
