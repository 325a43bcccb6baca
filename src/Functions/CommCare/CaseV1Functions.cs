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
                var (page, total) = await lists.RunAsync(user.Project.Id, QueryOf(request, window), request.HttpContext.RequestAborted);
                return new TastypieList<IndexedCase>(
                    window.Meta(request, total),
                    page,
                    async (json, one, stop) =>
                        JsonSerializer.Serialize(
                            json,
                            Shape(user, await one.Row.UnpackAsync(stop), one.IndexedOn, withForms: false),
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
                return Json.Ok(Shape(user, value, value.ServerModifiedOn, withForms: true));
            }
        );

    private static CasePageQuery QueryOf(HttpRequest request, ListWindow window)
    {
        var (field, descending) = ListParameters.Order(request, IndexedOn, Modified, ServerModified) ?? (IndexedOn, false);
        var filter = new CaseFilter
        {
            Owner = ListParameters.Text(request, "owner_id") is { } owner ? new OwnerId(owner) : null,
            ModifiedBy = ListParameters.Text(request, "user_id"),
            Types = ListParameters.Text(request, "type") is { } type ? new HashSet<string> { type } : null,
            Closed = ListParameters.Flag(request, "closed"),
            Name = ListParameters.Text(request, "name"),
            ExternalId = ListParameters.Text(request, "external_id"),
            Times = [.. Bounds(request, Modified, CaseTime.Modified), .. Bounds(request, ServerModified, CaseTime.ServerModified)],
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

    // Rows of lists do not hold the forms of a case.
    private static CaseV1Answer Shape(DomainUser user, Case value, DateTimeOffset indexedOn, bool withForms)
    {
        var properties = value.Properties.ToDictionary(property => property.Key, property => (string?)property.Value);
        properties["case_name"] = value.Name;
        properties["case_type"] = value.Type;
        properties["date_opened"] = CaseShapes.Time(value.OpenedOn);
        properties["external_id"] = value.ExternalId;
        properties["owner_id"] = value.Owner.Value;
        var shape = new CaseV1Answer(
            value.Id.Value,
            value.Id.Value,
            user.Domain,
            value.Closed,
            value.ClosedBy.Length == 0 ? null : value.ClosedBy,
            CaseShapes.Time(value.ClosedOn),
            CaseShapes.Time(value.ModifiedOn),
            CaseShapes.Time(value.ServerModifiedOn),
            CaseShapes.Time(indexedOn),
            value.OpenedBy.Length == 0 ? null : value.OpenedBy,
            value.ModifiedBy,
            CaseShapes.Indices(value),
            properties,
            $"/a/{user.Domain}/api/case/v1/{Links.Encode(value.Id.Value)}/"
        );
        return withForms
            ? shape with
            {
                ServerDateOpened = value.Transactions.Count == 0 ? null : CaseShapes.Time(value.Transactions[0].At),
                XformIds = value.Transactions.Select(one => one.Form.Instance.Value).Distinct(),
            }
            : shape;
    }
}
