using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>Pages that go on where the one before ended, while cases change.</summary>
public sealed partial class ListCases
{
    /// <summary>
    /// Up to the query's limit of cases after a cursor, in the order of writing and then of case ids, how many match without the cursor,
    /// and the next cursor if there are more. A case that changes meanwhile moves to the end, so that the pages together have each case at
    /// least once, and one that does not change exactly once. Operations and memory as for the other pages; one more without a range of
    /// times if times are kept, since cases of the last two seconds are listed then.
    /// </summary>
    public async Task<(IReadOnlyList<IndexedCase> Page, int Total, CaseCursor? Next)> AfterAsync(
        ProjectId project,
        CasePageQuery query,
        CaseCursor? after,
        CancellationToken cancellationToken
    )
    {
        var (page, total, next) = await ReadAfterAsync(project, query, after, fresh: false, cancellationToken);
        var isShort = page.Count < query.Limit && next is not null;
        return isShort ? await ReadAfterAsync(project, query, after, fresh: true, cancellationToken) : (page, total, next);
    }

    private async Task<(IReadOnlyList<IndexedCase> Page, int Total, CaseCursor? Next)> ReadAfterAsync(
        ProjectId project,
        CasePageQuery query,
        CaseCursor? after,
        bool fresh,
        CancellationToken cancellationToken
    )
    {
        var range = query.Indexed.Until(clock.GetUtcNow() - Settled);
        List<long> all;
        if (query.Indexed != default)
        {
            all = await FindTicksAsync(project, query, range, fresh, cancellationToken);
        }
        else
        {
            // Who asks for no times does not go on by them later, and looks for what was just written.
            all = IsKnown(query)
                ?
                [
                    .. await KnownTicksAsync(project, query, range, fresh, cancellationToken),
                    .. await TicksAsync(project, query, new TimeRange(range.To!.Value.AddTicks(1), null), cancellationToken),
                ]
                : await TicksAsync(project, query, default, cancellationToken);
            range = default;
        }
        var since = after?.IndexedOn.UtcTicks ?? 0;
        var rest = all.FindAll(ticks => ticks >= since);

        // Some of those that were written with the cursor's case are before it: their ids tell.
        var most = query.Limit + rest.Count(ticks => ticks == since);
        var window = TimedPage.Of([rest], descending: false, 0, most);
        if (window.IsEmpty)
        {
            return ([], all.Count, null);
        }
        var read = await ReadAsync(project, query with { Limit = most }, range.Within(window.Range), window, cancellationToken);
        var found = read.Where(one => after?.IsBefore(one) != false).Take(query.Limit + 1).ToList();
        if (rest.Count <= most && found.Count <= query.Limit)
        {
            return (found, all.Count, null);
        }
        IReadOnlyList<IndexedCase> page = found.Count > query.Limit ? found[..query.Limit] : found;
        return (
            page,
            all.Count,
            page is [.., var last]
                ? new CaseCursor(last.IndexedOn, last.Row.Id.Value)
                : new CaseCursor(window.Range.To!.Value.AddTicks(1), "") // All of them have changed meanwhile.
        );
    }
}
