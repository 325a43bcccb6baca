using System.Globalization;

namespace ServerlessRosa.Core.Cases;

/// <summary>A phone's case search (CC-151, CC-152): the cases of some types that meet all conditions.</summary>
public sealed record CaseSearch(IReadOnlySet<string> Types, bool WithClosed)
{
    private const string Index = "indices.";

    public IReadOnlyList<CaseCondition> Conditions { get; init; } = [];

    /// <summary>All of them hold for a found case.</summary>
    public IReadOnlyList<ResolvedCaseQuery> Queries { get; init; } = [];

    /// <summary>The owners whose cases are searched; empty for all.</summary>
    public IReadOnlySet<string> Owners { get; init; } = new HashSet<string>();

    /// <summary>The owners whose cases are not shown.</summary>
    public IReadOnlySet<string> HiddenOwners { get; init; } = new HashSet<string>();

    /// <summary>By what the found cases are sorted; empty for the best matches first.</summary>
    public IReadOnlyList<CaseOrder> Order { get; init; } = [];

    /// <summary>Properties that hold the id of a case to send with the found ones.</summary>
    public IReadOnlyList<string> RelatedBy { get; init; } = [];

    /// <summary>Whether the cases that found ones are linked with are sent too.</summary>
    public bool WithRelated { get; init; }

    /// <summary>Whether the first cases that match are not simply the ones to send.</summary>
    internal bool IsRanked => Order.Count > 0 || Conditions.Any(condition => condition.IsFuzzy);

    /// <summary>How far the case is from what was asked, 0 for an exact match; null when it does not match.</summary>
    internal int? Distance(Case value)
    {
        if (!Types.Contains(value.Type) || HiddenOwners.Contains(value.Owner.Value))
        {
            return null;
        }
        var sum = 0;
        foreach (var condition in Conditions)
        {
            if (condition.Distance(ValueOf(value, condition.Name)) is not { } distance)
            {
                return null;
            }
            sum += distance;
        }
        return Queries.All(query => query.Holds(value)) ? sum : null;
    }

    /// <summary>A property, or a field of the case itself by its name in searches; `indices.parent` is the id of the parent.</summary>
    internal static string ValueOf(Case value, string name) =>
        name switch
        {
            "case_name" or "name" => value.Name,
            "external_id" => value.ExternalId,
            "case_id" or "@case_id" => value.Id.Value,
            "owner_id" or "@owner_id" => value.Owner.Value,
            "case_type" or "@case_type" => value.Type,
            "@status" => value.Closed ? "closed" : "open",
            "last_modified" => value.ModifiedOn.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            "date_opened" => value.OpenedOn?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
            _ when name.StartsWith(Index, StringComparison.Ordinal) => value
                .Indices.FirstOrDefault(index => index.Identifier == name[Index.Length..])
                ?.Target?.Value
                ?? "",
            _ => value.Properties.GetValueOrDefault(name, ""),
        };
}
