using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>Verifies the rows beside the timeline that point at a submission: edits, comments and deletion marks.</summary>
public sealed class VerifySubmissionMarks(SubmissionsTable submissions)
{
    internal async Task RunAsync(Verification verification, SubmissionSpace space, CancellationToken cancellationToken)
    {
        foreach (
            var (prefix, check) in new (
                string,
                Func<SubmissionSpace, StoredRow<string?>, string?, CancellationToken, IAsyncEnumerable<Difference>>
            )[]
            {
                (SubmissionKeys.EditPrefix, CheckEditAsync),
                (SubmissionKeys.CommentPrefix, CheckCommentAsync),
                (SubmissionKeys.DeletedPrefix, CheckDeletedAsync),
            }
        )
        {
            await verification.EachAsync(
                "marks",
                space.Project,
                submissions.ScanMarksAsync(space, prefix, cancellationToken),
                (row, id, stop) => check(space, row, id, stop),
                cancellationToken
            );
        }
    }

    /// <summary>The difference of a deleted submission that the purge would not find. One operation.</summary>
    internal async Task<Difference?> FindUnmarkedAsync(
        ProjectId project,
        StoredRow<Submission> row,
        Submission submission,
        string where,
        CancellationToken cancellationToken
    ) =>
        submission.DeletedAt is { } deletedAt
        && !await submissions.IsMarkedDeletedAsync(row.Partition, submission.RootId, deletedAt, cancellationToken)
            ? new Difference(
                "submission-deletion",
                project,
                where,
                $"it is deleted, and no row {SubmissionKeys.Deleted(deletedAt, submission.RootId)} lets the purge find it"
            )
            : null;

    private async IAsyncEnumerable<Difference> CheckEditAsync(
        SubmissionSpace space,
        StoredRow<string?> row,
        string? id,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await FindRootAsync(space, row, cancellationToken) is not { Edits: > 0 })
        {
            yield return new Difference(
                "submission-mark",
                space.Project,
                row.ToString(),
                $"there is no submission that {id} is an edit of"
            );
        }
    }

    private async IAsyncEnumerable<Difference> CheckCommentAsync(
        SubmissionSpace space,
        StoredRow<string?> row,
        string? id,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await FindRootAsync(space, row, cancellationToken) is null)
        {
            yield return new Difference(
                "submission-mark",
                space.Project,
                row.ToString(),
                "there is no submission that this is a comment on"
            );
        }
    }

    private async IAsyncEnumerable<Difference> CheckDeletedAsync(
        SubmissionSpace space,
        StoredRow<string?> row,
        string? id,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await FindRootAsync(space, row, cancellationToken) is not { } submission)
        {
            yield return new Difference(
                "submission-mark",
                space.Project,
                row.ToString(),
                "there is no submission whose deletion this marks: the nightly purge stops here"
            );
        }
        else if (submission.DeletedAt is not { } deletedAt || row.Row != SubmissionKeys.Deleted(deletedAt, submission.RootId))
        {
            yield return new Difference(
                "submission-mark",
                space.Project,
                row.ToString(),
                $"it marks {submission.RootId} as deleted, which was not deleted then"
            );
        }
    }

    // The hash of the root id is the second part of an edit's and a comment's key, and the last of a deletion's.
    private async Task<Submission?> FindRootAsync(SubmissionSpace space, StoredRow<string?> row, CancellationToken cancellationToken)
    {
        var parts = row.Row.Split('|');
        var hash = row.Row.StartsWith(SubmissionKeys.DeletedPrefix, StringComparison.Ordinal) ? parts[^1] : parts[1];
        return
            await submissions.FindInstanceAsync(space, hash, cancellationToken) is { } root
            && await submissions.FindAtAsync(space, root.TimelineKey, cancellationToken) is var (submission, _)
            ? submission
            : null;
    }
}
