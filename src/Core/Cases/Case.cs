using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Cases;

/// <summary>The kind of an index: child to parent, or extension to host (CC-072 to CC-079, CC-108 to CC-110).</summary>
public enum CaseRelationship
{
    Child,
    Extension,
}

/// <summary>
/// A case's index to another case, by an identifier such as `parent`. <see cref="Target"/> is null once removed: the index stays as a
/// tombstone, so that phones remove it too (CC-050).
/// </summary>
public sealed record CaseIndex(string Identifier, CaseId? Target, string CaseType, CaseRelationship Relationship);

/// <summary>
/// A version of a submission: <see cref="Root"/> is the submission's first instance id, <see cref="XmlHash"/> identifies the XML in effect.
/// </summary>
public sealed record CaseForm(int Form, InstanceId Root, InstanceId Instance, string XmlHash);

/// <summary>
/// The change that one form made to one case. <see cref="Version"/> is the case's version afterwards; <see cref="SyncToken"/> is the token
/// that the form was sent with, null when the change is more than the phone that sent it can know.
/// </summary>
public sealed record CaseTransaction(CaseForm Form, int Version, DateTimeOffset At, string? SyncToken)
{
    /// <summary>The form's `userID`; null when it has none, and for forms received before this was recorded.</summary>
    public string? User { get; init; }

    /// <summary>
    /// The phone's date: of the first block that names the case, in the submission's first version that names it. Null when that has none.
    /// </summary>
    public DateTimeOffset? Date { get; init; }
}

/// <summary>A previous owner of a case, and the revision of the tombstone among that owner's rows.</summary>
public sealed record FormerOwner(OwnerId Owner, int Revision);

/// <summary>
/// A case and the forms that made it, in order. <see cref="Version"/> counts changes that phones can see; sync logs compare it.
/// <see cref="Revision"/> counts writes of the row, and orders derived rows.
/// </summary>
public sealed record Case(CaseId Id, ProjectId Project)
{
    public int Version { get; init; }

    public int Revision { get; init; }

    /// <summary>When the server last changed the case; strictly increasing with each revision.</summary>
    public DateTimeOffset ServerModifiedOn { get; init; }

    /// <summary>Blank for a case that forms update but none created (CC-062).</summary>
    public string Type { get; init; } = "";

    public string Name { get; init; } = "";

    public string ExternalId { get; init; } = "";

    public OwnerId Owner { get; init; } = new("");

    public DateTimeOffset? OpenedOn { get; init; }

    public string OpenedBy { get; init; } = "";

    public DateTimeOffset ModifiedOn { get; init; }

    public string ModifiedBy { get; init; } = "";

    public bool Closed { get; init; }

    public DateTimeOffset? ClosedOn { get; init; }

    public string ClosedBy { get; init; } = "";

    /// <summary>No remaining form has a case block for it (CC-094, CC-124).</summary>
    public bool Deleted { get; init; }

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Names of properties that no remaining form sets (the external id as `external_id`). Phones are sent an empty value for each, unless
    /// it is set again (CC-051).
    /// </summary>
    public IReadOnlyList<string> Forgotten { get; init; } = [];

    /// <summary>By identifier, tombstones included.</summary>
    public IReadOnlyList<CaseIndex> Indices { get; init; } = [];

    /// <summary>By section and entry (CC-156). What no remaining form sets is zero, so that phones are told.</summary>
    public IReadOnlyList<LedgerBalance> Ledger { get; init; } = [];

    /// <summary>
    /// Counts how often a case became an extension of this one or was reopened as one. Zero means there are none; each increment is a
    /// change that a sync can see.
    /// </summary>
    public int Extensions { get; init; }

    /// <summary>Oldest first. Empty in copies made for restores.</summary>
    public IReadOnlyList<CaseTransaction> Transactions { get; init; } = [];

    /// <summary>Previous owners, each once. Empty in copies made for restores.</summary>
    public IReadOnlyList<FormerOwner> FormerOwners { get; init; } = [];

    /// <summary>The revision of this case's row among the owner's rows; null when that owner never had it.</summary>
    internal int? RevisionAt(OwnerId owner) =>
        owner == Owner ? Revision : FormerOwners.FirstOrDefault(former => former.Owner == owner)?.Revision;
}
