using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Reads cases for scripts: CommCare HQ's case API, version 2 (CC-146).</summary>
public sealed class CaseFunctions(EndpointPipeline pipeline, CaseDirectory cases, ListCases lists, ResolveCaseQuery queries, Links links)
{
    private const int MaxLimit = 5000;

    [Function("ListCases")]
    [Query(
        QueryType.Text,
        "case_type",
        "owner_id",
        "case_name",
        "external_id",
        "search",
        "query",
        "cursor",
        "format",
        "fields*",
        "exclude*",
        "indices.*",
        "properties.*"
    )]
    [Query(QueryType.Flag, "closed", "count", "include_deprecated")]
    [Query(QueryType.Number, "limit")]
    [Query(QueryType.Time, "last_modified.*", "server_last_modified.*", "indexed_on.*", "date_opened.*", "date_closed.*")]
    [Answers(typeof(CaseListAnswer))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/case/v2")] HttpRequest request,
        string domain
    ) => pipeline.DomainApiAsync(request, domain, Verb.SubmissionRead, user => ListAsync(request, user));

    /// <summary>By external id: the first of those that have it. Looks at the cases of the project until it is found.</summary>
    [Function("GetCaseByExternalId")]
    [Query(QueryType.Text, "format", "fields*", "exclude*")]
    [Answers(typeof(CaseAnswer))]
    public Task<IResult> GetByExternalId(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/case/v2/ext/{externalId}")] HttpRequest request,
        string domain,
        string externalId
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                var (fields, cancellationToken) = (CaseListRequest.OfAnswer(request), request.HttpContext.RequestAborted);
                var found = await cases.FindByExternalIdAsync(user.Project.Id, RouteText.Decode(externalId), cancellationToken);
                return Json.Ok(fields.Apply(CaseShapes.Of(user, found ?? throw Problem.NotFound().AsException())));
            }
        );

    /// <summary>One case, or several with commas between their ids.</summary>
    [Function("GetCase")]
    [Query(QueryType.Text, "format", "fields*", "exclude*")]
    [Answers(typeof(CaseAnswer))]
    [Answers(typeof(CaseListAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/case/v2/{id}")] HttpRequest request,
        string domain,
        string id
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                var (text, fields) = (RouteText.Decode(id), CaseListRequest.OfAnswer(request));
                return text.Contains(',', StringComparison.Ordinal)
                    ? await FetchAsync(user, text.Split(','), [], fields, request.HttpContext.RequestAborted)
                    : Json.Ok(
                        fields.Apply(CaseShapes.Of(user, await cases.GetAsync(user.Project.Id, text, request.HttpContext.RequestAborted)))
                    );
            }
        );

    [Function("FetchCases")]
    [Query(QueryType.Text, "format", "fields*", "exclude*")]
    [Takes(typeof(CaseIdsBody))]
    [Answers(typeof(CaseListAnswer))]
    public Task<IResult> Fetch(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/case/v2/bulk-fetch")] HttpRequest request,
        string domain
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                var body = await Json.ReadAsync(request, Caller.Anonymous, request.HttpContext.RequestAborted);
                return await FetchAsync(
                    user,
                    Json.Texts(body, "case_ids") ?? [],
                    Json.Texts(body, "external_ids") ?? [],
                    CaseListRequest.OfAnswer(request),
                    request.HttpContext.RequestAborted
                );
            }
        );

    private async Task<IResult> ListAsync(HttpRequest request, DomainUser user)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var (asked, fields) = (CaseListRequest.Of(request), CaseFields.Of(request));
        var list = await asked.ResolveAsync(request, user.Project.Id, queries, cancellationToken);
        if (list.IsByOwner)
        {
            var (some, place) = await cases.PageAsync(user.Project.Id, list.Filter, list.Place, list.Limit, cancellationToken);
            return Json.Ok(
                new CaseListAnswer
                {
                    Cases = some.Select(one => fields.Apply(CaseShapes.Of(user, one))),
                    Next = place is { } end ? links.Origin(request) + CaseListRequest.Next(request, end) : null,
                }
            );
        }
        var query = new CasePageQuery(list.Filter, 0, list.Limit) { Indexed = list.Indexed };
        var (page, total, next) = await lists.AfterAsync(user.Project.Id, query, list.After, cancellationToken);
        var shapes = new List<object>();
        foreach (var one in page)
        {
            shapes.Add(fields.Apply(CaseShapes.Of(user, await one.Row.UnpackAsync(cancellationToken), one.IndexedOn)));
        }
        return Json.Ok(
            new CaseListAnswer
            {
                MatchingRecords = list.Counts ? total : null,
                Cases = shapes,
                Next = next is { } cursor ? links.Origin(request) + CaseListRequest.Next(request, cursor) : null,
            }
        );
    }

    private async Task<IResult> FetchAsync(
        DomainUser user,
        IReadOnlyList<string> ids,
        IReadOnlyList<string> externalIds,
        CaseFields fields,
        CancellationToken cancellationToken
    )
    {
        if (ids.Count + externalIds.Count > MaxLimit)
        {
            throw Problem.UnexpectedValue("case_ids", "", $"there are more than {MaxLimit}.").AsException();
        }
        var byExternalId =
            externalIds.Count == 0
                ? new Dictionary<string, CaseId>()
                : await cases.FindByExternalIdsAsync(user.Project.Id, externalIds.ToHashSet(), requiresOne: false, cancellationToken);
        var byId = ids.Select(text => CaseId.TryParse(text, out var id) ? id : default).Where(id => id.Value is not null);
        var found = (await cases.FindAsync(user.Project.Id, [.. byId.Concat(byExternalId.Values).Distinct()], cancellationToken))
            .OfType<Case>()
            .ToDictionary(one => one.Id.Value);
        var answers = ids.Select(id =>
                (Case: found.GetValueOrDefault(id.Trim()), Missing: new MissingCaseAnswer { CaseId = id, Error = "not found" })
            )
            .Concat(
                externalIds.Select(id =>
                    (
                        Case: byExternalId.TryGetValue(id, out var known) ? found.GetValueOrDefault(known.Value) : null,
                        Missing: new MissingCaseAnswer { ExternalId = id, Error = "not found" }
                    )
                )
            )
            .ToList();
        return Json.Ok(
            new CaseListAnswer
            {
                MatchingRecords = answers.Count(answer => answer.Case is not null),
                MissingRecords = answers.Count(answer => answer.Case is null),
                Cases = answers.Select(answer => answer.Case is { } value ? fields.Apply(CaseShapes.Of(user, value)) : answer.Missing),
            }
        );
    }
}
