using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Reads bodies and writes objects and lists for all resources of a domain's administration API (CC-144 to CC-146).</summary>
public sealed class DomainApi(EndpointPipeline pipeline, AuditLog audits)
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 1000;

    public Task<IResult> ReadAsync(HttpRequest request, string domain, Func<DomainUser, CancellationToken, Task<IResult>> handler) =>
        pipeline.DomainApiAsync(request, domain, Verb.ProjectRead, user => handler(user, request.HttpContext.RequestAborted));

    /// <summary>The list of what <paramref name="find"/> finds, cut by `limit` and `offset`. Refuses what isn't a number from 0 on with
    /// 400.11, and other parameters with 400.59.</summary>
    public Task<IResult> ListAsync<T, TAnswer>(
        HttpRequest request,
        string domain,
        Func<DomainUser, CancellationToken, Task<IReadOnlyList<T>>> find,
        Func<DomainUser, T, TAnswer> shape
    ) =>
        ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
            {
                ListParameters.RequireKnown(request);
                var paging = Paging.Of(request);
                var all = await find(user, cancellationToken);
                return List(request, paging, all.Count, all.Skip(paging.Offset).Take(LimitOf(paging)).Select(item => shape(user, item)));
            }
        );

    /// <summary>Runs a change with the body's JSON. The handler audits it: <see cref="DoneAsync"/>.</summary>
    public Task<IResult> WriteAsync(
        HttpRequest request,
        string domain,
        Func<DomainUser, JsonElement, CancellationToken, Task<IResult>> handler
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.ProjectUpdate,
            async user =>
                await handler(
                    user,
                    await Json.ReadAsync(request, Caller.Anonymous, request.HttpContext.RequestAborted),
                    request.HttpContext.RequestAborted
                )
        );

    /// <summary>Writes the change down, and answers with <paramref name="answer"/>; null has no body.</summary>
    public async Task<IResult> DoneAsync(DomainUser user, string action, object details, int status, object? answer)
    {
        await audits.WriteAsync(user.Actor.Id, action, Scope.Of(user.Project.Id), details, CancellationToken.None);
        return answer is null ? Results.StatusCode(status) : Json.Ok(answer, status);
    }

    /// <summary>No `limit` is 20, and zero is the maximum of 1,000.</summary>
    public static int LimitOf(Paging paging) =>
        paging.Limit is { } limit ? Math.Min(limit == 0 ? MaxLimit : limit, MaxLimit) : DefaultLimit;

    /// <summary>The envelope that all lists share. `next` and `previous` are addresses on this host.</summary>
    public static IResult List<TAnswer>(HttpRequest request, Paging paging, int total, IEnumerable<TAnswer> objects)
    {
        var limit = LimitOf(paging);
        return Json.Ok(
            new ListAnswer<TAnswer>(
                new ListMetaAnswer(
                    limit,
                    paging.Offset + limit < total ? Page(request, limit, paging.Offset + limit) : null,
                    paging.Offset,
                    paging.Offset > 0 ? Page(request, limit, Math.Max(0, paging.Offset - limit)) : null,
                    total
                ),
                objects
            )
        );
    }

    /// <summary>The same for a list that is too long to be in memory as a whole: it is read to its end for the count.</summary>
    public static async Task<IResult> ListAsync<T, TAnswer>(
        HttpRequest request,
        IAsyncEnumerable<T> all,
        Func<T, TAnswer> shape,
        CancellationToken cancellationToken
    )
    {
        var paging = Paging.Of(request);
        var (total, page) = (0, new List<TAnswer>());
        await foreach (var item in all.WithCancellation(cancellationToken))
        {
            if (total >= paging.Offset && page.Count < LimitOf(paging))
            {
                page.Add(shape(item));
            }
            total++;
        }
        return List(request, paging, total, page);
    }

    /// <summary>A member that is an object; null when absent or null. Refuses another type with 400.11.</summary>
    public static JsonElement? Member(JsonElement body, string name) =>
        !body.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null ? null
        : member.ValueKind == JsonValueKind.Object ? member
        : throw Problem.InvalidDataType(name, "object").AsException();

    /// <summary>A member that is a list of objects; null when absent or null. Refuses another type with 400.11.</summary>
    public static IReadOnlyList<JsonElement>? Objects(JsonElement body, string name) =>
        !body.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null ? null
        : member.ValueKind == JsonValueKind.Array && member.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
            ? [.. member.EnumerateArray()]
        : throw Problem.InvalidDataType(name, "list of objects").AsException();

    /// <summary>A whole number; null when absent or null. Refuses another type with 400.11.</summary>
    public static int? Number(JsonElement body, string name) =>
        !body.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null ? null
        : member.ValueKind == JsonValueKind.Number && member.TryGetInt32(out var number) ? number
        : throw Problem.InvalidDataType(name, "integer").AsException();

    /// <summary>A text, or a number as written; null when absent or null. Refuses another type with 400.11.</summary>
    public static string? Scalar(JsonElement body, string name) =>
        body.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Number ? member.GetRawText() : Json.Text(body, name);

    /// <summary>Refuses an absent or empty member with 400.2.</summary>
    public static string Required(JsonElement body, string name) =>
        Json.Text(body, name) is { Length: > 0 } text ? text : throw Problem.MissingParameter(name).AsException();

    private static string Page(HttpRequest request, int limit, int offset)
    {
        var kept = request.Query.Where(parameter => parameter.Key is not ("limit" or "offset"));
        var address = QueryHelpers.AddQueryString(request.Path, kept);
        return QueryHelpers.AddQueryString(
            address,
            new Dictionary<string, string?>
            {
                ["limit"] = limit.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["offset"] = offset.ToString(System.Globalization.CultureInfo.InvariantCulture),
            }
        );
    }
}
