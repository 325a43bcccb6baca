namespace ServerlessRosa.Core.Storage;

/// <summary>
/// The times of many records, kept for a while, so that a client that pages through a long list does not make the server read all of them
/// for each page: only those written since are read. A record that changes meanwhile is there twice, so a page may be shorter than it
/// should be; the caller then asks again for a fresh reading.
/// </summary>
internal sealed class TimeIndex(TimedCache cache)
{
    // Reading fewer costs no more than reading what was written since.
    private const int Few = 2000;
    private const int BytesEach = 24;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    /// <summary>What <paramref name="scan"/> finds in a range of times that has an end. It must find the records of any range, whatever
    /// <paramref name="key"/> does not tell.</summary>
    public async Task<IReadOnlyList<T>> ReadAsync<T>(
        object key,
        TimeRange range,
        bool fresh,
        Func<TimeRange, IAsyncEnumerable<T>> scan,
        CancellationToken cancellationToken
    )
    {
        if (fresh || !cache.TryGet(("times", key), out Known<T>? known) || !(known!.From is null || known.From <= range.From))
        {
            known = new Known<T>(range.From, range.To!.Value, await scan(range).ToListAsync(cancellationToken));
        }
        else if (known.UpTo < range.To)
        {
            var since = await scan(new TimeRange(known.UpTo.AddTicks(1), range.To)).ToListAsync(cancellationToken);
            known = new Known<T>(known.From, range.To.Value, [.. known.All, .. since]);
        }
        if (known.All.Count > Few)
        {
            cache.Set(("times", key), known, 1024 + ((long)BytesEach * known.All.Count), Kept);
        }
        return known.All;
    }

    private sealed record Known<T>(DateTimeOffset? From, DateTimeOffset UpTo, IReadOnlyList<T> All);
}
