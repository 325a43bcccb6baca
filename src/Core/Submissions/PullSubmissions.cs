using System.Globalization;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>A part of the ids of a form's submissions, and where the next part starts.</summary>
public sealed record PulledIds(IReadOnlyList<string> Ids, string Cursor);

/// <summary>
/// Lists submissions for Aggregate's pull API (OR-286, OR-287), by their last change. A cursor is that time of the last one sent, in ticks;
/// a part also has all that changed at the same time, so that none is left out between two parts.
/// </summary>
public sealed class PullSubmissions(SubmissionDirectory submissions, SubmissionCounts counts, TimedCache cache)
{
    private const int MaxEntries = 10_000;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(30);

    /// <summary>
    /// The ids after a cursor. Submissions with missing files are omitted unless requested. Operations as for <see
    /// cref="SubmissionCounts.FingerprintAsync"/>, and one per 1,000 submissions of the form unless this instance has listed them since the
    /// last change. Refuses a cursor that this server did not issue with 400.8.
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
        var all = await ListChangesAsync(space, cancellationToken);
        var (found, last) = (new List<string>(), after);
        for (var i = FirstAfter(all, after); i < all.Count; i++)
        {
            var change = all[i];
            if (!change.IsComplete && !withIncomplete)
            {
                continue;
            }
            if (found.Count >= Math.Clamp(entries, 1, MaxEntries) && change.Ticks != last)
            {
                break;
            }
            found.Add(change.Id);
            last = change.Ticks;
        }
        return new PulledIds(found, last.ToString(CultureInfo.InvariantCulture));
    }

    // The timeline is ordered by creation. The order by change requires reading all of it, and is cached until something changes.
    private async Task<IReadOnlyList<Change>> ListChangesAsync(SubmissionSpace space, CancellationToken cancellationToken)
    {
        // Read first, so that the list is at least as new.
        var fingerprint = await counts.FingerprintAsync(space, cancellationToken);
        if (cache.TryGet(("pulled", space), out (string Fingerprint, IReadOnlyList<Change> All) known) && known.Fingerprint == fingerprint)
        {
            return known.All;
        }
        var all = new List<Change>();
        await foreach (var (submission, _) in submissions.ListPlacesAsync(space, null, cancellationToken))
        {
            if (submission.DeletedAt is null)
            {
                all.Add(
                    new Change(
                        (submission.UpdatedAt ?? submission.CreatedAt).UtcTicks,
                        submission.RootId.Value,
                        submission.MediaPresent == submission.MediaExpected
                    )
                );
            }
        }
        all.Sort((one, other) => one.Ticks != other.Ticks ? one.Ticks.CompareTo(other.Ticks) : string.CompareOrdinal(one.Id, other.Id));
        var size = 1024 + all.Sum(change => 64 + (2 * change.Id.Length));
        cache.Set(("pulled", space), (fingerprint, (IReadOnlyList<Change>)all), size, Kept);
        return all;
    }

    private static int FirstAfter(IReadOnlyList<Change> all, long ticks)
    {
        var (from, to) = (0, all.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = all[middle].Ticks > ticks ? (from, middle) : (middle + 1, to);
        }
        return from;
    }

    private readonly record struct Change(long Ticks, string Id, bool IsComplete);
}
