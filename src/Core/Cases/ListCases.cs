using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>By which time cases are listed: of the last write of their row, of the last change here or on the phone.</summary>
public enum CaseOrderTime
{
    Indexed,
    ServerModified,
    Modified,
}

/// <summary>A page of cases.</summary>
public sealed record CasePageQuery(CaseFilter Filter, int Offset, int Limit)
{
    public CaseOrderTime OrderBy { get; init; }

    public bool Descending { get; init; }

    public TimeRange Indexed { get; init; }
}

/// <summary>A case, and when storage last wrote its row among its owner's.</summary>
public sealed record IndexedCase(OwnedCase Row, CasePlace Place, DateTimeOffset IndexedOn);

/// <summary>The last case of a page in the order of writing, and of case ids where several were written at once.</summary>
public readonly record struct CaseCursor(DateTimeOffset IndexedOn, string Id)
{
    internal bool IsBefore(IndexedCase one) =>
        one.IndexedOn > IndexedOn || (one.IndexedOn == IndexedOn && string.CompareOrdinal(one.Row.Id.Value, Id) > 0);
}

/// <summary>
/// Lists the cases of a project by a time (CC-146). Rows of the last two seconds are not listed by the time of their writing: another write
/// with an earlier time may not be visible yet.
/// </summary>
public sealed partial class ListCases(CaseOwnersTable owners, TimedCache cache, TimeProvider clock)
{
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);
    private readonly TimeIndex _times = new(cache);

    /// <summary>
    /// A page, and how many there are. Holds 24 bytes for each case that matches, and the page, packed. One operation per 1,000 cases in
    /// the range of times, and one per 1,000 or 4 MiB of the page. Ordered otherwise than by the time of writing, or filtered by more than
    /// owner, type, state and times of the server, the cases in the range are read whole, twice. A further page by the time of writing, of
    /// all owners and filtered by no more than type and state, costs one and those of the page, since times of more than 2,000 cases are
    /// kept for ten minutes.
    /// </summary>
    public async Task<(IReadOnlyList<IndexedCase> Page, int Total)> RunAsync(
        ProjectId project,
        CasePageQuery query,
        CancellationToken cancellationToken
    )
    {
        var (page, total) = await ReadPageAsync(project, query, fresh: false, cancellationToken);
        var isShort = page.Count < Math.Min(query.Limit, total - Math.Min(query.Offset, total));
        return isShort ? await ReadPageAsync(project, query, fresh: true, cancellationToken) : (page, total);
    }

    private async Task<(IReadOnlyList<IndexedCase> Page, int Total)> ReadPageAsync(
        ProjectId project,
        CasePageQuery query,
        bool fresh,
        CancellationToken cancellationToken
    )
    {
        var range = query.Indexed.Until(clock.GetUtcNow() - Settled);
        var ticks = await FindTicksAsync(project, query, range, fresh, cancellationToken);
        var page = TimedPage.Of([ticks], query.Descending, query.Offset, query.Limit);
        if (page.IsEmpty)
        {
            return ([], page.Total);
        }
        var within = query.OrderBy == CaseOrderTime.Indexed ? range.Within(page.Range) : range;
        return (await ReadAsync(project, query, within, page, cancellationToken), page.Total);
    }

    private Task<List<long>> FindTicksAsync(
        ProjectId project,
        CasePageQuery query,
        TimeRange range,
        bool fresh,
        CancellationToken cancellationToken
    ) =>
        IsKnown(query)
            ? KnownTicksAsync(project, query, range, fresh, cancellationToken)
            : TicksAsync(project, query, range, cancellationToken);

    private static bool IsKnown(CasePageQuery query) =>
        query is { OrderBy: CaseOrderTime.Indexed, Filter: { Owner: null, ReadsBodies: false, Times.Count: 0 } };

    private async Task<List<long>> KnownTicksAsync(
        ProjectId project,
        CasePageQuery query,
        TimeRange range,
        bool fresh,
        CancellationToken cancellationToken
    )
    {
        var types = new Dictionary<string, string>();
        var known = await _times.ReadAsync(
            project,
            range,
            fresh,
            written =>
                owners
                    .ScanWrittenAsync(project, null, written, withBody: false, cancellationToken)
                    .Where(found => !found.Case.Deleted)
                    .Select(found => new KnownCase(found.IndexedOn.UtcTicks, OneOf(found.Case.Type), found.Case.Closed)),
            cancellationToken
        );
        return
        [
            .. known
                .Where(one =>
                    range.Holds(new DateTimeOffset(one.Ticks, TimeSpan.Zero))
                    && query.Filter.Types?.Contains(one.Type) != false
                    && (query.Filter.Closed is null || query.Filter.Closed == one.Closed)
                )
                .Select(one => one.Ticks),
        ];

        // One text for all cases of a type.
        string OneOf(string type) => types.TryGetValue(type, out var same) ? same : types[type] = type;
    }

    private async Task<List<long>> TicksAsync(ProjectId project, CasePageQuery query, TimeRange range, CancellationToken cancellationToken)
    {
        var readsBodies = query.OrderBy == CaseOrderTime.Modified || query.Filter.ReadsBodies;
        var ticks = new List<long>();
        await foreach (
            var (row, _, indexedOn) in owners.ScanWrittenAsync(project, query.Filter.Owner, range, readsBodies, cancellationToken)
        )
        {
            if (!query.Filter.Admits(row))
            {
                continue;
            }
            var value = readsBodies ? await row.UnpackAsync(cancellationToken) : null;
            if (value is null || query.Filter.Admits(value))
            {
                ticks.Add(TimeOf(query.OrderBy, indexedOn, row.ServerModifiedOn, value).UtcTicks);
            }
        }
        return ticks;
    }

    private async Task<IReadOnlyList<IndexedCase>> ReadAsync(
        ProjectId project,
        CasePageQuery query,
        TimeRange range,
        TimedPage page,
        CancellationToken cancellationToken
    )
    {
        var readsBodies = query.OrderBy == CaseOrderTime.Modified || query.Filter.ReadsBodies;
        var found = new List<(IndexedCase Case, DateTimeOffset Time)>();
        await foreach (
            var (row, place, indexedOn) in owners.ScanWrittenAsync(project, query.Filter.Owner, range, withBody: true, cancellationToken)
        )
        {
            if (!query.Filter.Admits(row))
            {
                continue;
            }
            var value = readsBodies ? await row.UnpackAsync(cancellationToken) : null;
            var time = TimeOf(query.OrderBy, indexedOn, row.ServerModifiedOn, value);
            if ((value is null || query.Filter.Admits(value)) && page.Range.Holds(time))
            {
                found.Add((new IndexedCase(row, place, indexedOn), time));
            }
        }
        var cut = page.Cut(found, one => one.Time, one => (one.Case.Row.Id.Value, ""), query.Limit);
        return [.. cut.Select(one => one.Case)];
    }

    private static DateTimeOffset TimeOf(CaseOrderTime order, DateTimeOffset indexedOn, DateTimeOffset serverModifiedOn, Case? value) =>
        order switch
        {
            CaseOrderTime.Indexed => indexedOn,
            CaseOrderTime.ServerModified => serverModifiedOn,
            _ => value!.ModifiedOn,
        };

    private readonly record struct KnownCase(long Ticks, string Type, bool Closed);
}
