using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Syncs;

/// <summary>An index to an existing target, as restore rules use it.</summary>
public readonly record struct CaseLink(string Identifier, CaseId Target, CaseRelationship Relationship);

/// <summary>
/// The part of a case that restore rules need, as the server or as a phone has it. <see cref="Version"/> counts changes that phones can
/// see; for a phone it is the version whose content the phone has. <see cref="Extensions"/> is only used for the server.
/// </summary>
public sealed record CaseState(CaseId Id, OwnerId Owner, bool Closed, IReadOnlyList<CaseLink> Links, int Version, int Extensions = 0)
{
    /// <summary>Includes indices to cases that may turn out to be deleted.</summary>
    public static CaseState Of(Case value) =>
        new(value.Id, OwnerOf(value), value.Closed, LinksOf(value.Indices), value.Version, value.Extensions);

    /// <summary>From an owner's row that is not a tombstone.</summary>
    public static CaseState Of(OwnedCase row, OwnerId owner) =>
        new(row.Id, owner, row.Closed, LinksOf(row.Indices), row.Version, row.Extensions);

    /// <summary>
    /// Phones refuse a case without owner, so the user who changed it last is used instead (CC-046), or the placeholder owner.
    /// </summary>
    public static OwnerId OwnerOf(Case value) =>
        !string.IsNullOrEmpty(value.Owner.Value) ? value.Owner : new OwnerId(value.ModifiedBy.Length > 0 ? value.ModifiedBy : "-");

    /// <summary>
    /// Whether a phone with this state has everything that the server has. Reopening cannot be sent to a phone, so it does not count
    /// (CC-116 to CC-127).
    /// </summary>
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
