using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>Verifies the rows of instances against the timeline: the first version of each submission, and its edits.</summary>
public sealed class VerifyInstances(SubmissionsTable submissions)
{
    internal static InstanceState ExpectedState(Submission submission) =>
        submission.DeletedAt is null ? InstanceState.Current : InstanceState.Deleted;

    /// <summary>How the current instance differs from the timeline; null when it does not.</summary>
    internal static string? Mismatch(Submission submission, string place, Instance? instance)
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

    /// <summary>Differences of the edits of a submission. Two operations, and one for each edit; none without edits.</summary>
    internal async IAsyncEnumerable<Difference> CheckVersionsAsync(
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

    /// <summary>Differences of one instance row from the timeline. One operation.</summary>
    internal async IAsyncEnumerable<Difference> CheckAsync(
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
}
