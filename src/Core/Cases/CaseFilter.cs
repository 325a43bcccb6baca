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
    internal bool Admits(Case one)
    {
        var time = Time switch
        {
            CaseTime.Modified => one.ModifiedOn,
            CaseTime.ServerModified => one.ServerModifiedOn,
            CaseTime.Opened => one.OpenedOn,
            _ => one.ClosedOn,
        };
        return time is { } known && (known == Value ? Inclusive : known > Value == IsLower);
    }
}

/// <summary>Selects cases of a list; null means any.</summary>
public sealed record CaseFilter
{
    public OwnerId? Owner { get; init; }

    public IReadOnlySet<string>? Types { get; init; }

    public bool? Closed { get; init; }

    public string? Name { get; init; }

    public string? ExternalId { get; init; }

    /// <summary>A part of the name or of the external id, or the whole case id; upper and lower case are alike.</summary>
    public string? Search { get; init; }

    public IReadOnlyList<CaseTimeBound> Times { get; init; } = [];

    public IReadOnlyDictionary<string, string> Indices { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    // Decided from the row's columns, without unpacking the case.
    internal bool Admits(OwnedCase row) =>
        !row.Deleted
        && Types?.Contains(row.Type) != false
        && (Closed is null || row.Closed == Closed)
        && Indices.All(wanted => row.Indices.Any(index => index.Identifier == wanted.Key && index.Target?.Value == wanted.Value));

    internal bool Admits(Case value) =>
        (Name is null || value.Name == Name)
        && (ExternalId is null || value.ExternalId == ExternalId)
        && (Search is null || Mentions(value, Search))
        && Times.All(bound => bound.Admits(value))
        && Properties.All(wanted => value.Properties.GetValueOrDefault(wanted.Key) == wanted.Value);

    private static bool Mentions(Case value, string text) =>
        value.Name.Contains(text, StringComparison.OrdinalIgnoreCase)
        || value.ExternalId.Contains(text, StringComparison.OrdinalIgnoreCase)
        || value.Id.Value.Equals(text, StringComparison.OrdinalIgnoreCase);
}
