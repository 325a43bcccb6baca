using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The timeline of a space, and scans of all rows for verification.</summary>
public sealed partial class SubmissionsTable
{
    /// <summary>Newest first; one operation per 1,000 rows, or as many as <paramref name="atMost"/> asks for, in each shard. The trash
    /// is searched by storage itself.</summary>
    internal IAsyncEnumerable<Submission> ListAsync(
        SubmissionSpace space,
        bool deleted,
        int? atMost,
        CancellationToken cancellationToken
    ) =>
        MergeAsync(
            space,
            partition => ListShardAsync(partition, deleted, PageSizeOf(space, atMost), cancellationToken),
            submission => SubmissionKeys.Timeline(submission.CreatedAt, submission.RootId),
            cancellationToken
        );

    private IAsyncEnumerable<Submission> ListShardAsync(string partition, bool deleted, int pageSize, CancellationToken cancellationToken)
    {
        var filter = TableKey.Prefix(partition, SubmissionKeys.TimelinePrefix);
        if (deleted)
        {
            filter = $"{filter} and {Column.Deleted} eq true";
        }
        return ReadTimelineAsync(filter, pageSize, withXml: false, ahead: false, cancellationToken)
            .Where(found => found.Submission.DeletedAt is not null == deleted)
            .Select(found => found.Submission);
    }

    /// <summary>The submission at a place in the timeline, with its XML if the row has it; null if it was deleted. One operation, or
    /// one for each count of a form that has grown.</summary>
    internal async Task<(Submission Submission, byte[]? Xml)?> FindAtAsync(
        SubmissionSpace space,
        string key,
        CancellationToken cancellationToken
    )
    {
        foreach (var shard in space.Shards.HomesOf(SubmissionKeys.RootHashAt(key)))
        {
            var found = await _table.GetEntityIfExistsAsync<TableEntity>(
                SubmissionKeys.Partition(space, shard),
                key,
                ExportedColumns,
                cancellationToken
            );
            if (found.HasValue)
            {
                return (ToSubmission(found.Value!), found.Value!.GetBinary(Column.Xml));
            }
        }
        return null;
    }

    /// <summary>
    /// Newest first, deleted ones too, after a given place; each with its place and, on request, its XML if the row has it. One operation
    /// per 1,000 in each shard; without <paramref name="atMost"/> the next page is fetched while this one is processed. With
    /// <paramref name="bounds"/>, which divide the timeline into parts of about a page, the next three are.
    /// </summary>
    internal IAsyncEnumerable<(Submission Submission, string Key, byte[]? Xml)> ListAllAsync(
        SubmissionSpace space,
        string? after,
        int? atMost,
        bool withXml,
        IReadOnlyList<string> bounds,
        CancellationToken cancellationToken
    ) =>
        MergeAsync(
            space,
            partition =>
                atMost is null && bounds.Count > 0
                    ? ListRangesAsync(partition, after, bounds, withXml, cancellationToken)
                    : ListShardAsync(partition, after, PageSizeOf(space, atMost), atMost is null, withXml, cancellationToken),
            found => found.Key,
            cancellationToken
        );

    private IAsyncEnumerable<(Submission Submission, string Key, byte[]? Xml)> ListRangesAsync(
        string partition,
        string? after,
        IReadOnlyList<string> bounds,
        bool withXml,
        CancellationToken cancellationToken
    )
    {
        string[] starts =
        [
            SubmissionKeys.TimelinePrefix,
            .. bounds.Where(bound => string.CompareOrdinal(bound, after) > 0),
            SubmissionKeys.TimelineEnd,
        ];
        var ranges = starts.Zip(
            starts.Skip(1),
            (start, end) =>
            {
                var filter = TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {start} and RowKey lt {end}");
                filter = start == starts[0] && after is not null ? $"{filter} and {After(after)}" : filter;
                return QueriedRows.ReadPagesAsync(
                    _table,
                    filter,
                    PageSize,
                    ColumnsOf(withXml),
                    selects: true,
                    row => ToListed(row, withXml),
                    cancellationToken
                );
            }
        );
        return InOrder.ReadAsync(ranges, cancellationToken);
    }

