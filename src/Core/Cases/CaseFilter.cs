using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Cases;

/// <summary>The times of a case by which lists are filtered.</summary>
public enum CaseTime
{
    Modified,
    ServerModified,
    Opened,
    Closed,
}

/// <summary>A bound of a time of the case. A case without that time is on neither side of it.</summary>
public sealed record CaseTimeBound(CaseTime Time, bool IsLower, bool Inclusive, DateTimeOffset Value)
{
    internal bool Admits(Case one) => Admits(TimeOf(one, Time));

    internal static DateTimeOffset? TimeOf(Case one, CaseTime time) =>
        time switch
        {
            CaseTime.Modified => one.ModifiedOn,
            CaseTime.ServerModified => one.ServerModifiedOn,
            CaseTime.Opened => one.OpenedOn,
            _ => one.ClosedOn,
        };

    internal bool Admits(DateTimeOffset? time) => time is { } known && (known == Value ? Inclusive : known > Value == IsLower);
}

/// <summary>Selects cases of a list; null means any.</summary>
public sealed record CaseFilter
{
    public OwnerId? Owner { get; init; }

    public IReadOnlySet<string>? Types { get; init; }

    public bool? Closed { get; init; }

    /// <summary>Where there are several; one alone is <see cref="Owner"/>, whose cases are found without reading those of others.</summary>
    public IReadOnlySet<OwnerId>? Owners { get; init; }

    public IReadOnlySet<string>? Names { get; init; }

    public IReadOnlySet<string>? ExternalIds { get; init; }

    /// <summary>A part of the name or of the external id, or the whole case id; upper and lower case are alike.</summary>
    public string? Search { get; init; }

    /// <summary>The user who changed the case last.</summary>
    public string? ModifiedBy { get; init; }

    public IReadOnlyList<CaseTimeBound> Times { get; init; } = [];

    public IReadOnlyDictionary<string, string> Indices { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    public ResolvedCaseQuery? Query { get; init; }

    /// <summary>Whether deciding takes more than the columns of a row that says nothing about indices.</summary>
    internal bool ReadsBodies =>
        Owners is not null
        || Names is not null
        || ExternalIds is not null
        || Search is not null
        || ModifiedBy is not null
        || Query is not null
        || Indices.Count > 0
        || Properties.Count > 0
        || Times.Any(bound => bound.Time != CaseTime.ServerModified);

    // Decided from the row's columns, without unpacking the case.
    internal bool Admits(OwnedCase row) =>
        !row.Deleted
        && Types?.Contains(row.Type) != false
        && (Closed is null || row.Closed == Closed)
        && Times.All(bound => bound.Time != CaseTime.ServerModified || bound.Admits(row.ServerModifiedOn))
        && Indices.All(wanted => row.Indices.Any(index => index.Identifier == wanted.Key && index.Target?.Value == wanted.Value));

    internal bool Admits(Case value) =>
        Owners?.Contains(value.Owner) != false
        && Names?.Contains(value.Name) != false
        && ExternalIds?.Contains(value.ExternalId) != false
        && (Search is null || Mentions(value, Search))
        && (ModifiedBy is null || value.ModifiedBy == ModifiedBy)
        && Times.All(bound => bound.Admits(value))
        && Properties.All(wanted => value.Properties.GetValueOrDefault(wanted.Key, "") == wanted.Value)
        && Query?.Holds(value) != false;

    private static bool Mentions(Case value, string text) =>
        value.Name.Contains(text, StringComparison.OrdinalIgnoreCase)
        || value.ExternalId.Contains(text, StringComparison.OrdinalIgnoreCase)
        || value.Id.Value.Equals(text, StringComparison.OrdinalIgnoreCase);
}
