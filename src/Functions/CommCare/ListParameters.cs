using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>`limit` and `offset` of a list, whose answer has at most <paramref name="Limit"/> objects.</summary>
public sealed record ListWindow(int Offset, int Limit)
{
    private const int DefaultLimit = 20;

    /// <summary>No `limit` is 20 and zero is the maximum. Refuses what isn't a whole number from 0 on with 400.11.</summary>
    public static ListWindow Of(HttpRequest request, int maximum)
    {
        var paging = Paging.Of(request);
        return new ListWindow(paging.Offset, paging.Limit is { } limit ? Math.Min(limit == 0 ? maximum : limit, maximum) : DefaultLimit);
    }

    /// <summary>`next` and `previous` are addresses on this host.</summary>
    public ListMetaAnswer Meta(HttpRequest request, int total) =>
        new(
            Limit,
            (long)Offset + Limit < total ? Page(request, Offset + Limit) : null,
            Offset,
            Offset > 0 ? Page(request, Math.Max(0, Offset - Limit)) : null,
            total
        );

    private string Page(HttpRequest request, int offset)
    {
        var kept = request.Query.Where(parameter => parameter.Key is not ("limit" or "offset"));
        var address = QueryHelpers.AddQueryString(request.Path, kept);
        return QueryHelpers.AddQueryString(
            address,
            new Dictionary<string, string?>
            {
                ["limit"] = Limit.ToString(CultureInfo.InvariantCulture),
                ["offset"] = offset.ToString(CultureInfo.InvariantCulture),
            }
        );
    }
}

/// <summary>The parameters of lists of CommCare HQ's API.</summary>
internal static class ListParameters
{
    /// <summary>Refuses a parameter that the function does not declare, one that comes twice, and another format than JSON, with
    /// 400.59.</summary>
    public static void RequireKnown(HttpRequest request)
    {
        var operation = ApiOperation.Of(request.HttpContext);
        foreach (var (name, values) in request.Query)
        {
            if (!operation.Declares(name) || values.Count > 1 || (name == "format" && values != "json"))
            {
                throw Problem.UnknownParameter(name).AsException();
            }
        }
    }

    /// <summary>Null for an absent or empty one.</summary>
    public static string? Text(HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out var values) && values.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>Refuses what is neither `true` nor `false` with 400.11.</summary>
    public static bool? Flag(HttpRequest request, string name) =>
        Text(request, name) is not { } text ? null
        : bool.TryParse(text, out var flag) ? flag
        : throw Problem.InvalidDataType(text, "boolean").AsException();

    /// <summary>From `name_start` to `name_end`. Refuses what is no date or time with 400.11.</summary>
    public static TimeRange Range(HttpRequest request, string name) => new(Time(request, name + "_start"), Time(request, name + "_end"));

    /// <summary>The field of `order_by`, and whether `-` stands before it. Refuses other fields with 400.8.</summary>
    public static (string Field, bool Descending)? Order(HttpRequest request, params ReadOnlySpan<string> fields)
    {
        if (Text(request, "order_by") is not { } order)
        {
            return null;
        }
        var field = order.StartsWith('-') ? order[1..] : order;
        return fields.Contains(field)
            ? (field, order.StartsWith('-'))
            : throw Problem.UnexpectedValue("order_by", order, "lists are not ordered by it.").AsException();
    }

    private static DateTimeOffset? Time(HttpRequest request, string name) =>
        Text(request, name) is not { } text ? null : CaseDates.Parse(text) ?? throw Problem.InvalidDataType(text, "date").AsException();
}
