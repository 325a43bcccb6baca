using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Deletion, undoing it, and purging.</summary>
public sealed partial class SubmissionsTable
{
    // Those whose events may not have been reported yet.
    private const int MaxMoves = 8;

    /// <summary>Deletes softly, or restores, the submission whose current version this is; false when that has changed. One operation,
    /// and one more then.</summary>
    internal async Task<bool> SetDeletedAsync(
        SubmissionSpace space,
        Submission submission,
        Instance current,
        bool deleted,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var partition = SubmissionKeys.Partition(space, current.Shard);
        var row = new TableEntity(partition, current.TimelineKey)
        {
            [Column.Deleted] = deleted,
            [Column.DeletedAt] = now,
            [Column.Moves] = WriteMoves(submission.Moves.Append(now).TakeLast(MaxMoves)),
        };
        var state = deleted ? InstanceState.Deleted : InstanceState.Current;
        var mark = new TableEntity(partition, SubmissionKeys.Deleted(submission.DeletedAt ?? now, submission.RootId))
        {
            [Column.RootId] = submission.RootId.Value,
        };
        try
        {
            await _table.SubmitTransactionAsync(
                [
                    new(TableTransactionActionType.UpdateReplace, ToEntity(partition, current with { State = state }), current.ETag),
                    new(TableTransactionActionType.UpdateMerge, row, ETag.All),
                    SubmissionCounts.Mark(partition, current.TimelineKey),
                    new(deleted ? TableTransactionActionType.Add : TableTransactionActionType.Delete, mark, ETag.All),
                ],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            // The answer to this very write may have been lost.
            return (await GetAsync(space, current, cancellationToken)).Submission.DeletedAt == (deleted ? now : null);
        }
    }

    /// <summary>The roots of the submissions that were deleted before <paramref name="time"/>, shard after shard. One operation per 1,000
    /// in each.</summary>
    internal IAsyncEnumerable<InstanceId> ListDeletedBeforeAsync(
        SubmissionSpace space,
        DateTimeOffset time,
        CancellationToken cancellationToken
    ) =>
        SubmissionKeys
            .Partitions(space)
            .ToAsyncEnumerable()
            .SelectMany(partition => ListDeletedBeforeAsync(partition, SubmissionKeys.DeletedBefore(time), cancellationToken));

    private async IAsyncEnumerable<InstanceId> ListDeletedBeforeAsync(
        string partition,
        string before,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {partition} and RowKey ge {SubmissionKeys.DeletedPrefix} and RowKey lt {before}"
        );
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return InstanceId.Parse(entity.GetString(Column.RootId));
        }
    }

    /// <summary>Purges a deleted submission; <paramref name="root"/> is the instance with its root id. The rows by which it is found are
    /// deleted last, in one batch, so that an interrupted purge finds it again.</summary>
    internal async Task PurgeAsync(
        SubmissionSpace space,
        Instance root,
        Submission submission,
        IReadOnlyList<InstanceId> edits,
        CancellationToken cancellationToken
    )
    {
        var partition = SubmissionKeys.Partition(space, root.Shard);
        foreach (var id in edits.Append(submission.RootId))
        {
            await RemoveClaimsAsync(space, id, root.Shard, cancellationToken);
        }
        foreach (var edit in edits)
        {
            await _table.DeleteEntityAsync(partition, SubmissionKeys.Instance(edit), ETag.All, cancellationToken);
        }
        await TableRows.DeleteAllAsync(_table, TableKey.Prefix(partition, SubmissionKeys.EditsOf(submission.RootId)), cancellationToken);
        await TableRows.DeleteAllAsync(_table, TableKey.Prefix(partition, SubmissionKeys.CommentsOn(submission.RootId)), cancellationToken);
        string[] rows =
        [
            SubmissionKeys.Timeline(submission.CreatedAt, submission.RootId),
            SubmissionKeys.Instance(submission.RootId),
            SubmissionKeys.Deleted(submission.DeletedAt!.Value, submission.RootId),
        ];
        await _table.SubmitTransactionAsync(
            rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, new TableEntity(partition, row), ETag.All)),
            cancellationToken
        );
    }

    /// <summary>Deletes all submissions of a form, including those of drafts.</summary>
    internal Task PurgeFormAsync(Form form, CancellationToken cancellationToken) =>
        TableRows.DeleteAllAsync(
            _table,
            TableKey.PartitionPrefix(SubmissionKeys.PartitionsOf(form.Project, form.Number)),
            cancellationToken
        );
}
