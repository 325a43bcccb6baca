using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>
/// The parameters of the case list (CC-146). `search` and `count` are additions: a part of a name or external id, and `false` for pages
/// without the number of all matching cases. These are read in the order of owners, unless `indexed_on` is given, since neither numbers nor
/// times of all cases have to be known.
/// </summary>
internal sealed record CaseListRequest(CaseFilter Filter, TimeRange Indexed, int Limit, bool Counts)
{
    private const string IndexedOn = "indexed_on";
    private const int DefaultLimit = 20;
    private const int MaxLimit = 5000;
    private const string Cursor = "cursor";
    private const string IncludeDeprecated = "include_deprecated";
    private const string Types = "case_type";
    private const string QueryParameter = "query";
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
        QueryParameter,
        IncludeDeprecated,
        "owner_id",
        "case_name",
        "external_id",
        "closed",
    ];

    // Several of these are alternatives.
    private static readonly string[] Repeated = [Types, "owner_id", "case_name", "external_id"];

    private static readonly Dictionary<string, CaseTime> Times = new()
    {
        ["last_modified"] = CaseTime.Modified,
        ["server_last_modified"] = CaseTime.ServerModified,
        ["date_opened"] = CaseTime.Opened,
        ["date_closed"] = CaseTime.Closed,
    };

    public bool IsByOwner => !Counts && Indexed == default;

    /// <summary>Where the list goes on in the order of writing.</summary>
    public CaseCursor? After { get; private init; }

    /// <summary>Where it goes on in the order of owners.</summary>
    public CasePlace? Place { get; private init; }

    /// <summary>Refuses what is no number, boolean, date or cursor with 400.11, more than 5,000 cases with 400.8, and with 400.59 what is
    /// no parameter of the list, or comes twice although it may not.</summary>
    public static CaseListRequest Of(HttpRequest request)
    {
        var (times, indexed) = (new List<CaseTimeBound>(), default(TimeRange));
        foreach (var (name, values) in request.Query)
        {
            if (values.Count == 1 && BoundOf(name, values.ToString()) is var (field, bound))
            {
                indexed = field == IndexedOn ? indexed.Within(RangeOf(bound)) : indexed;
                times.AddRange(field == IndexedOn ? [] : [bound]);
            }
            else if (
                (values.Count > 1 && !Repeated.Contains(name))
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
        var owners = Texts(request, "owner_id")?.Select(owner => new OwnerId(owner)).ToHashSet();
        var list = new CaseListRequest(
            new CaseFilter
            {
                Owner = owners?.Count == 1 ? owners.First() : null,
                Owners = owners?.Count > 1 ? owners : null,
                Types = types.Count == 0 ? null : types,
                Names = Texts(request, "case_name"),
                ExternalIds = Texts(request, "external_id"),
                Search = Text(request, "search")?.Trim(),
                Closed = Flag(request, "closed"),
                Times = times,
                Indices = Named(request, Index),
                Properties = Named(request, Property),
            },
            indexed,
            LimitOf(request),
            Flag(request, "count") ?? true
        );
        return Text(request, Cursor) is not { } cursor ? list
            : list.IsByOwner ? list with { Place = PlaceOf(CursorText(cursor)) }
            : list with { After = CursorOf(CursorText(cursor)) };
    }

    /// <summary>With the lookups of `query`, which refuses what is no query with 400.8.</summary>
    public async Task<CaseListRequest> ResolveAsync(
        HttpRequest request,
        ProjectId project,
        ResolveCaseQuery queries,
        CancellationToken cancellationToken
    ) =>
        Text(request, QueryParameter) is { } text
            ? this with
            {
                Filter = Filter with { Query = await queries.RunAsync(project, QueryParameter, text, cancellationToken) },
            }
            : this;

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

    /// <summary>The path of the list from a position on.</summary>
    public static string Next(HttpRequest request, CasePlace place) => NextOf(request, $"{place.Partition} {place.Row}");

    public static string Next(HttpRequest request, CaseCursor cursor) =>
        NextOf(request, string.Create(CultureInfo.InvariantCulture, $"@{cursor.IndexedOn.UtcTicks} {cursor.Id}"));

    private static string NextOf(HttpRequest request, string position) =>
        QueryHelpers.AddQueryString(
            QueryHelpers.AddQueryString(request.Path, request.Query.Where(one => one.Key != Cursor)),
            Cursor,
            WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(position))
        );

    private static CasePlace PlaceOf(string position) =>
        position.Split(' ') is [{ Length: > 0 } partition, var row] && partition[0] != '@'
            ? new CasePlace(partition, row)
            : throw Problem.InvalidDataType(Cursor, "cursor of this list").AsException();

    private static CaseCursor CursorOf(string position) =>
        position.Split(' ', 2) is [['@', .. var ticks], var id]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number <= DateTimeOffset.MaxValue.Ticks
            ? new CaseCursor(new DateTimeOffset(number, TimeSpan.Zero), id)
            : throw Problem.InvalidDataType(Cursor, "cursor of this list").AsException();

    private static string CursorText(string cursor)
    {
        try
        {
            return Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(cursor));
        }
        catch (FormatException e)
        {
            throw Problem.InvalidDataType(Cursor, "cursor of a list").AsException(e);
        }
    }

    // `last_modified.gte=2026-01-01`
    private static (string Field, CaseTimeBound Bound)? BoundOf(string name, string value)
    {
        if (name.Split('.') is not [var field, "gt" or "gte" or "lt" or "lte"] || (field != IndexedOn && !Times.ContainsKey(field)))
        {
            return null;
        }
        var comparison = name[(field.Length + 1)..];
        var bound = new CaseTimeBound(
            Times.GetValueOrDefault(field, CaseTime.ServerModified),
            comparison.StartsWith('g'),
            comparison.EndsWith('e'),
            CaseDates.Parse(value) ?? throw Problem.InvalidDataType(value, "date").AsException()
        );
        return (field, bound);
    }

    // Answers have microseconds, of which storage has tenths: a time from an answer stands for all ten.
    private static TimeRange RangeOf(CaseTimeBound bound)
    {
        var last = bound.Value.Ticks % TimeSpan.TicksPerMicrosecond == 0 ? TimeSpan.TicksPerMicrosecond - 1 : 0;
        return (bound.IsLower, bound.Inclusive) switch
        {
            (true, true) => new TimeRange(bound.Value, null),
            (true, false) => new TimeRange(bound.Value.AddTicks(last + 1), null),
            (false, true) => new TimeRange(null, bound.Value.AddTicks(last)),
            _ => new TimeRange(null, bound.Value.AddTicks(-1)),
        };
    }

    // An empty value is one too: the cases without owner have it.
    private static string? Text(HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    private static HashSet<string>? Texts(HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out var values) ? [.. values.Select(value => value ?? "")] : null;

    private static bool? Flag(HttpRequest request, string name) =>
        Text(request, name) is not { } text ? null
        : bool.TryParse(text, out var flag) ? flag
        : throw Problem.InvalidDataType(text, "boolean").AsException();

    private static Dictionary<string, string> Named(HttpRequest request, string prefix) =>
        request
            .Query.Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(one => one.Key[prefix.Length..], one => one.Value.ToString());
}