    private IAsyncEnumerable<(Submission Submission, string Key, byte[]? Xml)> ListShardAsync(
        string partition,
        string? after,
        int pageSize,
        bool readAhead,
        bool withXml,
        CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(partition, SubmissionKeys.TimelinePrefix);
        if (after is not null)
        {
            filter = $"{filter} and {After(after)}";
        }
        return ReadTimelineAsync(filter, pageSize, withXml, readAhead, cancellationToken);
    }

    private IAsyncEnumerable<(Submission Submission, string Key, byte[]? Xml)> ReadTimelineAsync(
        string filter,
        int pageSize,
        bool withXml,
        bool ahead,
        CancellationToken cancellationToken
    ) =>
        QueriedRows.ReadAsync(
            _table,
            filter,
            pageSize,
            ColumnsOf(withXml),
            selects: true,
            row => ToListed(row, withXml),
            ahead,
            cancellationToken
        );

    private static string After(string key) => TableClient.CreateQueryFilter($"RowKey gt {key}");

    private static string[] ColumnsOf(bool withXml) => withXml ? ExportedColumns : [Column.RowKey, .. ListedColumns];

    private static (Submission Submission, string Key, byte[]? Xml) ToListed(IRowValues row, bool withXml) =>
        (ToSubmission(row), row.GetString(Column.RowKey)!, withXml ? row.GetBinary(Column.Xml) : null);

    /// <summary>For who checks them, as the four that follow: a space's timeline, without XML.</summary>
    internal IAsyncEnumerable<StoredRow<Submission>> ScanTimelineAsync(SubmissionSpace space, CancellationToken cancellationToken) =>
        ScanAsync(space, SubmissionKeys.TimelinePrefix, ListedColumns, ToSubmission, cancellationToken);

    /// <summary>In the order of the hashes of their ids. Claims are left out.</summary>
    internal IAsyncEnumerable<StoredRow<Instance>> ScanInstancesAsync(SubmissionSpace space, CancellationToken cancellationToken) =>
        ScanAsync(space, SubmissionKeys.InstancePrefix, null, ToInstance, cancellationToken, Claim.IsNone);

    /// <summary>The keys of marks that start with <paramref name="prefix"/>: of edits, comments or deletions, with the id that they
    /// hold, if any.</summary>
    internal IAsyncEnumerable<StoredRow<string?>> ScanMarksAsync(
        SubmissionSpace space,
        string prefix,
        CancellationToken cancellationToken
    ) =>
        ScanAsync<string?>(
            space,
            prefix,
            [Column.Id, Column.RootId],
            entity => entity.GetString(Column.Id) ?? entity.GetString(Column.RootId),
            cancellationToken
        );

    /// <summary>All partitions of a project with submissions, each with its space, including those of replaced drafts. One operation
    /// for each.</summary>
    internal IAsyncEnumerable<(SubmissionSpace Space, string Partition)> ListSpacesAsync(
        ProjectId project,
        CancellationToken cancellationToken
    ) =>
        StoredRows
            .ListPartitionsAsync(_table, SubmissionKeys.PartitionsOf(project), cancellationToken)
            .Select(partition => (SubmissionKeys.SpaceOf(partition), partition));

    /// <summary>Whether a deletion at that time is marked in the partition of the submission. One operation.</summary>
    internal async Task<bool> IsMarkedDeletedAsync(
        string partition,
        InstanceId root,
        DateTimeOffset deletedAt,
        CancellationToken cancellationToken
    ) =>
        (
            await _table.GetEntityIfExistsAsync<TableEntity>(
                partition,
                SubmissionKeys.Deleted(deletedAt, root),
                [Column.RowKey],
                cancellationToken
            )
        ).HasValue;

    private IAsyncEnumerable<StoredRow<T>> ScanAsync<T>(
        SubmissionSpace space,
        string prefix,
        IReadOnlyList<string>? columns,
        Func<TableEntity, T> read,
        CancellationToken cancellationToken,
        Func<TableEntity, bool>? isWanted = null
    ) =>
        MergeAsync(
            space,
            partition => StoredRows.ScanAsync(_table, TableKey.Prefix(partition, prefix), columns, read, cancellationToken, isWanted),
            row => row.Row,
            cancellationToken
        );
}
