using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Cases;

/// <summary>How a case refers to another: a child to its parent, or an extension to its host (CC-072 to CC-079, CC-108 to
/// CC-110).</summary>
public enum CaseRelationship
{
    Child,
    Extension,
}

/// <summary>
/// A case's reference to another, by an identifier of its own such as `parent`. <see cref="Target"/> is null once it was removed: the
/// index stays as a tombstone, so that phones that hold it are told (CC-050).
/// </summary>
public sealed record CaseIndex(string Identifier, CaseId? Target, string CaseType, CaseRelationship Relationship);

/// <summary>Which version of which submission: <see cref="Root"/> is the submission's first instance id, <see cref="XmlHash"/> names
/// the XML that counts.</summary>
public sealed record CaseForm(int Form, InstanceId Root, InstanceId Instance, string XmlHash);

/// <summary>One form's change of one case. <see cref="Version"/> is the case's version after it; <see cref="SyncToken"/> is the token
/// that the form came with.</summary>
public sealed record CaseTransaction(CaseForm Form, int Version, DateTimeOffset At, string? SyncToken);

/// <summary>An owner that a case has left, and with which revision: that of the tombstone among the owner's rows.</summary>
public sealed record FormerOwner(OwnerId Owner, int Revision);

/// <summary>
/// A case as it is now, and in order the forms that made it. <see cref="Version"/> counts changes of what phones see: it is what sync logs
/// compare. <see cref="Revision"/> counts writes of the row, so that derived rows can be told apart.
/// </summary>
public sealed record Case(CaseId Id, ProjectId Project)
{
    public int Version { get; init; }

    public int Revision { get; init; }

    /// <summary>When the server last changed it; later with every revision.</summary>
    public DateTimeOffset ServerModifiedOn { get; init; }

    /// <summary>Blank for the shell of a case that was never created (CC-062).</summary>
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

    /// <summary>No form speaks of it any more (CC-094, CC-124).</summary>
    public bool Deleted { get; init; }

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Names of values that it once had and that no form gives it any more, the external id as `external_id`: phones that hold it are
    /// told, unless it has one of that name again (CC-051).
    /// </summary>
    public IReadOnlyList<string> Forgotten { get; init; } = [];

    /// <summary>By identifier, tombstones included.</summary>
    public IReadOnlyList<CaseIndex> Indices { get; init; } = [];

    /// <summary>How often a case was made an extension of this one, or one was reopened: zero says that no case is, and each new one is
    /// a change that a sync can see.</summary>
    public int Extensions { get; init; }

    /// <summary>Oldest first. Empty in copies made for restores.</summary>
    public IReadOnlyList<CaseTransaction> Transactions { get; init; } = [];

    /// <summary>Who owned it before, each once. Empty in copies made for restores.</summary>
    public IReadOnlyList<FormerOwner> FormerOwners { get; init; } = [];

    /// <summary>The revision of the row that an owner's rows hold of it; null when that owner never had it.</summary>
    internal int? RevisionAt(OwnerId owner) =>
        owner == Owner ? Revision : FormerOwners.FirstOrDefault(former => former.Owner == owner)?.Revision;
}
