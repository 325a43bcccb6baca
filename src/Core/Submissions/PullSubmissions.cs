using System.Globalization;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Submissions;

/// <summary>A part of the ids of a form's submissions, and where the next part starts.</summary>
public sealed record PulledIds(IReadOnlyList<string> Ids, string Cursor);

/// <summary>
/// Lists submissions for Aggregate's pull API (OR-286, OR-287), by their last change. A cursor is that time of the last one sent, in ticks;
/// a part also has all that changed at the same time, so that none is left out between two parts.
/// </summary>
public sealed class PullSubmissions(SubmissionDirectory submissions)
{
    private const int MaxEntries = 10_000;

    /// <summary>
    /// The ids after a cursor. Those whose files have not all come are left out unless asked for. One operation per 1,000
    /// submissions of the form. Refuses a cursor that is not one of this server's with 400.8.
    /// </summary>
    public async Task<PulledIds> ListAsync(
        SubmissionSpace space,
        string cursor,
        int entries,
        bool withIncomplete,
        CancellationToken cancellationToken
    )
    {
        var after = 0L;
        if (cursor.Length > 0 && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after))
        {
            throw Problem.UnexpectedValue("cursor", cursor, "it is not one that this server gave out.").AsException();
        }
        var found = new List<(long Ticks, string Id)>();
        await foreach (var (submission, _) in submissions.ListPlacesAsync(space, null, cancellationToken))
        {
            var ticks = (submission.UpdatedAt ?? submission.CreatedAt).UtcTicks;
            var complete = submission.MediaPresent == submission.MediaExpected;
            if (submission.DeletedAt is null && ticks > after && (complete || withIncomplete))
            {
                found.Add((ticks, submission.RootId.Value));
            }
        }
        found.Sort();
        var count = Math.Min(Math.Clamp(entries, 1, MaxEntries), found.Count);
        while (count > 0 && count < found.Count && found[count].Ticks == found[count - 1].Ticks)
        {
            count++;
        }
        return new PulledIds(
            [.. found.Take(count).Select(one => one.Id)],
            (count > 0 ? found[count - 1].Ticks : after).ToString(CultureInfo.InvariantCulture)
        );
    }
}
