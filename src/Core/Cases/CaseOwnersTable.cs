using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// Table `caseOwners`: copies of cases by owner, for restores. Each revision of a case is a separate row, which replaces the previous one.
/// A late writer can leave an obsolete row, but cannot hide a newer one, since readers take the highest revision.
/// </summary>
public sealed class CaseOwnersTable(StorageAccount storage, CasesContainer bodies)
{
    private const int PageSize = 1000;
    private const int MaxRowsInBatch = 50;
    private const int MaxBytesInBatch = 2 << 20;
    private readonly TableClient _table = storage.Table(StorageNames.CaseOwnersTable);

    /// <summary>
    /// The owner's cases, and tombstones of its former cases; each case once. With <paramref name="changedSince"/>, only those that the
    /// server changed since then. One operation per 1,000 rows.
    /// </summary>
    public async IAsyncEnumerable<OwnedCase> ListAsync(
        ProjectId project,
        OwnerId owner,
        DateTimeOffset? changedSince,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var partition = CaseKeys.OwnerPartition(project, owner);
        var filter = changedSince is { } since
            ? TableClient.CreateQueryFilter($"PartitionKey eq {partition} and ServerModifiedOn ge {since}")
            : TableClient.CreateQueryFilter($"PartitionKey eq {partition}");
        TableEntity? newest = null;
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, PageSize, cancellationToken: cancellationToken))
        {
            if (newest is not null && !CaseKeys.SameCase(newest.RowKey, entity.RowKey))
            {
                yield return ToOwnedCase(newest);
            }
            newest = entity;
        }
        if (newest is not null)
        {
            yield return ToOwnedCase(newest);
        }
    }

    /// <summary>
    /// The cases of the project, or of one <paramref name="owner"/>, in key order with their positions. Without tombstones. One operation
    /// per 1,000 rows.
    /// </summary>
    internal async IAsyncEnumerable<(OwnedCase Case, CasePlace Place)> ScanAsync(
        ProjectId project,
        OwnerId? owner,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = owner is { } one
            ? TableClient.CreateQueryFilter($"PartitionKey eq {CaseKeys.OwnerPartition(project, one)}")
            : TableKey.PartitionPrefix(CaseKeys.OwnerPartitionsOf(project));
        TableEntity? newest = null;
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, PageSize, cancellationToken: cancellationToken))
        {
            if (
                newest is not null
                && (newest.PartitionKey != entity.PartitionKey || !CaseKeys.SameCase(newest.RowKey, entity.RowKey))
                && !newest.ContainsKey(Column.MovedTo)
            )
            {
                yield return (ToOwnedCase(newest), new CasePlace(newest.PartitionKey, newest.RowKey));
            }
            newest = entity;
        }
        if (newest?.ContainsKey(Column.MovedTo) == false)
        {
            yield return (ToOwnedCase(newest), new CasePlace(newest.PartitionKey, newest.RowKey));
        }
    }

    /// <summary>
    /// The newest row of a case among an owner's rows, and the name of the blob with its body, if any; null when there is no row. One
    /// operation.
    /// </summary>
    internal async Task<(OwnedCase Case, string? Blob)?> FindAsync(
        ProjectId project,
        OwnerId owner,
        CaseId id,
        CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(CaseKeys.OwnerPartition(project, owner), CaseKeys.OwnerRowsOf(id));
        return
            await _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).LastOrDefaultAsync(cancellationToken)
                is { } newest
            ? (ToOwnedCase(newest), CasesContainer.BlobOf(newest))
            : null;
    }

    /// <summary>The newest row of each case of a project, without bodies, for verification. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<StoredRow<CaseId>> ScanNewestAsync(
        ProjectId project,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        StoredRow<CaseId>? newest = null;
        var rows = StoredRows.ScanAsync(
            _table,
            TableKey.PartitionPrefix(CaseKeys.OwnerPartitionsOf(project)),
            [Column.Id],
            entity => CaseId.FromStored(entity.GetString(Column.Id)),
            cancellationToken
        );
        await foreach (var row in rows)
        {
            if (newest is not null && (newest.Partition != row.Partition || !CaseKeys.SameCase(newest.Row, row.Row)))
            {
                yield return newest;
            }
            newest = row;
        }
        if (newest is not null)
        {
            yield return newest;
        }
    }

    /// <summary>
    /// Deletes all rows of a project except those of some cases, so that a rebuild can write them again. One operation per 1,000 rows, and
    /// one per 100 deleted.
    /// </summary>
    internal Task EmptyAsync(ProjectId project, IReadOnlySet<CaseId> keep, CancellationToken cancellationToken) =>
        TableRows.DeleteAllAsync(
            _table,
            TableKey.PartitionPrefix(CaseKeys.OwnerPartitionsOf(project)),
            cancellationToken,
            keep.Select(CaseKeys.OwnerRowsOf).ToHashSet() is var kept
                ? row => !kept.Contains(row.RowKey[..(row.RowKey.IndexOf('|', StringComparison.Ordinal) + 1)])
                : null
        );

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

    private OwnedCase ToOwnedCase(TableEntity entity)
    {
        var owned = new OwnedCase(
            CaseId.FromStored(entity.GetString(Column.Id)),
            entity.GetInt32(Column.Version)!.Value,
            CaseKeys.Revision(entity.RowKey),
            entity.GetDateTimeOffset(Column.ServerModifiedOn)!.Value
        );
        return entity.GetString(Column.MovedTo) is { } owner
            ? owned with
            {
                MovedTo = new OwnerId(owner),
            }
            : owned with
            {
                Type = SpilledText.Get(entity, Column.Type)!,
                Closed = entity.GetBoolean(Column.Closed)!.Value,
                Deleted = entity.GetBoolean(Column.Deleted)!.Value,
                Extensions = entity.GetInt32(Column.Extensions)!.Value,
                Indices = CasesContainer.UnpackIndices(SpilledText.Get(entity, Column.Indices)),
                Body = cancellationToken => bodies.UnpackAsync(entity, cancellationToken),
            };
    }

    /// <summary>A row to write, and the revision of the row of the same case and owner that it replaces.</summary>
    private sealed record Row(CaseId Id, TableEntity Entity, int? Replaces, int Bytes);

    private static class Column
    {
        public const string Id = "Id";
        public const string Version = "Version";
        public const string ServerModifiedOn = "ServerModifiedOn";
        public const string MovedTo = "Moved";
        public const string Type = "Type";
        public const string Closed = "Closed";
        public const string Deleted = "Deleted";
        public const string Extensions = "Extensions";
        public const string Indices = "Indices";
    }
}
