using System.Globalization;
using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// The rows of submissions: timeline, instances, edits, comments and marks of deletion, each way. Drafts that were replaced keep rows
/// that nobody sees; they are not looked at.
/// </summary>
public sealed class VerifySubmissions(
    FormsTable forms,
    FormVersionsTable versions,
    SubmissionsTable submissions,
    SubmissionCounts counts,
    VerifySubmissionFiles files,
    VerifySubmissionWork work
)
{
    /// <summary>
    /// A few operations per 1,000 rows; one for each edit, and for each submission with case blocks one and one for each case. Timeline
    /// and instances are looked up one by one only where their sums differ: when something is wrong, or when submissions come in meanwhile.
    /// </summary>
    internal async Task RunAsync(Verification verification, ProjectId project, Action<string> progress, CancellationToken cancellationToken)
    {
        var all = (await forms.ListWithTrashAsync(project, cancellationToken)).ToDictionary(form => form.Number);
        var spaces = (await submissions.ListSpacesAsync(project, cancellationToken).ToListAsync(cancellationToken))
            .GroupBy(space => space.Form)
            .ToDictionary(group => group.Key, group => group.ToList());
        await verification.OnceAsync(stop => FindFormlessAsync(project, spaces.Keys, stop), cancellationToken);
        var orphans = new Orphans(StorageNames.SubmissionsContainer);
        foreach (var form in all.Values.OrderBy(form => form.Number))
        {
            progress($"Project {project}, form {form.Number}: submissions");
            var reached = 0L;
            var definitions = (await versions.ListAsync(project, form.Number, cancellationToken)).ToDictionary(definition =>
                definition.Version
            );
            var live = form.Draft is null
                ? [SubmissionSpace.Published(form)]
                : new[] { SubmissionSpace.Published(form), SubmissionSpace.OfDraft(form) };
            foreach (var space in live)
            {
                reached += await RunAsync(verification, definitions, space, cancellationToken);
            }
            if (
                await files.RunAsync(verification, form, live, spaces.GetValueOrDefault(form.Number) ?? [], orphans, cancellationToken)
                != reached
            )
            {
                foreach (var space in live)
                {
                    await verification.EachAsync(
                        "instances",
                        project,
                        submissions.ScanInstancesAsync(space, cancellationToken),
                        (row, instance, stop) => CheckInstanceAsync(space, instance, row.ToString(), stop),
                        cancellationToken
                    );
                }
            }
        }
        foreach (var note in orphans.Notes(verification.Options, project))
        {
            verification.Report(note);
        }
    }

    // Returns how many instances the timeline speaks of.
    private async Task<long> RunAsync(
        Verification verification,
        IReadOnlyDictionary<string, FormDefinition> definitions,
        SubmissionSpace space,
        CancellationToken cancellationToken
    )
    {
        var edits = 0L;
        var agree = await AgreeAsync(space, cancellationToken);
        var count = await verification.EachAsync(
            "submissions",
            space.Project,
            submissions.ScanTimelineAsync(space, cancellationToken),
            (row, submission, stop) =>
            {
                Interlocked.Add(ref edits, row.IsAgain ? 0 : submission.Edits);
                return CheckAsync(verification, definitions, space, submission, row, agree, stop);
            },
            cancellationToken
        );
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
        await verification.OnceAsync(stop => CheckCountsAsync(space, stop), cancellationToken);
        return count + Interlocked.Read(ref edits);
    }

    // Each submission and its current instance say the same of it: then so do the sums of all that they say, in whatever order they come.
    private async Task<bool> AgreeAsync(SubmissionSpace space, CancellationToken cancellationToken)
    {
        var (timeline, instances) = (new RowSum(), new RowSum());
        return await timeline.AddAllAsync(
                submissions.ScanTimelineAsync(space, cancellationToken),
                (row, submission) =>
                    [
                        SubmissionKeys.Instance(submission.Current.Id),
                        row.Row,
                        ExpectedState(submission).ToString(),
                        .. Of(submission.Current, submission.MediaExpected, submission.MediaPresent),
                    ]
            )
            && await instances.AddAllAsync(
                submissions.ScanInstancesAsync(space, cancellationToken),
                (row, instance) =>
                    instance.State == InstanceState.Superseded
                        ? []
                        :
                        [
                            row.Row,
                            instance.TimelineKey,
                            instance.State.ToString(),
                            .. Of(instance.Version, instance.Version.Media.Count, instance.Version.Media.Count(file => file.Exists)),
                        ]
            )
            && timeline == instances;

        static string[] Of(SubmissionVersion version, int expected, int present) =>
            [
                version.Id.Value,
                version.XmlHash,
                version.FormVersion,
                version.Problem ?? "",
                expected.ToString(CultureInfo.InvariantCulture),
                present.ToString(CultureInfo.InvariantCulture),
            ];
    }

    private static InstanceState ExpectedState(Submission submission) =>
        submission.DeletedAt is null ? InstanceState.Current : InstanceState.Deleted;

    private IAsyncEnumerable<Difference> CheckCountsAsync(SubmissionSpace space, CancellationToken cancellationToken) =>
        counts
            .FindWrongAsync(space, cancellationToken)
            .Select(wrong => new Difference(
                "submission-count",
                space.Project,
                $"{StorageNames.SubmissionsTable} {SubmissionKeys.Partition(space)} {wrong.Key}",
                $"by review state {wrong.Kept} are counted, and {wrong.Found} are there"
            ));

    private async IAsyncEnumerable<Difference> CheckAsync(
        Verification verification,
        IReadOnlyDictionary<string, FormDefinition> definitions,
        SubmissionSpace space,
        Submission submission,
        StoredRow<Submission> row,
        bool agree,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (project, where) = (space.Project, $"{row} ({submission.RootId})");
        if (row.Row != SubmissionKeys.Timeline(submission.CreatedAt, submission.RootId))
        {
            yield return new Difference(
                "submission-key",
                project,
                where,
                $"it says that it came at {submission.CreatedAt:O}, which is another place"
            );
        }
        if (
            !agree
            && Mismatch(submission, row.Row, await submissions.FindInstanceAsync(space, submission.Current.Id, cancellationToken))
                is { } mismatch
        )
        {
            yield return new Difference("submission-instance", project, where, $"its current instance {submission.Current.Id} {mismatch}");
        }
        if (
            submission.DeletedAt is { } deletedAt
            && !await submissions.IsMarkedDeletedAsync(space, submission.RootId, deletedAt, cancellationToken)
        )
        {
            yield return new Difference(
                "submission-deletion",
                project,
                where,
                $"it is deleted, and no row {SubmissionKeys.Deleted(deletedAt, submission.RootId)} lets the purge find it"
            );
        }
        await foreach (var difference in CheckVersionsAsync(space, submission, row.Row, where, cancellationToken))
        {
            yield return difference;
        }
        if (space.Draft is null && submission is { DeletedAt: null, Current.Problem: null })
        {
            await foreach (
                var difference in work.CheckAsync(
                    verification,
                    definitions.GetValueOrDefault(submission.Current.FormVersion),
                    space,
                    submission,
                    where,
                    cancellationToken
                )
            )
            {
                yield return difference;
            }
        }
    }

    private static string? Mismatch(Submission submission, string place, Instance? instance)
    {
        var expected = ExpectedState(submission);
        return instance is null ? "has no row"
            : instance.TimelineKey != place ? $"belongs to {instance.TimelineKey}"
            : instance.State != expected ? $"is {instance.State}, expected {expected}"
            : instance.Version.XmlHash != submission.Current.XmlHash
                ? $"has the XML {instance.Version.XmlHash}, expected {submission.Current.XmlHash}"
            : instance.Version.FormVersion != submission.Current.FormVersion
                ? $"has the form version \"{instance.Version.FormVersion}\", expected \"{submission.Current.FormVersion}\""
            : instance.Version.Problem != submission.Current.Problem
                ? $"says of its case blocks \"{instance.Version.Problem}\", expected \"{submission.Current.Problem}\""
            : (instance.Version.Media.Count, instance.Version.Media.Count(file => file.Exists)) is var (slots, present)
            && (slots, present) != (submission.MediaExpected, submission.MediaPresent)
                ? $"has {slots} attachments, {present} of them present, and the timeline counts {submission.MediaExpected} and "
                    + $"{submission.MediaPresent}"
            : null;
    }

    // The first instance and each edit name one version; one of them is current.
    private async IAsyncEnumerable<Difference> CheckVersionsAsync(
        SubmissionSpace space,
        Submission submission,
        string place,
        string where,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (submission.Edits == 0)
        {
            if (submission.Current.Id != submission.RootId)
            {
                yield return new Difference(
                    "submission-versions",
                    space.Project,
                    where,
                    $"it was never edited, and its current instance is {submission.Current.Id}"
                );
            }
            yield break;
        }
        var ids = await submissions
            .ListEditsAsync(space, submission.RootId, cancellationToken)
            .Prepend(submission.RootId)
            .ToListAsync(cancellationToken);
        if (ids.Count - 1 != submission.Edits || !ids.Contains(submission.Current.Id))
        {
            yield return new Difference(
                "submission-versions",
                space.Project,
                where,
                $"it counts {submission.Edits} edits up to {submission.Current.Id}, and {ids.Count - 1} are listed"
            );
        }
        foreach (var id in ids.Where(id => id != submission.Current.Id))
        {
            if (await submissions.FindInstanceAsync(space, id, cancellationToken) is var instance && instance?.TimelineKey != place)
            {
                yield return new Difference(
                    "submission-versions",
                    space.Project,
                    where,
                    $"the earlier instance {id} {(instance is null ? "has no row" : $"belongs to {instance.TimelineKey}")}"
                );
            }
            else if (instance.State != InstanceState.Superseded)
            {
                yield return new Difference(
                    "submission-versions",
                    space.Project,
                    where,
                    $"the earlier instance {id} is {instance.State}, expected {InstanceState.Superseded}"
                );
            }
        }
    }

    private async IAsyncEnumerable<Difference> CheckInstanceAsync(
        SubmissionSpace space,
        Instance instance,
        string where,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (await submissions.FindAtAsync(space, instance.TimelineKey, cancellationToken) is not var (submission, _))
        {
            yield return new Difference(
                "submission-unlisted",
                space.Project,
                $"{where} ({instance.Version.Id})",
                $"the timeline has no row {instance.TimelineKey}: it is on no list, and cannot be sent again"
            );
        }
        else if (
            instance.State == InstanceState.Superseded
                ? submission.Current.Id == instance.Version.Id || submission.Edits == 0
                : submission.Current.Id != instance.Version.Id
        )
        {
            yield return new Difference(
                "submission-instance",
                space.Project,
                $"{where} ({instance.Version.Id})",
                $"it is {instance.State}, and the current instance of its submission is {submission.Current.Id}"
            );
        }
    }

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

    private async IAsyncEnumerable<Difference> FindFormlessAsync(
        ProjectId project,
        IEnumerable<int> numbers,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var known = (await forms.ListWithTrashAsync(project, cancellationToken)).Select(form => form.Number).ToHashSet();
        foreach (var number in numbers.Where(number => !known.Contains(number)))
        {
            yield return new Difference(
                "form-missing",
                project,
                $"submissions of form {number}",
                "there are some, and the tables do not tell of the form"
            );
        }
    }
}
