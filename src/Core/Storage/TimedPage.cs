namespace ServerlessRosa.Core.Storage;

/// <summary>
/// A page of records from several sources, in the order of a time that no key is ordered by. It takes two passes: the first reads the time
/// of each record, eight bytes of memory each, and finds between which times the page is; the second reads the records between them.
/// </summary>
internal sealed record TimedPage(TimeRange Range, int Skip, int Total, bool Descending)
{
    /// <summary>From the times of all records, source by source.</summary>
    public static TimedPage Of(IReadOnlyCollection<IReadOnlyList<long>> ticks, bool descending, int offset, int limit)
    {
        var all = new List<long>(ticks.Sum(one => one.Count));
        foreach (var one in ticks)
        {
            all.AddRange(one);
        }
        all.Sort();
        if (descending)
        {
            all.Reverse();
        }
        if (offset >= all.Count || limit == 0)
        {
            return new TimedPage(default, 0, all.Count, descending);
        }
        var (first, last) = (all[offset], all[(int)Math.Min((long)offset + limit, all.Count) - 1]);

        // Of records with the same time as the first one, some belong to an earlier page.
        var skip = 0;
        while (skip < offset && all[offset - skip - 1] == first)
        {
            skip++;
        }
        var (from, to) = descending ? (last, first) : (first, last);
        return new TimedPage(new TimeRange(At(from), At(to)), skip, all.Count, descending);
    }

    public bool IsEmpty => Range.To is null;

    /// <summary>Whether a record of this time may be on the page.</summary>
    public bool Holds(long ticks) => Range.Holds(At(ticks));

    /// <summary>The records of the page, of those that the second pass found. Records of one time are in the order of
    /// <paramref name="place"/>.</summary>
    public IReadOnlyList<T> Cut<T>(
        IEnumerable<T> found,
        Func<T, DateTimeOffset> time,
        Func<T, (string Partition, string Row)> place,
        int limit
    )
    {
        var within = found.Where(one => Range.Holds(time(one)));
        var sorted = Descending ? within.OrderByDescending(time) : within.OrderBy(time);
        return
        [
            .. sorted
                .ThenBy(one => place(one).Partition, StringComparer.Ordinal)
                .ThenBy(one => place(one).Row, StringComparer.Ordinal)
                .Skip(Skip)
                .Take(limit),
        ];
    }

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
