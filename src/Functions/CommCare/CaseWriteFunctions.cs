using System.Globalization;
using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Central;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Writes cases for scripts: CommCare HQ's case API, version 2 (CC-146). Each request is stored as a submission with case blocks,
/// so that the history of a case is complete.</summary>
public sealed class CaseWriteFunctions(EndpointPipeline pipeline, CaseDirectory cases, SubmitCases submit)
{
    private const int MaxBulk = 100;

    /// <summary>One case, or a list of up to a hundred, each of which says whether it is to be created.</summary>
    [Function("CreateCase")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/case/v2")] HttpRequest request,
        string domain
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionUpdate,
            async user =>
            {
                var (bodies, isList) = await Json.ReadManyAsync(request, request.HttpContext.RequestAborted);
                return isList
                    ? await WriteManyAsync(request, user, bodies)
                    : await WriteAsync(request, user, NewRequest(bodies[0]), StatusCodes.Status201Created);
            }
        );

    [Function("ChangeCase")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/case/v2/{id}")] HttpRequest request,
        string domain,
        string id
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionUpdate,
            async user =>
            {
                var body = await Json.ReadAsync(request, Caller.Anonymous, request.HttpContext.RequestAborted);
                var found = await GetAsync(user, RouteText.Decode(id), request.HttpContext.RequestAborted);
                return await WriteAsync(request, user, CaseShapes.Read(body, found.Id, creates: false), StatusCodes.Status200OK);
            }
        );

    /// <summary>The case with that external id, or a new one. Looks at every case of the project.</summary>
    [Function("PutCaseByExternalId")]
    public Task<IResult> Put(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/case/v2/ext/{externalId}")] HttpRequest request,
        string domain,
        string externalId
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionUpdate,
            async user =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var body = await Json.ReadAsync(request, Caller.Anonymous, cancellationToken);
                var external = RouteText.Decode(externalId);
                var (found, _, _) = await cases.ListAsync(
                    user.Project.Id,
                    new CaseFilter { ExternalId = external },
                    null,
                    1,
                    cancellationToken
                );
                return found.Count > 0
                    ? await WriteAsync(request, user, CaseShapes.Read(body, found[0].Id, creates: false), StatusCodes.Status200OK)
                    : await WriteAsync(request, user, NewRequest(body) with { ExternalId = external }, StatusCodes.Status201Created);
            }
        );

    private async Task<IResult> WriteAsync(HttpRequest request, DomainUser user, CaseRequest change, int status)
    {
        var form = await SubmitAsync(request, user, [change]);
        return Json.Ok(
            new { xform_id = form.Value, @case = CaseShapes.Of(user, await GetAsync(user, change.Id.Value, CancellationToken.None)) },
            status
        );
    }

    private async Task<IResult> WriteManyAsync(HttpRequest request, DomainUser user, IReadOnlyList<JsonElement> bodies)
    {
        if (bodies.Count is 0 or > MaxBulk)
        {
            throw Problem
                .UnexpectedValue("list", bodies.Count.ToString(CultureInfo.InvariantCulture), $"it may have 1 to {MaxBulk} cases.")
                .AsException();
        }
        var changes = new List<CaseRequest>();
        foreach (var body in bodies)
        {
            changes.Add(
                Json.Flag(body, "create") switch
                {
                    null => throw Problem.MissingParameter("create").AsException(),
                    true => NewRequest(body),
                    false => CaseShapes.Read(
                        body,
                        await IdOfAsync(user, DomainApi.Required(body, "case_id"), request.HttpContext.RequestAborted),
                        creates: false
                    ),
                }
            );
        }
        var form = await SubmitAsync(request, user, changes);
        var written = await cases.FindAsync(user.Project.Id, [.. changes.Select(change => change.Id)], CancellationToken.None);
        return Json.Ok(new { xform_id = form.Value, cases = written.Select(one => CaseShapes.Of(user, one!)) });
    }

    // One bad item refuses the whole list with 400, so an unknown id in it is no 404.
    private async Task<CaseId> IdOfAsync(DomainUser user, string text, CancellationToken cancellationToken) =>
        CaseId.TryParse(text, out var id) && await cases.FindAsync(user.Project.Id, id, cancellationToken) is not null
            ? id
            : throw Problem.UnexpectedValue("case_id", text, "there is no such case.").AsException();

    private Task<InstanceId> SubmitAsync(HttpRequest request, DomainUser user, IReadOnlyList<CaseRequest> changes) =>
        submit.RunAsync(
            user.Project.Id,
            changes,
            user.UserId.Value,
            user.Username,
            Senders.Of(request, user.Actor.Id),
            request.HttpContext.RequestAborted
        );

    private static CaseRequest NewRequest(JsonElement body) =>
        CaseId.TryParse(Guid.NewGuid().ToString(), out var id)
            ? CaseShapes.Read(body, id, creates: true)
            : throw new InvalidOperationException("A new id is no case id.");

    private async Task<Case> GetAsync(DomainUser user, string text, CancellationToken cancellationToken) =>
        (CaseId.TryParse(text, out var id) ? await cases.FindAsync(user.Project.Id, id, cancellationToken) : null)
        ?? throw Problem.NotFound().AsException();
}
