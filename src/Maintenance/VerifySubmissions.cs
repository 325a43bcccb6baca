using System.Globalization;
using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// Verifies the rows of submissions: timeline, instances, edits, comments and deletion marks, in both directions. The hidden rows of
/// replaced drafts are not verified.
/// </summary>
public sealed class VerifySubmissions(
    FormsTable forms,
    FormVersionsTable versions,
    SubmissionsTable submissions,
    SubmissionCounts counts,
    VerifyInstances instances,
    VerifySubmissionMarks marks,
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
        var partitions = await submissions.ListSpacesAsync(project, cancellationToken).ToListAsync(cancellationToken);
        var spaces = partitions
            .Select(found => found.Space)
            .Distinct()
            .GroupBy(space => space.Form)
            .ToDictionary(group => group.Key, group => group.ToList());
        await verification.OnceAsync(stop => FindFormlessAsync(project, spaces.Keys, stop), cancellationToken);
        await verification.OnceAsync(stop => FindUnreadAsync(project, partitions, stop), cancellationToken);
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
                        (row, instance, stop) => instances.CheckAsync(space, instance, row.ToString(), stop),
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

    // Returns how many instances the timeline names.
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
        await marks.RunAsync(verification, space, cancellationToken);
        await verification.OnceAsync(stop => CheckCountsAsync(space, stop), cancellationToken);
        return count + Interlocked.Read(ref edits);
    }

    // If each submission agrees with its current instance, the sums over both agree, in whatever order the rows come.
    private async Task<bool> AgreeAsync(SubmissionSpace space, CancellationToken cancellationToken)
    {
        var (timeline, current) = (new RowSum(), new RowSum());
        return await timeline.AddAllAsync(
                submissions.ScanTimelineAsync(space, cancellationToken),
                (row, submission) =>
                    [
                        SubmissionKeys.Instance(submission.Current.Id),
                        row.Row,
                        VerifyInstances.ExpectedState(submission).ToString(),
                        .. Of(submission.Current, submission.MediaExpected, submission.MediaPresent),
                    ]
            )
            && await current.AddAllAsync(
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
            && timeline == current;

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

    private IAsyncEnumerable<Difference> CheckCountsAsync(SubmissionSpace space, CancellationToken cancellationToken) =>
        counts
            .FindWrongAsync(space, cancellationToken)
            .Select(wrong => new Difference(
                "submission-count",
                space.Project,
                $"{StorageNames.SubmissionsTable} {wrong.Partition} {wrong.Key}",
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
        foreach (var difference in CheckKeys(space, submission, row, where))
        {
            yield return difference;
        }
        if (
            !agree
            && VerifyInstances.Mismatch(
                submission,
                row.Row,
                await submissions.FindInstanceAsync(space, submission.Current.Id, cancellationToken)
            )
                is { } mismatch
        )
        {
            yield return new Difference("submission-instance", project, where, $"its current instance {submission.Current.Id} {mismatch}");
        }
        if (await marks.FindUnmarkedAsync(project, row, submission, where, cancellationToken) is { } unmarked)
        {
            yield return unmarked;
        }
        await foreach (var difference in instances.CheckVersionsAsync(space, submission, row.Row, where, cancellationToken))
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

    private static IEnumerable<Difference> CheckKeys(SubmissionSpace space, Submission submission, StoredRow<Submission> row, string where)
    {
        if (row.Row != SubmissionKeys.Timeline(submission.CreatedAt, submission.RootId))
        {
            yield return new Difference(
                "submission-key",
                space.Project,
                where,
                $"it says that it came at {submission.CreatedAt:O}, which is another place"
            );
        }
        if (!space.Shards.HomesOf(SubmissionKeys.RootHashAt(row.Row)).Contains(SubmissionKeys.ShardOf(row.Partition)))
        {
            yield return new Difference("submission-shard", space.Project, where, "nothing looks for it in this shard");
        }
    }

    private async IAsyncEnumerable<Difference> FindUnreadAsync(
        ProjectId project,
        IReadOnlyList<(SubmissionSpace Space, string Partition)> partitions,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var shards = (await forms.ListWithTrashAsync(project, cancellationToken)).ToDictionary(
            form => form.Number,
            form => form.Shards.Partitions
        );
        foreach (var (space, partition) in partitions.Where(found => found.Space.Draft is null))
        {
            if (shards.TryGetValue(space.Form, out var count) && SubmissionKeys.ShardOf(partition) >= count)
            {
                yield return new Difference(
                    "submission-shard",
                    project,
                    $"{StorageNames.SubmissionsTable} {partition}",
                    $"the form has {count} shards: these submissions are on no list"
                );
            }
        }
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
