using System.Globalization;
using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Cases;

/// <summary>A phone's case search (CC-151, CC-152): for each property the accepted values.</summary>
public sealed record CaseSearch(IReadOnlySet<string> Types, bool WithClosed)
{
    private const string Range = "__range__";

    /// <summary>By property name; `case_name`, `external_id`, `owner_id` and `date_opened` are the case's own fields.</summary>
    public IReadOnlyDictionary<string, IReadOnlyCollection<string>> Values { get; init; } =
        new Dictionary<string, IReadOnlyCollection<string>>();

    /// <summary>The owners whose cases are not shown.</summary>
    public IReadOnlySet<string> HiddenOwners { get; init; } = new HashSet<string>();

    /// <summary>By what the found cases are sorted; empty for any order.</summary>
    public IReadOnlyList<CaseOrder> Order { get; init; } = [];

    internal bool Finds(Case value) =>
        Types.Contains(value.Type)
        && !HiddenOwners.Contains(value.Owner.Value)
        && Values.All(wanted => ValueOf(value, wanted.Key) is var found && wanted.Value.Any(accepted => Accepts(accepted, found)));

    // `__range__2024-01-01__2024-01-31`: a day from the first to the last.
    private static bool Accepts(string accepted, string value)
    {
        if (!accepted.StartsWith(Range, StringComparison.Ordinal) || accepted[Range.Length..].Split("__") is not [var first, var last])
        {
            return accepted == value;
        }
        return value.Length >= first.Length
            && first.Length > 0
            && string.CompareOrdinal(value[..first.Length], first) >= 0
            && string.CompareOrdinal(value[..Math.Min(value.Length, last.Length)], last) <= 0;
    }

    internal static string ValueOf(Case value, string name) =>
        name switch
        {
            "case_name" or "name" => value.Name,
            "external_id" => value.ExternalId,
            "owner_id" => value.Owner.Value,
            "case_type" => value.Type,
            "last_modified" => value.ModifiedOn.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            "date_opened" => value.OpenedOn?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
            _ => value.Properties.GetValueOrDefault(name, ""),
        };
}

/// <summary>Searches the cases of a domain for phones that do not have them.</summary>
public sealed class SearchCases(CaseOwnersTable owners)
{
    private const int MaxFound = 500;
    private const int MaxSorted = 5000;
    private const string Owner = "owner_id";

    /// <summary>
    /// Returns at most 500 cases, sorted ones of the first 5,000 found. Reads the cases of the requested owners, or of the project, until
    /// there are enough: one operation per 1,000, and one for each large case of the type.
    /// </summary>
    public async IAsyncEnumerable<Case> RunAsync(
        ProjectId project,
        CaseSearch search,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (search.Order.Count == 0)
        {
            await foreach (var one in FindAsync(project, search, MaxFound, cancellationToken))
            {
                yield return one;
            }
            yield break;
        }
        var found = await FindAsync(project, search, MaxSorted, cancellationToken).ToListAsync(cancellationToken);
        foreach (var one in CaseOrder.Sort(found, search.Order).Take(MaxFound))
        {
            yield return one;
        }
    }

    private async IAsyncEnumerable<Case> FindAsync(
        ProjectId project,
        CaseSearch search,
        int atMost,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = new CaseFilter { Types = search.Types, Closed = search.WithClosed ? null : false };
        var found = 0;
        foreach (
            var owner in search.Values.TryGetValue(Owner, out var ids) ? ids.Distinct().Select(id => new OwnerId?(new OwnerId(id))) : [null]
        )
        {
            await foreach (var (row, _) in owners.ScanAsync(project, owner, null, cancellationToken))
            {
                if (filter.Admits(row) && await row.UnpackAsync(cancellationToken) is var value && search.Finds(value))
                {
                    found++;
                    yield return value;
                }
                if (found == atMost)
                {
                    yield break;
                }
            }
        }
    }
}
