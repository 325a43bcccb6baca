using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Cases;

/// <summary>Reads a query and looks up the related cases that it names, for all cases of a project at once.</summary>
public sealed class ResolveCaseQuery(CaseOwnersTable owners, TimeProvider clock)
{
    private const int MaxRelated = 100_000;

    /// <summary>
    /// Refuses what <see cref="CaseQuery.Parse"/> refuses. No operation without related cases. Else reads the cases of the project once for
    /// each step of a path to an ancestor, and once for each test of subcases: one operation per 1,000. Holds at most 100,000 ids of each;
    /// refuses a query with more with 400.8.
    /// </summary>
    public async Task<ResolvedCaseQuery> RunAsync(ProjectId project, string parameter, string text, CancellationToken cancellationToken)
    {
        var query = CaseQuery.Parse(parameter, text, clock.GetUtcNow());
        var found = new Dictionary<RelatedExpression, IReadOnlyDictionary<CaseId, int>>();
        foreach (var related in query.Related)
        {
            found[related] = related switch
            {
                AncestorTest ancestor => await AncestorsAsync(ancestor),
                SubcaseTest subcase => await ReadAsync(row => TargetsOf(row, subcase.Identifier), subcase.Filter),
                _ => throw new InvalidOperationException($"{related.GetType().Name} cannot be looked up."),
            };
        }
        return new ResolvedCaseQuery(query.Root, found);

        // The cases that the first step of the path may lead to.
        async Task<IReadOnlyDictionary<CaseId, int>> AncestorsAsync(AncestorTest ancestor)
        {
            var ids = ancestor.Filter is IdTest { Id: var id } ? OfId(id) : await ReadAsync(row => [row.Id], ancestor.Filter);
            foreach (var identifier in ancestor.Path.Skip(1).Reverse())
            {
                var above = ids;
                ids = await ReadAsync(row => TargetsOf(row, identifier).Any(above.ContainsKey) ? [row.Id] : [], filter: null);
            }
            return ids;
        }

        async Task<IReadOnlyDictionary<CaseId, int>> ReadAsync(Func<OwnedCase, IEnumerable<CaseId>> idsOf, CaseExpression? filter)
        {
            var counts = new Dictionary<CaseId, int>();
            await foreach (var (row, _) in owners.ScanAsync(project, null, null, cancellationToken))
            {
                var ids = row.Deleted ? [] : idsOf(row).ToList();
                if (ids.Count == 0 || filter?.Holds(await row.UnpackAsync(cancellationToken), found) == false)
                {
                    continue;
                }
                foreach (var id in ids)
                {
                    counts[id] = counts.GetValueOrDefault(id) + 1;
                }
                if (counts.Count > MaxRelated)
                {
                    throw Problem
                        .UnexpectedValue(parameter, "related cases", $"more than {MaxRelated} are looked up; add conditions.")
                        .AsException();
                }
            }
            return counts;
        }
    }

    private static Dictionary<CaseId, int> OfId(string text) => CaseId.TryParse(text, out var id) ? new() { [id] = 1 } : [];

    private static IEnumerable<CaseId> TargetsOf(OwnedCase row, string identifier) =>
        row.Indices.Where(index => index.Identifier == identifier).Select(index => index.Target).OfType<CaseId>();
}
