using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>The cases of a project by the time at which storage wrote the row.</summary>
public sealed partial class CaseOwnersTable
{
    // Of a case without body and indices.
    private static readonly string[] SmallColumns =
    [
        "PartitionKey",
        "RowKey",
        "Timestamp",
        Column.Id,
        Column.Version,
        Column.ServerModifiedOn,
        Column.MovedTo,
        Column.Type,
        Column.Closed,
        Column.Deleted,
        Column.Extensions,
    ];

    private static readonly string[] AllColumns =
    [
        .. SmallColumns,
        .. CaseBody.Columns,
        .. SpilledText.Names(Column.Indices),
        .. SpilledText.Names(Column.Type),
    ];

    /// <summary>
    /// The cases of the project, or of one owner, whose rows were written in a range of times; without tombstones, in key order. Without
    /// <paramref name="withBody"/> a case has neither body nor indices. One operation per 1,000 rows, or per 4 MiB.
    /// </summary>
    internal async IAsyncEnumerable<(OwnedCase Case, CasePlace Place, DateTimeOffset IndexedOn)> ScanWrittenAsync(
        ProjectId project,
        OwnerId? owner,
        TimeRange written,
        bool withBody,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = owner is { } one
            ? TableClient.CreateQueryFilter($"PartitionKey eq {CaseKeys.OwnerPartition(project, one)}")
            : TableKey.PartitionPrefix(CaseKeys.OwnerPartitionsOf(project));
        if (written.From is { } from)
        {
            filter = $"{filter} and {TableClient.CreateQueryFilter($"Timestamp ge {from}")}";
        }
        if (written.To is { } to)
        {
            filter = $"{filter} and {TableClient.CreateQueryFilter($"Timestamp le {to}")}";
        }
        await foreach (
            var row in NewestAsync(filter, withBody ? AllColumns : SmallColumns, selects: !withBody, ahead: false, cancellationToken)
        )
        {
            // Storage may compare times less precisely than it tells them.
            if (row.Case.MovedTo is null && written.Holds(row.WrittenAt))
            {
                yield return (row.Case, row.Place, row.WrittenAt);
            }
        }
    }
}
