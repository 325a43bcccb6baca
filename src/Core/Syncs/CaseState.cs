using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Syncs;

/// <summary>An index that names a case, as the rules of restore look at it.</summary>
public readonly record struct CaseLink(string Identifier, CaseId Target, CaseRelationship Relationship);

/// <summary>
/// What the rules of restore need to know of a case: as the server has it, or as a phone holds it. <see cref="Version"/> is the
/// server's count of changes that phones see; of what a phone holds it is the one whose content it has. <see cref="Extensions"/> counts
/// on the server only.
/// </summary>
public sealed record CaseState(CaseId Id, OwnerId Owner, bool Closed, IReadOnlyList<CaseLink> Links, int Version, int Extensions = 0)
{
    /// <summary>With all its indices, also those to cases that turn out to be gone.</summary>
    public static CaseState Of(Case value) =>
        new(value.Id, OwnerOf(value), value.Closed, LinksOf(value.Indices), value.Version, value.Extensions);

    /// <summary>Of a row among its owner's that is no tombstone.</summary>
    public static CaseState Of(OwnedCase row, OwnerId owner) =>
        new(row.Id, owner, row.Closed, LinksOf(row.Indices), row.Version, row.Extensions);

    /// <summary>A phone refuses a case without owner, so whoever changed it last stands in (CC-046), or the owner that nobody is.</summary>
    public static OwnerId OwnerOf(Case value) =>
        !string.IsNullOrEmpty(value.Owner.Value) ? value.Owner : new OwnerId(value.ModifiedBy.Length > 0 ? value.ModifiedBy : "-");

    /// <summary>Whether a phone that holds this has all that the server has. A case that was reopened is nothing that a phone could be
    /// told (CC-116 to CC-127).</summary>
    public bool IsCurrent(CaseState server) =>
        Version == server.Version
        && Owner == server.Owner
        && (Closed || !server.Closed)
        && Links.Count == server.Links.Count
        && Links.All(server.Links.Contains);

    private static CaseLink[] LinksOf(IReadOnlyList<CaseIndex> indices)
    {
        var links = new List<CaseLink>(0);
        foreach (var index in indices)
        {
            if (index.Target is { } target)
            {
                links.Add(new CaseLink(index.Identifier, target, index.Relationship));
            }
        }
        return [.. links];
    }
}
