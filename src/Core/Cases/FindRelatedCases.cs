using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>What related cases are found by: ids in a case's properties, targets of its indices, whether it has extensions.</summary>
internal sealed record RelatedSource(CaseId Id, IReadOnlyList<CaseId> Named, IReadOnlyList<CaseId> Targets, bool HasExtensions)
{
    public static RelatedSource Of(Case one, IReadOnlyList<string> properties) =>
        new(
            one.Id,
            [.. properties.Select(name => CaseId.TryParse(CaseSearch.ValueOf(one, name), out var id) ? id : one.Id)],
            [.. one.Indices.Select(index => index.Target).OfType<CaseId>()],
            one.Extensions > 0
        );
}

/// <summary>
/// Finds the cases that a phone shows beside those of a search, as HQ does: those that their properties name; on request also their
/// parents and hosts, open extensions of all these, and children of the found cases.
/// </summary>
public sealed class FindRelatedCases(CaseDirectory cases, CaseIndicesTable indices)
{
    private const int MaxRelated = 2000;
    private const string Parent = "parent";

    /// <summary>Each case once, the nearest first, at most 2,000. One operation for each case, and one for each that others may refer
    /// to.</summary>
    internal async IAsyncEnumerable<Case> RunAsync(
        ProjectId project,
        IReadOnlyList<RelatedSource> sources,
        bool withLinked,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var sent = sources.Select(source => source.Id).ToHashSet();
        var limit = sent.Count + MaxRelated;
        var (level, found) = (sources.ToList(), sources.Select(source => source.Id).ToHashSet());
        await foreach (var one in ReadAsync(project, sources.SelectMany(source => source.Named), sent, limit, cancellationToken))
        {
            level.Add(RelatedSource.Of(one, []));
            found.Add(one.Id);
            yield return one;
        }
        while (withLinked && level.Count > 0 && sent.Count < limit)
        {
            var next = new List<RelatedSource>();
            var linked = ReadAsync(project, level.SelectMany(source => source.Targets), sent, limit, cancellationToken)
                .Concat(ReferringAsync(project, level, found, sent, limit, cancellationToken));
            await foreach (var one in linked)
            {
                next.Add(RelatedSource.Of(one, []));
                yield return one;
            }
            level = next;
            found.Clear(); // children of found cases only, not of their parents
        }
    }

    private async IAsyncEnumerable<Case> ReadAsync(
        ProjectId project,
        IEnumerable<CaseId> ids,
        HashSet<CaseId> sent,
        int limit,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var some in ids.Where(id => !sent.Contains(id)).Distinct().ToList().Chunk(InParallel.Most))
        {
            foreach (var one in (await cases.FindAsync(project, some, cancellationToken)).OfType<Case>())
            {
                if (sent.Count < limit && sent.Add(one.Id))
                {
                    yield return one;
                }
            }
        }
    }

    private async IAsyncEnumerable<Case> ReferringAsync(
        ProjectId project,
        IReadOnlyList<RelatedSource> targets,
        HashSet<CaseId> found,
        HashSet<CaseId> sent,
        int limit,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var some in targets.Where(target => target.HasExtensions || found.Contains(target.Id)).Chunk(InParallel.Most))
        {
            var references = await InParallel.EachAsync(
                some,
                async (target, stop) =>
                    await indices
                        .ListSourcesAsync(project, target.Id, stop)
                        .Where(reference => found.Contains(target.Id) || reference.Relationship == CaseRelationship.Extension)
                        .Select(reference => reference.Source)
                        .Distinct()
                        .Take(MaxRelated)
                        .ToListAsync(stop),
                cancellationToken
            );
            var ids = some.Select(target => target.Id).ToHashSet();
            foreach (
                var sources in references.SelectMany(one => one).Where(id => !sent.Contains(id)).Distinct().ToList().Chunk(InParallel.Most)
            )
            {
                foreach (var one in (await cases.FindAsync(project, sources, cancellationToken)).OfType<Case>())
                {
                    if (one.Indices.Any(Counts) && sent.Count < limit && sent.Add(one.Id))
                    {
                        yield return one;
                    }

                    bool Counts(CaseIndex index) =>
                        index.Target is { } target
                        && ids.Contains(target)
                        && (
                            (index.Relationship == CaseRelationship.Extension && !one.Closed)
                            || (index.Identifier == Parent && found.Contains(target))
                        );
                }
            }
        }
    }
}
