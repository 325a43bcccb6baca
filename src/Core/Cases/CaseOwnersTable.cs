using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// Table `caseOwners`: copies of cases by owner, for restores. Each revision of a case is a separate row, which replaces the previous one.
/// A late writer can leave an obsolete row, but cannot hide a newer one, since readers take the highest revision.
/// </summary>
public sealed partial class CaseOwnersTable(StorageAccount storage, CasesContainer bodies)
{
    private const int PageSize = 1000;
    private readonly TableClient _table = storage.Table(StorageNames.CaseOwnersTable);

    /// <summary>
    /// The owner's cases, and tombstones of its former cases; each case once. With <paramref name="changedSince"/>, only those that the
    /// server changed since then. One operation per 1,000 rows.
    /// </summary>
    public IAsyncEnumerable<OwnedCase> ListAsync(
        ProjectId project,
        OwnerId owner,
        DateTimeOffset? changedSince,
        CancellationToken cancellationToken
    )
    {
        var partition = CaseKeys.OwnerPartition(project, owner);
        var filter = changedSince is { } since
            ? TableClient.CreateQueryFilter($"PartitionKey eq {partition} and ServerModifiedOn ge {since}")
            : TableClient.CreateQueryFilter($"PartitionKey eq {partition}");
        return NewestAsync(filter, AllColumns, selects: false, ahead: true, cancellationToken).Select(row => row.Case);
    }

    /// <summary>
    /// The cases of the project, or of one <paramref name="owner"/>, in key order with their positions; those after a position when one is
    /// given. Without tombstones. One operation per 1,000 rows, and one after a position. Refuses a position of another list with 400.11.
    /// </summary>
    internal async IAsyncEnumerable<(OwnedCase Case, CasePlace Place)> ScanAsync(
        ProjectId project,
        OwnerId? owner,
        CasePlace? after,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var all = owner is { } one
            ? TableClient.CreateQueryFilter($"PartitionKey eq {CaseKeys.OwnerPartition(project, one)}")
            : TableKey.PartitionPrefix(CaseKeys.OwnerPartitionsOf(project));
        var filters = new List<string>();
        if (after is { } place)
        {
            RequireWithin(project, owner, place);

            // Two ranges of keys: one condition with an `or` would be searched from the start of the list.
            filters.Add(
                TableClient.CreateQueryFilter($"PartitionKey eq {place.Partition} and RowKey ge {CaseKeys.AfterOwnerRow(place.Row)}")
            );
            if (owner is null)
            {
                filters.Add($"{all} and {TableClient.CreateQueryFilter($"PartitionKey gt {place.Partition}")}");
            }
        }
        else
        {
            filters.Add(all);
        }
        foreach (var filter in filters)
        {
            await foreach (var row in NewestAsync(filter, AllColumns, selects: false, ahead: false, cancellationToken))
            {
                if (row.Case.MovedTo is null)
                {
                    yield return (row.Case, row.Place);
                }
            }
        }
    }

    private static void RequireWithin(ProjectId project, OwnerId? owner, CasePlace place)
    {
        var isWithin = owner is { } one
            ? place.Partition == CaseKeys.OwnerPartition(project, one)
            : place.Partition.StartsWith(CaseKeys.OwnerPartitionsOf(project), StringComparison.Ordinal);
        if (!isWithin || !place.Row.Contains('|', StringComparison.Ordinal))
        {
            throw Problem.InvalidDataType("cursor", "cursor of this list").AsException();
        }
    }

    private async IAsyncEnumerable<OwnerRow> NewestAsync(
        string filter,
        IReadOnlyList<string> columns,
        bool selects,
        bool ahead,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        OwnerRow? newest = null;
        await foreach (var row in QueriedRows.ReadAsync(_table, filter, PageSize, columns, selects, ToOwnerRow, ahead, cancellationToken))
        {
            if (newest is { Place: var place } && (place.Partition != row.Place.Partition || !CaseKeys.SameCase(place.Row, row.Place.Row)))
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

    private OwnerRow ToOwnerRow(IRowValues row)
    {
        var place = new CasePlace(row.GetString("PartitionKey")!, row.GetString("RowKey")!);
        return new OwnerRow(ToOwnedCase(row, place.Row), place, row.GetDateTimeOffset("Timestamp")!.Value);
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
            ? (ToOwnedCase(new EntityValues(newest), newest.RowKey), CasesContainer.BlobOf(newest))
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

    private OwnedCase ToOwnedCase(IRowValues row, string key)
    {
        var owned = new OwnedCase(
            CaseId.FromStored(row.GetString(Column.Id)!),
            row.GetInt32(Column.Version)!.Value,
            CaseKeys.Revision(key),
            row.GetDateTimeOffset(Column.ServerModifiedOn)!.Value
        );
        var body = CaseBody.Of(row);
        return row.GetString(Column.MovedTo) is { } owner
            ? owned with
            {
                MovedTo = new OwnerId(owner),
            }
            : owned with
            {
                Type = SpilledText.Get(row, Column.Type)!,
                Closed = row.GetBoolean(Column.Closed)!.Value,
                Deleted = row.GetBoolean(Column.Deleted)!.Value,
                Extensions = row.GetInt32(Column.Extensions)!.Value,
                Indices = CasesContainer.UnpackIndices(SpilledText.Get(row, Column.Indices)),
                Body = cancellationToken => bodies.UnpackAsync(body, cancellationToken),
            };
    }

    /// <summary>A row as listed.</summary>
    private sealed record OwnerRow(OwnedCase Case, CasePlace Place, DateTimeOffset WrittenAt);

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
