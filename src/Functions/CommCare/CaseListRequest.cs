using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>
/// The parameters of the case list (CC-146). `search` and `count` are additions: a part of a name or external id, and `false` for a page
/// without the number of all matching cases, which takes reading all of them.
/// </summary>
internal sealed record CaseListRequest(CaseFilter Filter, CasePlace? After, int Limit, bool Counts)
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 5000;
    private const string Cursor = "cursor";
    private const string IncludeDeprecated = "include_deprecated";
    private const string Types = "case_type";
    private const string Index = "indices.";
    private const string Property = "properties.";

    private static readonly string[] Known =
    [
        Cursor,
        Types,
        "limit",
        "count",
        "format",
        "search",
        IncludeDeprecated,
        "owner_id",
        "case_name",
        "external_id",
        "closed",
    ];

    private static readonly Dictionary<string, CaseTime> Times = new()
    {
        ["last_modified"] = CaseTime.Modified,
        ["server_last_modified"] = CaseTime.ServerModified,
        ["indexed_on"] = CaseTime.ServerModified,
        ["date_opened"] = CaseTime.Opened,
        ["date_closed"] = CaseTime.Closed,
    };

    /// <summary>Refuses what is no number, boolean, date or cursor with 400.11, more than 5,000 cases with 400.8, and with 400.59 what is
    /// no parameter of the list, or comes twice although only `case_type` may.</summary>
    public static CaseListRequest Of(HttpRequest request)
    {
        var times = new List<CaseTimeBound>();
        foreach (var (name, values) in request.Query)
        {
            if (TimeOf(name, values.ToString()) is { } bound)
            {
                times.Add(bound);
            }
            else if (
                (values.Count > 1 && name != Types)
                || !(
                    Known.Contains(name)
                    || name.StartsWith(Index, StringComparison.Ordinal)
                    || name.StartsWith(Property, StringComparison.Ordinal)
                    || CaseFields.Takes(name)
                )
                || (name == "format" && values != "json")
            )
            {
                throw Problem.UnknownParameter(name).AsException();
            }
        }
        Flag(request, IncludeDeprecated); // there is no dictionary in which types could be deprecated
        var types = request.Query[Types].OfType<string>().Where(type => type.Length > 0).ToHashSet();
        return new CaseListRequest(
            new CaseFilter
            {
                Owner = Text(request, "owner_id") is { } owner ? new OwnerId(owner) : null,
                Types = types.Count == 0 ? null : types,
                Name = Text(request, "case_name"),
                ExternalId = Text(request, "external_id"),
                Search = Text(request, "search")?.Trim(),
                Closed = Flag(request, "closed"),
                Times = times,
                Indices = Named(request, Index),
                Properties = Named(request, Property),
            },
            Text(request, Cursor) is { } cursor ? PlaceOf(cursor) : null,
            LimitOf(request),
            Flag(request, "count") ?? true
        );
    }

    /// <summary>For answers that are no lists: refuses all parameters but those of <see cref="CaseFields"/> with 400.59.</summary>
    public static CaseFields OfAnswer(HttpRequest request)
    {
        foreach (var name in request.Query.Keys.Where(name => !CaseFields.Takes(name) && name != "format"))
        {
            throw Problem.UnknownParameter(name).AsException();
        }
        return CaseFields.Of(request);
    }

    private static int LimitOf(HttpRequest request) =>
        Text(request, "limit") is not { } limit ? DefaultLimit
        : !int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? throw Problem.InvalidDataType(limit, "number").AsException()
        : number > MaxLimit ? throw Problem.UnexpectedValue("limit", limit, $"a page has {MaxLimit} cases at most.").AsException()
        : Math.Max(number, 1);

    /// <summary>The address of the list from a position on.</summary>
    public static string Next(HttpRequest request, CasePlace place) =>
        QueryHelpers.AddQueryString(
            QueryHelpers.AddQueryString(request.Path, request.Query.Where(one => one.Key != Cursor)),
            Cursor,
            WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes($"{place.Partition} {place.Row}"))
        );

    private static CasePlace PlaceOf(string cursor)
    {
        try
        {
            return Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(cursor)).Split(' ') is [var partition, var row]
                ? new CasePlace(partition, row)
                : throw Problem.InvalidDataType(Cursor, "cursor of a list").AsException();
        }
        catch (FormatException e)
        {
            throw Problem.InvalidDataType(Cursor, "cursor of a list").AsException(e);
        }
    }

    // `last_modified.gte=2026-01-01`
    private static CaseTimeBound? TimeOf(string name, string value)
    {
        if (name.Split('.') is not [var field, "gt" or "gte" or "lt" or "lte"] || !Times.TryGetValue(field, out var time))
        {
            return null;
        }
        var comparison = name[(field.Length + 1)..];
        return new CaseTimeBound(
            time,
            comparison.StartsWith('g'),
            comparison.EndsWith('e'),
            CaseDates.Parse(value) ?? throw Problem.InvalidDataType(value, "date").AsException()
        );
    }

    // An empty value is one too: the cases without owner have it.
    private static string? Text(HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    private static bool? Flag(HttpRequest request, string name) =>
        Text(request, name) is not { } text ? null
        : bool.TryParse(text, out var flag) ? flag
        : throw Problem.InvalidDataType(text, "boolean").AsException();

    private static Dictionary<string, string> Named(HttpRequest request, string prefix) =>
        request
            .Query.Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(one => one.Key[prefix.Length..], one => one.Value.ToString());
}
