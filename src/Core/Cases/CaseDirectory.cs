using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>Selects cases of a list; null means any.</summary>
public sealed record CaseFilter
{
    public OwnerId? Owner { get; init; }

    public string? Type { get; init; }

    public bool? Closed { get; init; }

    public string? Name { get; init; }

    public string? ExternalId { get; init; }

    /// <summary>Cases that the server changed at or after this time.</summary>
    public DateTimeOffset? ChangedSince { get; init; }

    public IReadOnlyDictionary<string, string> Indices { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    // Decided from the row's columns, without unpacking the case.
    internal bool Admits(OwnedCase row) =>
        !row.Deleted
        && (Type is null || row.Type == Type)
        && (Closed is null || row.Closed == Closed)
        && (ChangedSince is null || row.ServerModifiedOn >= ChangedSince)
        && Indices.All(wanted => row.Indices.Any(index => index.Identifier == wanted.Key && index.Target?.Value == wanted.Value));

    internal bool Admits(Case value) =>
        (Name is null || value.Name == Name)
        && (ExternalId is null || value.ExternalId == ExternalId)
        && Properties.All(wanted => value.Properties.GetValueOrDefault(wanted.Key) == wanted.Value);
}

/// <summary>Finds the cases of a project for the case API.</summary>
public sealed class CaseDirectory(CasesTable cases, CaseOwnersTable owners)
{
    /// <summary>Null for unknown and deleted cases, and those of other projects. One operation.</summary>
    public async Task<Case?> FindAsync(ProjectId project, CaseId id, CancellationToken cancellationToken) =>
        await cases.FindAsync(id, cancellationToken) is { } found && found.Case.Project == project && !found.Case.Deleted
            ? found.Case
            : null;

    /// <summary>In the order of <paramref name="ids"/>; null for a case that is unknown, deleted or of another project.</summary>
    public Task<IReadOnlyList<Case?>> FindAsync(ProjectId project, IReadOnlyCollection<CaseId> ids, CancellationToken cancellationToken) =>
        InParallel.EachAsync(ids, (id, stop) => FindAsync(project, id, stop), cancellationToken);

    /// <summary>
    /// Up to <paramref name="limit"/> cases after a position, the total count, and the next position if there are more. Reads all cases of
    /// the owner, or of the project: one operation per 1,000.
    /// </summary>
    public async Task<(IReadOnlyList<Case> Cases, int Total, CasePlace? Next)> ListAsync(
        ProjectId project,
        CaseFilter filter,
        CasePlace? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var listed = new List<Case>();
        var (total, more) = (0, false);
        CasePlace? last = null;
        await foreach (var (row, place) in owners.ScanAsync(project, filter.Owner, cancellationToken))
        {
            if (!filter.Admits(row))
            {
                continue;
            }
            var value = await row.UnpackAsync(cancellationToken);
            if (!filter.Admits(value))
            {
                continue;
            }
            total++;
            if (
                after is { } begin
                && (string.CompareOrdinal(place.Partition, begin.Partition), string.CompareOrdinal(place.Row, begin.Row))
                    is var (partition, key)
                && (partition < 0 || (partition == 0 && key <= 0))
            )
            {
                continue;
            }
            if (listed.Count < limit)
            {
                listed.Add(value);
                last = place;
            }
            else
            {
                more = true;
            }
        }
        return (listed, total, more ? last : null);
    }
}
