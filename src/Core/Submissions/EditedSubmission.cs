namespace ServerlessRosa.Core.Submissions;

/// <summary>The changes of an edit to a submission's row.</summary>
internal static class EditedSubmission
{
    /// <summary>The submission with a version that supersedes <paramref name="before"/>. The files of the version before it fill the
    /// slots that are empty; with CommCare, they all carry over.</summary>
    internal static Submission Of(SubmissionVersion version, int caseBlocks, bool isCommCare, Submission submission, Instance before)
    {
        var carried = version with { Media = CarryOver(version.Media, before.Version.Media, isCommCare) };
        return submission with
        {
            Current = carried,
            Edits = submission.Edits + 1,
            UpdatedAt = version.CreatedAt,
            ReviewState = "edited",
            // Cases that only an earlier version changed have to be recomputed too.
            CaseBlocks = Math.Max(caseBlocks, submission.CaseBlocks),
            MediaExpected = carried.Media.Count,
            MediaPresent = carried.Media.Count(file => file.Exists),
        };
    }

    private static List<SubmissionMedia> CarryOver(IReadOnlyList<SubmissionMedia> media, IReadOnlyList<SubmissionMedia> before, bool all) =>
        [
            .. media.Select(slot =>
                slot.Exists ? slot
                : before.FirstOrDefault(file => file.Name == slot.Name && file.Exists) is { } held ? held with { IsAudit = slot.IsAudit }
                : slot
            ),
            .. all ? before.Where(file => media.All(slot => slot.Name != file.Name)) : [],
        ];
}
