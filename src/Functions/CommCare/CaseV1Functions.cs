using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Reads cases for scripts: CommCare HQ's case API, version 1 (CC-146), which analysts' export tools use.</summary>
public sealed class CaseV1Functions(EndpointPipeline pipeline, CaseDirectory cases, ListCases lists)
{
    private const int MaxLimit = 5000;
    private const string IndexedOn = "indexed_on";
    private const string Modified = "date_modified";
    private const string ServerModified = "server_date_modified";

    [Function("ListCasesV1")]
    [CaseV1Query]
    [Answers(typeof(ListAnswer<CaseV1Answer>))]
    public Task<IResult> ListV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/case/v1")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("ListCasesV05")]
    [CaseV1Query]
    [Answers(typeof(ListAnswer<CaseV1Answer>))]
    public Task<IResult> ListV05(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/case")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("GetCaseV1")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(CaseV1Answer))]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/case/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("GetCaseV05")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(CaseV1Answer))]
    public Task<IResult> GetV05(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/case/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    private Task<IResult> ListAsync(HttpRequest request, string domain) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                ListParameters.RequireKnown(request);
                var window = ListWindow.Of(request, MaxLimit);
                var cancellationToken = request.HttpContext.RequestAborted;
                var (page, total) = await lists.RunAsync(user.Project.Id, QueryOf(request, window), cancellationToken);
                var origins = HttpMethods.IsHead(request.Method)
                    ? new Dictionary<CaseId, CaseOrigin>()
                    : await cases.FindFormsAsync(user.Project.Id, [.. page.Select(one => one.Row.Id)], cancellationToken);
                return new TastypieList<IndexedCase>(
                    window.Meta(request, total),
                    page,
                    async (json, one, stop) =>
                        JsonSerializer.Serialize(
                            json,
                            Shape(user, await one.Row.UnpackAsync(stop), one.IndexedOn, origins[one.Row.Id]),
                            CommCareJson.Default.CaseV1Answer
                        )
                );
            }
        );

    private Task<IResult> GetAsync(HttpRequest request, string domain, string id) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                ListParameters.RequireKnown(request);
                var value = await cases.GetAsync(user.Project.Id, RouteText.Decode(id), request.HttpContext.RequestAborted);
                return Json.Ok(Shape(user, value, value.ServerModifiedOn, CaseOrigin.Of(value)));
            }
        );

    private static CasePageQuery QueryOf(HttpRequest request, ListWindow window)
    {
        var (field, descending) = ListParameters.Order(request, IndexedOn, Modified, ServerModified) ?? (IndexedOn, false);
        var filter = new CaseFilter
        {
            Owner = ListParameters.Text(request, "owner_id") is { } owner ? new OwnerId(owner) : null,
            ModifiedBy = ListParameters.Text(request, "user_id"),
            Types = Texts(request, "type"),
            Closed = ListParameters.Flag(request, "closed"),
            Names = Texts(request, "name"),
            ExternalIds = Texts(request, "external_id"),
            Times =
            [
                .. Bounds(request, Modified, CaseTime.Modified),
                .. Bounds(request, ServerModified, CaseTime.ServerModified),
                .. Bounds(request, "server_modified_on", CaseTime.ServerModified),
            ],
        };
        return new CasePageQuery(filter, window.Offset, window.Limit)
        {
            OrderBy = field switch
            {
                IndexedOn => CaseOrderTime.Indexed,
                Modified => CaseOrderTime.Modified,
                _ => CaseOrderTime.ServerModified,
            },
            Descending = descending,
            Indexed = ListParameters.Range(request, IndexedOn),
        };
    }

    // Under two names, as HQ has them; null for any.
    private static HashSet<string>? Texts(HttpRequest request, string name)
    {
        var wanted = new[] { name, $"{name}.exact" }.Select(one => ListParameters.Text(request, one)).OfType<string>().ToHashSet();
        return wanted.Count switch
        {
            0 => null,
            1 => wanted,
            _ => [], // Nothing is both.
        };
    }

    private static IEnumerable<CaseTimeBound> Bounds(HttpRequest request, string name, CaseTime time)
    {
        var range = ListParameters.Range(request, name);
        if (range.From is { } from)
        {
            yield return new CaseTimeBound(time, IsLower: true, Inclusive: true, from);
        }
        if (range.To is { } to)
        {
            yield return new CaseTimeBound(time, IsLower: false, Inclusive: true, to);
        }
    }

    private static CaseV1Answer Shape(DomainUser user, Case value, DateTimeOffset indexedOn, CaseOrigin origin)
    {
        var properties = value.Properties.ToDictionary(property => property.Key, property => (string?)property.Value);
        properties["case_name"] = value.Name;
        properties["case_type"] = value.Type;
        properties["date_opened"] = CaseShapes.Time(value.OpenedOn);
        properties["external_id"] = value.ExternalId;
        properties["owner_id"] = value.Owner.Value;
        return new CaseV1Answer(
            value.Id.Value,
            value.Id.Value,
            user.Domain,
            value.Closed,
            value.ClosedBy.Length == 0 ? null : value.ClosedBy,
            CaseShapes.Time(value.ClosedOn),
            CaseShapes.Time(value.ModifiedOn),
            CaseShapes.Time(value.ServerModifiedOn),
            CaseShapes.Time(origin.OpenedAt),
            CaseShapes.Time(indexedOn),
            value.OpenedBy.Length == 0 ? null : value.OpenedBy,
            value.ModifiedBy,
            origin.Forms,
            CaseShapes.Indices(value),
            properties,
            $"/a/{user.Domain}/api/case/v1/{Links.Encode(value.Id.Value)}/"
        );
    }
}
