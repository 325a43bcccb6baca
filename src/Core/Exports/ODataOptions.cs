using System.Globalization;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

/// <summary>The query of an OData request (OR-276 to OR-279).</summary>
public sealed record ODataOptions
{
    /// <summary>An app user's key, which is allowed in any address.</summary>
    private const string Key = "st";

    public int? Top { get; private init; }

    public int Skip { get; private init; }

    public bool Count { get; private init; }

    /// <summary>Locations as well-known text instead of GeoJSON.</summary>
    public bool Wkt { get; private init; }

    /// <summary>Repeat instances inside the rows that contain them.</summary>
    public bool Expand { get; private init; }

    public SubmissionFilter? Filter { get; private init; }

    public SubmissionOrder? Order { get; private init; }

    public IReadOnlyList<string>? Select { get; private init; }

    public SkipToken? SkipToken { get; private init; }

    /// <summary>How many submissions a filtered page may read at most; the next page goes on from there.</summary>
    public int? ReadAtMost { get; private init; }

    /// <summary>Refuses an option that is not known with 501.1 (OR-279), and values that can't be with 400.11, 400.18, 400.35, 501.4 to
    /// 501.6 or 501.11.</summary>
    public static ODataOptions Parse(IEnumerable<KeyValuePair<string, string>> query, DateTimeOffset now)
    {
        var options = new ODataOptions();
        foreach (var (name, value) in query)
        {
            options = name switch
            {
                "$top" => options with { Top = Number(value) },
                "$skip" => options with { Skip = Number(value) },
                "$count" => options with { Count = value == "true" },
                "$wkt" => options with { Wkt = value == "true" },
                "$expand" => options with { Expand = value == "*" ? true : throw Problem.UnsupportedODataExpand(value).AsException() },
                "$filter" => options with { Filter = SubmissionFilter.Parse(value, now) },
                "$orderby" => options with { Order = SubmissionOrder.Parse(value) },
                "$select" => options with
                {
                    Select = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                },
                "$skiptoken" => options with { SkipToken = SkipToken.Parse(value) },
                SearchLimit.Name => options with { ReadAtMost = SearchLimit.Parse(value) },
                "$format" or Key => options,
                _ => throw Problem.NotSupported(name).AsException(),
            };
        }
        if (options is { Expand: true, Select: not null })
        {
            throw Problem.SelectWithExpand().AsException();
        }

        if (options.ReadAtMost is not null && options is not { Filter: not null, Top: not null, Count: false, Skip: 0, Order: null })
        {
            throw SearchLimit.Refuse(options.ReadAtMost);
        }

        // The first page has applied `$skip`; the token contains the end of that page.
        return options.SkipToken is null ? options : options with { Skip = 0 };
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Problem.InvalidDataType(text, "integer").AsException();
}
