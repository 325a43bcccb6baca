using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The timeline of a space, and scans of all rows for verification.</summary>
public sealed partial class SubmissionsTable
{
    /// <summary>Newest first; one operation per 1,000 rows, or as many as <paramref name="atMost"/> asks for. The trash is searched by
    /// storage itself.</summary>
    internal async IAsyncEnumerable<Submission> ListAsync(
        SubmissionSpace space,
        bool deleted,
        int? atMost,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(SubmissionKeys.Partition(space), SubmissionKeys.TimelinePrefix);
        if (deleted)
        {
            filter = $"{filter} and {Column.Deleted} eq true";
        }
        var pageSize = Math.Clamp(atMost ?? PageSize, 1, PageSize);
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, pageSize, ListedColumns, cancellationToken))
        {
            if ((entity.GetBoolean(Column.Deleted) ?? false) == deleted)
            {
                yield return ToSubmission(entity);
            }
        }
    }

    /// <summary>The submission at a place in the timeline, with its XML if the row has it; null if it was deleted. One operation.</summary>
    internal async Task<(Submission Submission, byte[]? Xml)?> FindAtAsync(
        SubmissionSpace space,
        string key,
        CancellationToken cancellationToken
    )
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            SubmissionKeys.Partition(space),
            key,
            ExportedColumns,
            cancellationToken
        );
        return found.HasValue ? (ToSubmission(found.Value!), found.Value!.GetBinary(Column.Xml)) : null;
    }

    /// <summary>
    /// Newest first, deleted ones too, after a given place; each with its place and, on request, its XML if the row has it. One operation
    /// per 1,000; without <paramref name="atMost"/> the next page is fetched while this one is processed.
    /// </summary>
    internal async IAsyncEnumerable<(Submission Submission, string Key, byte[]? Xml)> ListAllAsync(
        SubmissionSpace space,
        string? after,
        int? atMost,
        bool withXml,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(SubmissionKeys.Partition(space), SubmissionKeys.TimelinePrefix);
        if (after is not null)
        {
            filter = $"{filter} and {TableClient.CreateQueryFilter($"RowKey gt {after}")}";
        }
        string[] columns = withXml ? ExportedColumns : [Column.RowKey, .. ListedColumns];
        await using var pages = new ReadAhead<Page<TableEntity>>(
            _table.QueryAsync<TableEntity>(filter, Math.Clamp(atMost ?? PageSize, 1, PageSize), columns, cancellationToken).AsPages(),
            isWanted: atMost is null
        );
        while (await pages.MoveNextAsync())
        {
            foreach (var entity in pages.Current.Values)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return (ToSubmission(entity), entity.RowKey, entity.GetBinary(Column.Xml));
            }
        }
    }

    /// <summary>For who checks them, as the four that follow: a space's timeline, without XML.</summary>
    internal IAsyncEnumerable<StoredRow<Submission>> ScanTimelineAsync(SubmissionSpace space, CancellationToken cancellationToken) =>
        ScanAsync(space, SubmissionKeys.TimelinePrefix, ListedColumns, ToSubmission, cancellationToken);

    /// <summary>In the order of the hashes of their ids.</summary>
    internal IAsyncEnumerable<StoredRow<Instance>> ScanInstancesAsync(SubmissionSpace space, CancellationToken cancellationToken) =>
        ScanAsync(space, SubmissionKeys.InstancePrefix, null, ToInstance, cancellationToken);

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

    /// <summary>All spaces of a project with submissions, including those of replaced drafts. One operation for each.</summary>
    internal IAsyncEnumerable<SubmissionSpace> ListSpacesAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ListPartitionsAsync(_table, SubmissionKeys.PartitionsOf(project), cancellationToken).Select(SubmissionKeys.SpaceOf);

    /// <summary>By the hash of its id. One operation.</summary>
    internal async Task<Instance?> FindInstanceAsync(SubmissionSpace space, string hash, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            SubmissionKeys.Partition(space),
            SubmissionKeys.InstanceOfHash(hash),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToInstance(found.Value!) : null;
    }

    /// <summary>Whether a deletion at that time is marked. One operation.</summary>
    internal async Task<bool> IsMarkedDeletedAsync(
        SubmissionSpace space,
        InstanceId root,
        DateTimeOffset deletedAt,
        CancellationToken cancellationToken
    ) =>
        (
            await _table.GetEntityIfExistsAsync<TableEntity>(
                SubmissionKeys.Partition(space),
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
        CancellationToken cancellationToken
    ) => StoredRows.ScanAsync(_table, TableKey.Prefix(SubmissionKeys.Partition(space), prefix), columns, read, cancellationToken);
}
