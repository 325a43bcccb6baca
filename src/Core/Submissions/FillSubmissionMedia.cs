using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Puts the files of a duplicate into the slots of the stored version (rows 6 and 13): missing ones, and those with other
/// content.</summary>
public sealed class FillSubmissionMedia(SubmissionsTable submissions, SubmissionFilesContainer files)
{
    /// <summary>No operation without new files; otherwise one. With a `deprecatedID`, one more.</summary>
    internal async Task<(InstanceId Root, SubmissionVersion Version)> RunAsync(StagedSubmission staged, Instance existing)
    {
        return await ConditionalWrite.RepeatAsync<(InstanceId Root, SubmissionVersion Version)>(
            async () =>
            {
                var media = Fill(staged, existing.Version.Media);
                var filled = existing with { Version = existing.Version with { Media = media } };
                if (
                    media.SequenceEqual(existing.Version.Media)
                    || await submissions.FillMediaAsync(staged.Space, filled, CancellationToken.None)
                )
                {
                    staged.Count(Telemetry.Repeat);
                    await files.DiscardMediaAsync(staged.ReceivedBlobs.Except(media.Select(file => file.Blob!)));
                    var root =
                        staged.Head.DeprecatedId is null || staged.IsCommCare
                            ? existing.Version.Id
                            : (await submissions.GetAsync(staged.Space, existing, CancellationToken.None)).Submission.RootId;
                    return (root, filled.Version);
                }
                var now = await submissions.FindInstanceAsync(staged.Space, staged.Version.Id, CancellationToken.None);
                staged.DecideRefill(now).OrThrow();
                existing = now!;
                return Attempt<(InstanceId Root, SubmissionVersion Version)>.Conflict;
            },
            CancellationToken.None
        );
    }

    private static List<SubmissionMedia> Fill(StagedSubmission staged, IReadOnlyList<SubmissionMedia> slots)
    {
        var media = slots
            .Select(slot => staged.Received.GetValueOrDefault(slot.Name) is { } file && file.Md5 != slot.Md5 ? file : slot)
            .ToList();
        if (staged.IsCommCare)
        {
            media.AddRange(staged.Received.Values.Where(file => media.TrueForAll(slot => slot.Name != file.Name)));
        }
        return media;
    }
}
