using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Central;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Writes cases for scripts: CommCare HQ's case API, version 2 (CC-146). Each request is stored as a submission with case blocks,
/// so that the history of a case is complete.</summary>
public sealed class CaseWriteFunctions(EndpointPipeline pipeline, CaseDirectory cases, SubmitCases submit)
{
    /// <summary>One case, or a list of up to a hundred, each of which has a member that distinguishes creation from update.</summary>
    [Function("CreateCase")]
    [Query(QueryType.Text, "deviceID")]
    [Query(QueryType.Text, "format", "fields*", "exclude*")]
    [Takes(typeof(NewCaseBody))]
    [Takes(typeof(IReadOnlyList<ListedCaseBody>))]
    [Answers(typeof(CaseWrittenAnswer))]
    [Answers(typeof(CasesWrittenAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/case/v2")] HttpRequest request,
        string domain
    ) =>
        RunAsync(
            request,
            domain,
            async (user, reader, fields) =>
            {
                var (bodies, isList) = await Json.ReadManyAsync(request, request.HttpContext.RequestAborted);
                if (!isList)
                {
                    return await WriteAsync(request, user, await reader.ReadNewAsync(bodies[0]), fields, StatusCodes.Status201Created);
                }
                var changes = await reader.ReadManyAsync(bodies);
                var form = await SubmitAsync(request, user, changes);
                var written = await cases.FindAsync(user.Project.Id, [.. changes.Select(change => change.Id)], CancellationToken.None);
                return Json.Ok(new CasesWrittenAnswer(form.Value, written.Select(one => fields.Apply(CaseShapes.Of(user, one!)))));
            }
        );

    /// <summary>The case that the body names by `case_id` or `external_id`.</summary>
    [Function("ChangeNamedCase")]
    [Query(QueryType.Text, "deviceID")]
    [Query(QueryType.Text, "format", "fields*", "exclude*")]
    [Takes(typeof(CaseChangeBody))]
    [Answers(typeof(CaseWrittenAnswer))]
    public Task<IResult> ChangeNamed(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/case/v2")] HttpRequest request,
        string domain
    ) =>
        RunAsync(
            request,
            domain,
            async (user, reader, fields) =>
            {
                var body = await Json.ReadAsync(request, Caller.Anonymous, request.HttpContext.RequestAborted);
                return await WriteAsync(request, user, await reader.ReadChangeAsync(body), fields, StatusCodes.Status200OK);
            }
        );

    [Function("ChangeCase")]
    [Query(QueryType.Text, "deviceID")]
    [Query(QueryType.Text, "format", "fields*", "exclude*")]
    [Takes(typeof(CaseChangeBody))]
    [Answers(typeof(CaseWrittenAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/case/v2/{id}")] HttpRequest request,
        string domain,
        string id
    ) =>
        RunAsync(
            request,
            domain,
            async (user, reader, fields) =>
            {
                var body = await Json.ReadAsync(request, Caller.Anonymous, request.HttpContext.RequestAborted);
                var found = await cases.GetAsync(user.Project.Id, RouteText.Decode(id), request.HttpContext.RequestAborted);
                return await WriteAsync(request, user, await reader.ReadChangeAsync(body, found.Id), fields, StatusCodes.Status200OK);
            }
        );

    /// <summary>The case with that external id, or a new one. Looks at every case of the project.</summary>
    [Function("PutCaseByExternalId")]
    [Query(QueryType.Text, "deviceID")]
    [Query(QueryType.Text, "format", "fields*", "exclude*")]
    [Takes(typeof(CaseChangeBody))]
    [Answers(typeof(CaseWrittenAnswer))]
    public Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/case/v2/ext/{externalId}")] HttpRequest request,
        string domain,
        string externalId
    ) =>
        RunAsync(
            request,
            domain,
            async (user, reader, fields) =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var body = await Json.ReadAsync(request, Caller.Anonymous, cancellationToken);
                var external = RouteText.Decode(externalId);
                var found = await cases.FindByExternalIdsAsync(
                    user.Project.Id,
                    new HashSet<string> { external },
                    requiresOne: true,
                    cancellationToken
                );
                return found.TryGetValue(external, out var id)
                    ? await WriteAsync(request, user, await reader.ReadChangeAsync(body, id, external), fields, StatusCodes.Status200OK)
                    : await WriteAsync(request, user, await reader.ReadNewAsync(body, external), fields, StatusCodes.Status201Created);
            }
        );

    private Task<IResult> RunAsync(
        HttpRequest request,
        string domain,
        Func<DomainUser, CaseRequestReader, CaseFields, Task<IResult>> handler
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionUpdate,
            user => handler(user, new CaseRequestReader(cases, user, request.HttpContext.RequestAborted), CaseListRequest.OfAnswer(request))
        );

    private async Task<IResult> WriteAsync(HttpRequest request, DomainUser user, CaseRequest change, CaseFields fields, int status)
    {
        var form = await SubmitAsync(request, user, [change]);
        var written = await cases.GetAsync(user.Project.Id, change.Id.Value, CancellationToken.None);
        return Json.Ok(new CaseWrittenAnswer(form.Value, fields.Apply(CaseShapes.Of(user, written))), status);
    }

    private Task<InstanceId> SubmitAsync(HttpRequest request, DomainUser user, IReadOnlyList<CaseRequest> changes) =>
        submit.RunAsync(
            user.Project.Id,
            changes,
            user.UserId.Value,
            user.Username,
            Senders.Of(request, user),
            request.HttpContext.RequestAborted
        );
}
