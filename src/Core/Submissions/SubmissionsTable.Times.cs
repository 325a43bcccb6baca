using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Selects submissions of a space.</summary>
internal sealed record SubmissionRange(TimeRange Received, TimeRange Indexed)
{
    public string? AppId { get; init; }

    public bool WithDeleted { get; init; }

    public IReadOnlySet<string>? RootHashes { get; init; }

    internal bool Takes(string timelineKey, bool isDeleted) =>
        (WithDeleted || !isDeleted) && RootHashes?.Contains(SubmissionKeys.RootHash(timelineKey, null)) != false;
}

/// <summary>When a submission was received, and when its row was last written.</summary>
internal readonly record struct SubmissionTimes(DateTimeOffset ReceivedOn, DateTimeOffset IndexedOn);

/// <summary>Submissions by the times of their receipt and of their last change.</summary>
public sealed partial class SubmissionsTable
{
    private static readonly string[] TimeColumns = [Column.RowKey, Column.Timestamp, Column.Deleted];

    /// <summary>Newest first by receipt. One operation per 1,000 in each shard.</summary>
    internal IAsyncEnumerable<SubmissionTimes> ListTimesAsync(
        SubmissionSpace space,
        SubmissionRange range,
        CancellationToken cancellationToken
    ) =>
        MergeAsync(
            space,
            partition => ListTimesAsync(partition, range, cancellationToken),
            times => SubmissionKeys.TimelineFrom(times.ReceivedOn),
            cancellationToken
        );

    private async IAsyncEnumerable<SubmissionTimes> ListTimesAsync(
        string partition,
        SubmissionRange range,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var rows = QueriedRows.ReadAsync(
            _table,
            FilterOf(partition, range),
            PageSize,
            TimeColumns,
            selects: true,
            row =>
                (
                    Key: row.GetString(Column.RowKey)!,
                    IsDeleted: row.GetBoolean(Column.Deleted) == true,
                    IndexedOn: row.GetDateTimeOffset(Column.Timestamp)!.Value
                ),
            ahead: true,
            cancellationToken
        );
        await foreach (var (key, isDeleted, indexedOn) in rows)
        {
            if (range.Takes(key, isDeleted))
            {
                yield return new SubmissionTimes(SubmissionKeys.CreatedAt(key), indexedOn);
            }
        }
    }

    /// <summary>The same with the submissions, their places, and their XML if the row has it. One operation per 1,000 in each shard, or
    /// per 4 MiB.</summary>
    internal IAsyncEnumerable<(Submission Submission, string Key, byte[]? Xml)> ListWithinAsync(
        SubmissionSpace space,
        SubmissionRange range,
        CancellationToken cancellationToken
    ) =>
        MergeAsync(
            space,
            partition =>
                ReadTimelineAsync(FilterOf(partition, range), PageSizeOf(space, null), withXml: true, ahead: false, cancellationToken)
                    .Where(found => range.Takes(found.Key, found.Submission.DeletedAt is not null)),
            found => found.Key,
            cancellationToken
        );

    private static string FilterOf(string partition, SubmissionRange range)
    {
        // Newest first: the range starts with its end.
        var start = range.Received.To is { } to ? SubmissionKeys.TimelineFrom(to) : SubmissionKeys.TimelinePrefix;
        var end = range.Received.From is { } from ? SubmissionKeys.TimelineAfter(from) : SubmissionKeys.TimelineEnd;
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {start} and RowKey lt {end}");
        if (range.Indexed.From is { } indexedFrom)
        {
            filter = $"{filter} and {TableClient.CreateQueryFilter($"Timestamp ge {indexedFrom}")}";
        }
        if (range.Indexed.To is { } indexedTo)
        {
            filter = $"{filter} and {TableClient.CreateQueryFilter($"Timestamp le {indexedTo}")}";
        }
        return range.AppId is { } app ? $"{filter} and {TableClient.CreateQueryFilter($"AppId eq {app}")}" : filter;
    }
}
