using System.Globalization;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

/// <summary>The query of a request for entities.</summary>
public sealed record EntityQuery
{
    private const string Key = "st";

    public int? Top { get; private init; }

    public int Skip { get; private init; }

    public bool Count { get; private init; }

    public EntitySelection Selection { get; private init; } = EntitySelection.All;

    public EntityOrder? Order { get; private init; }

    /// <summary>Null shows all.</summary>
    public IReadOnlyList<string>? Select { get; private init; }

    public string? SkipToken { get; private init; }

    /// <summary>How many entities a search may read at most; the next page goes on from there.</summary>
    public int? ReadAtMost { get; private init; }

    /// <summary>
    /// A query of OData. Refuses an unknown option with 501.1, a property that the dataset lacks with 400.23, and other values as <see
    /// cref="ODataOptions"/> does.
    /// </summary>
    public static EntityQuery Parse(IEnumerable<KeyValuePair<string, string>> query, Dataset dataset, DateTimeOffset now)
    {
        var parsed = new EntityQuery();
        foreach (var (name, value) in query)
        {
            parsed = name switch
            {
                "$top" => parsed with { Top = Number(value) },
                "$skip" => parsed with { Skip = Number(value) },
                "$count" => parsed with { Count = value == "true" },
                "$orderby" => parsed with { Order = EntityOrder.Parse(value) },
                "$select" => parsed with { Select = SelectionOf(value, dataset) },
                "$skiptoken" => parsed with
                {
                    SkipToken = Exports.SkipToken.Parse(value).Uuid ?? throw Problem.InvalidSkipToken().AsException(),
                },
                SearchLimit.Name => parsed with { ReadAtMost = SearchLimit.Parse(value) },
                "$format" or Key => parsed,
                _ => parsed.With(name, value, now) ?? throw Problem.NotSupported(name).AsException(),
            };
        }
        var isSearch = parsed is { Selection.IsAll: false, Top: not null, Count: false, Skip: 0, Order: null };
        if (parsed.ReadAtMost is { } most && !isSearch)
        {
            throw SearchLimit.Refuse(most);
        }
        return parsed.SkipToken is null ? parsed : parsed with { Skip = 0 };
    }

    /// <summary>`$filter`, `$search`, `limit` and `readAtMost` of a file. Refuses another option of OData with 501.1.</summary>
    public static EntityQuery ParseFile(IEnumerable<KeyValuePair<string, string>> query, DateTimeOffset now)
    {
        var parsed = new EntityQuery();
        foreach (var (name, value) in query)
        {
            parsed = name switch
            {
                "limit" => parsed with { Top = Number(value) },
                SearchLimit.Name => parsed with { ReadAtMost = SearchLimit.Parse(value) },
                _ => parsed.With(name, value, now) ?? parsed,
            };
            if (name.StartsWith('$') && name is not ("$filter" or "$search"))
            {
                throw Problem.NotSupported(name).AsException();
            }
        }
        return parsed;
    }

    private EntityQuery? With(string name, string value, DateTimeOffset now) =>
        name switch
        {
            "$filter" => this with { Selection = Selection with { Filter = EntityFilter.Parse(value, now) } },
            "$search" => this with { Selection = Selection with { Search = value } },
            _ => null,
        };

    private static string[]? SelectionOf(string text, Dataset dataset)
    {
        if (text.Trim() == "*")
        {
            return null;
        }
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names)
        {
            if (
                name is not ("__id" or "label" or "__system")
                && !EntityRowWriter.SystemNames.Contains(name)
                && !EntityRowWriter.NamesOf(dataset).Any(property => property.Name == name || property.Property == name)
            )
            {
                throw Problem.UnknownODataProperty(name).AsException();
            }
        }
        return names;
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Problem.InvalidDataType(text, "integer").AsException();
}
