using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Cases;

/// <summary>A case of a search's result; a related one did not match itself.</summary>
public sealed record FoundCase(Case Case, bool IsRelated);

/// <summary>Searches the cases of a domain for phones that do not have them.</summary>
public sealed class SearchCases(CaseOwnersTable owners, FindRelatedCases related)
{
    private const int MaxFound = 500;

    /// <summary>
    /// Returns at most 500 cases: the first in the order of the search, and without an order any. At most 2,000 related ones follow. Reads
    /// the cases of the requested owners, or of the project, without an order until there are enough: one operation per 1,000, and one for
    /// each large case of the type. Memory holds 500 cases.
    /// </summary>
    public async IAsyncEnumerable<FoundCase> RunAsync(
        ProjectId project,
        CaseSearch search,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var sources = new List<RelatedSource>();
        var found = search.IsRanked
            ? (await RankAsync(project, search, cancellationToken)).ToAsyncEnumerable()
            : FindAsync(project, search, cancellationToken).Take(MaxFound).Select(one => one.Case);
        await foreach (var one in found.WithCancellation(cancellationToken))
        {
            if (search.WithRelated || search.RelatedBy.Count > 0)
            {
                sources.Add(RelatedSource.Of(one, search.RelatedBy));
            }
            yield return new FoundCase(one, IsRelated: false);
        }
        await foreach (var one in related.RunAsync(project, sources, search.WithRelated, cancellationToken))
        {
            yield return new FoundCase(one, IsRelated: true);
        }
    }

    private async Task<IReadOnlyList<Case>> RankAsync(ProjectId project, CaseSearch search, CancellationToken cancellationToken)
    {
        var order = Comparer<Ranked>.Create((one, other) => Compare(search.Order, one, other));
        var best = new PriorityQueue<Ranked, Ranked>(Comparer<Ranked>.Create((one, other) => order.Compare(other, one)));
        var read = 0;
        await foreach (var (one, distance) in FindAsync(project, search, cancellationToken))
        {
            var ranked = new Ranked(one, distance, read++, [.. search.Order.Select(key => key.KeyOf(one))]);
            best.Enqueue(ranked, ranked);
            if (best.Count > MaxFound)
            {
                best.Dequeue();
            }
        }
        return [.. best.UnorderedItems.Select(item => item.Element).Order(order).Select(ranked => ranked.Case)];
    }

    private static int Compare(IReadOnlyList<CaseOrder> keys, Ranked one, Ranked other)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i].Compare(one.Keys[i], other.Keys[i]) is var difference and not 0)
            {
                return difference;
            }
        }
        return one.Distance != other.Distance ? one.Distance.CompareTo(other.Distance) : one.Read.CompareTo(other.Read);
    }

    private async IAsyncEnumerable<(Case Case, int Distance)> FindAsync(
        ProjectId project,
        CaseSearch search,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = new CaseFilter { Types = search.Types, Closed = search.WithClosed ? null : false };
        foreach (var owner in search.Owners.Count == 0 ? [null] : search.Owners.Select(id => new OwnerId?(new OwnerId(id))))
        {
            await foreach (var (row, _) in owners.ScanAsync(project, owner, null, cancellationToken))
            {
                if (filter.Admits(row) && await row.UnpackAsync(cancellationToken) is var value && search.Distance(value) is { } distance)
                {
                    yield return (value, distance);
                }
            }
        }
    }

    private sealed record Ranked(Case Case, int Distance, int Read, IReadOnlyList<(string? Text, double? Number)> Keys);
}
