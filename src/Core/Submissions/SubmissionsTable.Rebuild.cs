using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>A submission whose rows are to be recreated, with the XML of its current version.</summary>
internal sealed record RecoveredSubmission(SubmissionSpace Space, SubmissionRecoveryRecord RecoveryRecord, ReadOnlyMemory<byte> Xml);

/// <summary>Writes of a rebuild, while the app is stopped.</summary>
public sealed partial class SubmissionsTable
{
    /// <summary>One operation.</summary>
    internal async Task<bool> HasAnyAsync(ProjectId project, CancellationToken cancellationToken) =>
        await _table
            .QueryAsync<TableEntity>(TableKey.PartitionPrefix(SubmissionKeys.PartitionsOf(project)), 1, [Column.RowKey], cancellationToken)
            .AnyAsync(cancellationToken);

    /// <summary>
    /// Deletes the rows of a form's submissions with these roots, by their hashes, and kept counts. Returns the roots of those that
    /// stay. One operation per 1,000 rows, and one per 100 deleted.
    /// </summary>
    internal async Task<IReadOnlySet<string>> RemoveAsync(
        ProjectId project,
        int form,
        IReadOnlySet<string> roots,
        CancellationToken cancellationToken
    )
    {
        var kept = new HashSet<string>();
        string[] columns = ["PartitionKey", Column.RowKey, Column.TimelineKey];
        await foreach (
            var page in _table
                .QueryAsync<TableEntity>(
                    TableKey.PartitionPrefix(SubmissionKeys.PartitionsOf(project, form)),
                    PageSize,
                    columns,
                    cancellationToken
                )
                .AsPages()
        )
        {
            var doomed = new List<TableEntity>();
            foreach (var row in page.Values)
            {
                var root = SubmissionKeys.RootHash(row.RowKey, row.GetString(Column.TimelineKey));
                if (root.Length == 0 || roots.Contains(root))
                {
                    doomed.Add(row);
                }
                else
                {
                    kept.Add(root);
                }
            }
            await TableRows.DeleteAsync(_table, doomed, cancellationToken);
        }
        return kept;
    }

    /// <summary>Writes all rows of submissions of one space, replacing existing ones. One operation per 100 rows or 2 MiB of a
    /// shard.</summary>
    internal async Task WriteAllAsync(IReadOnlyCollection<RecoveredSubmission> told, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        foreach (var rows in new[] { told.SelectMany(one => ClaimRows(one, now)), told.SelectMany(one => Rows(one, now)) })
        {
            await TableRows.SubmitAsync(
                _table,
                rows.OrderBy(row => row.PartitionKey, StringComparer.Ordinal)
                    .Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row)),
                cancellationToken
            );
        }
    }

    private static IEnumerable<TableEntity> ClaimRows(RecoveredSubmission told, DateTimeOffset now)
    {
        var (space, root) = (told.Space, told.RecoveryRecord.Submission.RootId);
        var shard = ShardOf(space, root, now);
        var timeline = SubmissionKeys.Timeline(told.RecoveryRecord.Submission.CreatedAt, root);
        return told.RecoveryRecord.Versions.SelectMany(version =>
            ClaimedBy(space, version.Id, shard, now)
                .Select(claimed => new Claim(shard, timeline).ToEntity(SubmissionKeys.Partition(space, claimed), version.Id))
        );
    }

    private static int ShardOf(SubmissionSpace space, InstanceId root, DateTimeOffset now) =>
        space.Shards.PlaceOf(SubmissionKeys.RootHash(root), now).Home;

    // The timeline row last: a submission is listed when all of it is there.
    private static IEnumerable<TableEntity> Rows(RecoveredSubmission told, DateTimeOffset now)
    {
        var (submission, versions) = (told.RecoveryRecord.Submission, told.RecoveryRecord.Versions);
        var partition = SubmissionKeys.Partition(told.Space, ShardOf(told.Space, submission.RootId, now));
        var timeline = ToEntity(partition, submission, told.Xml);
        foreach (var version in versions)
        {
            var state =
                version.Id != submission.Current.Id ? InstanceState.Superseded
                : submission.DeletedAt is null ? InstanceState.Current
                : InstanceState.Deleted;
            yield return ToEntity(partition, new Instance(version, state, timeline.RowKey));
        }
        foreach (var (number, version) in versions.Index().Skip(1))
        {
            var keepsId = submission.Current.Id == submission.RootId;
            yield return ToEditEntity(partition, submission.RootId, number, keepsId ? version.Id : null, version);
        }
        foreach (var comment in told.RecoveryRecord.Comments)
        {
            yield return ToEntity(partition, submission.RootId, comment);
        }
        if (submission.DeletedAt is { } deletedAt)
        {
            (timeline[Column.Deleted], timeline[Column.DeletedAt]) = (true, deletedAt);
            yield return new TableEntity(partition, SubmissionKeys.Deleted(deletedAt, submission.RootId))
            {
                [Column.RootId] = submission.RootId.Value,
            };
        }
        yield return timeline;
    }
}
