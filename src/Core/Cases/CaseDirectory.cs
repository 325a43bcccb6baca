using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>Finds the cases of a project for the case API.</summary>
public sealed class CaseDirectory(CasesTable cases, CaseOwnersTable owners, CaseIndicesTable indices)
{
    private const int MaxRead = 10_000;

    /// <summary>Null for unknown and deleted cases, and those of other projects. One operation.</summary>
    public async Task<Case?> FindAsync(ProjectId project, CaseId id, CancellationToken cancellationToken) =>
        await cases.FindAsync(id, cancellationToken) is { } found && found.Case.Project == project && !found.Case.Deleted
            ? found.Case
            : null;

    /// <summary>Refuses what <see cref="FindAsync(ProjectId, CaseId, CancellationToken)"/> does not find, and what is no case id, with
    /// 404.1. One operation.</summary>
    public async Task<Case> GetAsync(ProjectId project, string text, CancellationToken cancellationToken) =>
        (CaseId.TryParse(text, out var id) ? await FindAsync(project, id, cancellationToken) : null)
        ?? throw Problem.NotFound().AsException();

    /// <summary>The first case with this external id; null when there is none. One operation per 1,000 cases until it is found.</summary>
    public async Task<Case?> FindByExternalIdAsync(ProjectId project, string externalId, CancellationToken cancellationToken)
    {
        var filter = new CaseFilter { ExternalIds = new HashSet<string> { externalId } };
        await foreach (var (row, _) in owners.ScanAsync(project, null, null, cancellationToken))
        {
            if (filter.Admits(row) && await row.UnpackAsync(cancellationToken) is var value && filter.Admits(value))
            {
                return value;
            }
        }
        return null;
    }

    /// <summary>The cases with these external ids, as far as there are any. With <paramref name="requiresOne"/>, refuses an id that several
    /// cases have with 400.8; otherwise the first counts. One operation per 1,000 cases of the project.</summary>
    public async Task<IReadOnlyDictionary<string, CaseId>> FindByExternalIdsAsync(
        ProjectId project,
        IReadOnlySet<string> externalIds,
        bool requiresOne,
        CancellationToken cancellationToken
    )
    {
        var (filter, found) = (new CaseFilter(), new Dictionary<string, CaseId>());
        await foreach (var (row, _) in owners.ScanAsync(project, null, null, cancellationToken))
        {
            if (!filter.Admits(row))
            {
                continue;
            }
            var value = await row.UnpackAsync(cancellationToken);
            if (externalIds.Contains(value.ExternalId) && !found.TryAdd(value.ExternalId, value.Id) && requiresOne)
            {
                throw Problem.UnexpectedValue("external_id", value.ExternalId, "several cases have it.").AsException();
            }
        }
        return found;
    }

    /// <summary>In the order of <paramref name="ids"/>; null for a case that is unknown, deleted or of another project.</summary>
    public Task<IReadOnlyList<Case?>> FindAsync(ProjectId project, IReadOnlyCollection<CaseId> ids, CancellationToken cancellationToken) =>
        InParallel.EachAsync(ids, (id, stop) => FindAsync(project, id, stop), cancellationToken);

    /// <summary>The forms that made each of these cases, and when the first of them was applied; nothing for a case that is not there. One
    /// operation for each.</summary>
    public async Task<IReadOnlyDictionary<CaseId, CaseOrigin>> FindFormsAsync(
        ProjectId project,
        IReadOnlyCollection<CaseId> ids,
        CancellationToken cancellationToken
    )
    {
        // Only ids are kept of what may be large. A case that moves to another owner meanwhile may be named twice.
        ids = [.. ids.Distinct()];
        var origins = await InParallel.EachAsync(
            ids,
            async (id, stop) => await FindAsync(project, id, stop) is { } found ? CaseOrigin.Of(found) : CaseOrigin.None,
            cancellationToken
        );
        return ids.Zip(origins).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>
    /// Up to <paramref name="limit"/> cases after a position, in the order of owners and cases, and the next position if there are more.
    /// For screens: a case whose owner changes meanwhile may be there twice or not at all. Reads no more than 10,000 cases, so that a
    /// page may have fewer, or none, though there is a next position. One operation per 1,000 read, and one after a position.
    /// </summary>
    public async Task<(IReadOnlyList<Case> Cases, CasePlace? Next)> PageAsync(
        ProjectId project,
        CaseFilter filter,
        CasePlace? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var listed = new List<Case>();
        var (read, last) = (0, after);
        await foreach (var (row, place) in owners.ScanAsync(project, filter.Owner, after, cancellationToken))
        {
            if (listed.Count == limit || read++ == MaxRead)
            {
                return (listed, last);
            }
            last = place;
            if (filter.Admits(row) && await row.UnpackAsync(cancellationToken) is var value && filter.Admits(value))
            {
                listed.Add(value);
            }
        }
        return (listed, null);
    }

    /// <summary>
    /// The cases that have an index to a case now, up to <paramref name="limit"/>, and whether there are more. One operation per 1,000
    /// indices, and one for each case.
    /// </summary>
    public async Task<(IReadOnlyList<Case> Cases, bool More)> ListReferringAsync(
        ProjectId project,
        CaseId target,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var sources = new HashSet<CaseId>();
        await foreach (var reference in indices.ListSourcesAsync(project, target, cancellationToken))
        {
            sources.Add(reference.Source);
            if (sources.Count > limit)
            {
                break;
            }
        }
        var found = await FindAsync(project, [.. sources.Take(limit)], cancellationToken);
        return ([.. found.OfType<Case>().Where(one => one.Indices.Any(index => index.Target == target))], sources.Count > limit);
    }
}
