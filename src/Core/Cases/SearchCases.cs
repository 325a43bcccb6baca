using System.Globalization;
using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Cases;

/// <summary>A phone's case search (CC-151, CC-152): for each property the accepted values.</summary>
public sealed record CaseSearch(string Type, bool WithClosed)
{
    /// <summary>By property name; `case_name`, `external_id`, `owner_id` and `date_opened` are the case's own fields.</summary>
    public IReadOnlyDictionary<string, IReadOnlyCollection<string>> Values { get; init; } =
        new Dictionary<string, IReadOnlyCollection<string>>();

    internal bool Finds(Case value) => Values.All(wanted => wanted.Value.Contains(ValueOf(value, wanted.Key)));

    private static string ValueOf(Case value, string name) =>
        name switch
        {
            "case_name" or "name" => value.Name,
            "external_id" => value.ExternalId,
            "owner_id" => value.Owner.Value,
            "date_opened" => value.OpenedOn?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "",
            _ => value.Properties.GetValueOrDefault(name, ""),
        };
}

/// <summary>Searches the cases of a domain for phones that do not have them.</summary>
public sealed class SearchCases(CaseOwnersTable owners)
{
    private const int MaxFound = 500;
    private const string Owner = "owner_id";

    /// <summary>
    /// Returns at most 500 cases. Reads the cases of the requested owners, or of the project, until there are enough: one operation per
    /// 1,000, and one for each large case of the type.
    /// </summary>
    public async IAsyncEnumerable<Case> RunAsync(
        ProjectId project,
        CaseSearch search,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = new CaseFilter { Type = search.Type, Closed = search.WithClosed ? null : false };
        var found = 0;
        foreach (
            var owner in search.Values.TryGetValue(Owner, out var ids) ? ids.Distinct().Select(id => new OwnerId?(new OwnerId(id))) : [null]
        )
        {
            await foreach (var (row, _) in owners.ScanAsync(project, owner, cancellationToken))
            {
                if (filter.Admits(row) && await row.UnpackAsync(cancellationToken) is var value && search.Finds(value))
                {
                    found++;
                    yield return value;
                }
                if (found == MaxFound)
                {
                    yield break;
                }
            }
        }
    }
}
