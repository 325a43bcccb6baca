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

    /// <summary>One case, or a list of up to a hundred, each of which has a member that distinguishes creation from update.</summary>
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
                    : await WriteAsync(request, user, await NewRequestAsync(request, user, bodies[0]), StatusCodes.Status201Created);
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
                var found = await cases.GetAsync(user.Project.Id, RouteText.Decode(id), request.HttpContext.RequestAborted);
                return await WriteAsync(request, user, await ChangeAsync(request, user, body, found.Id), StatusCodes.Status200OK);
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
                return await FindByExternalIdAsync(user, external, cancellationToken) is { } found
                    ? await WriteAsync(request, user, await ChangeAsync(request, user, body, found), StatusCodes.Status200OK)
                    : await WriteAsync(
                        request,
                        user,
                        await NewRequestAsync(request, user, body) with
                        {
                            ExternalId = external,
                        },
                        StatusCodes.Status201Created
                    );
            }
        );

    private async Task<IResult> WriteAsync(HttpRequest request, DomainUser user, CaseRequest change, int status)
    {
        var form = await SubmitAsync(request, user, [change]);
        return Json.Ok(
            new
            {
                xform_id = form.Value,
                @case = CaseShapes.Of(user, await cases.GetAsync(user.Project.Id, change.Id.Value, CancellationToken.None)),
            },
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
        var temporary = TemporaryIds(bodies);
        var changes = new List<CaseRequest>();
        foreach (var body in bodies)
        {
            changes.Add(
                Json.Flag(body, "create") switch
                {
                    null => throw Problem.MissingParameter("create").AsException(),
                    true => await CaseShapes.ReadAsync(
                        body,
                        Json.Text(body, "temporary_id") is { } given ? temporary[given] : NewId(),
                        creates: true,
                        FindIn
                    ),
                    false => await CaseShapes.ReadAsync(body, await IdOfAsync(request, user, body), creates: false, FindIn),
                }
            );
        }
        var form = await SubmitAsync(request, user, changes);
        var written = await cases.FindAsync(user.Project.Id, [.. changes.Select(change => change.Id)], CancellationToken.None);
        return Json.Ok(new { xform_id = form.Value, cases = written.Select(one => CaseShapes.Of(user, one!)) });

        async Task<CaseId?> FindIn(string by, string text) =>
            by == "external_id" ? await FindByExternalIdAsync(user, text, request.HttpContext.RequestAborted)
            : temporary.TryGetValue(text, out var id) ? id
            : null;
    }

    // The name by which other cases of the list refer to a new case without id.
    private static Dictionary<string, CaseId> TemporaryIds(IReadOnlyList<JsonElement> bodies)
    {
        var ids = new Dictionary<string, CaseId>();
        foreach (var body in bodies.Where(body => Json.Flag(body, "create") == true))
        {
            if (Json.Text(body, "temporary_id") is { } text && !ids.TryAdd(text, NewId()))
            {
                throw Problem.UnexpectedValue("temporary_id", text, "another case of the list has it.").AsException();
            }
        }
        return ids;
    }

    // One bad item refuses the whole list with 400, so an unknown id in it is no 404.
    private async Task<CaseId> IdOfAsync(HttpRequest request, DomainUser user, JsonElement body)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        if (!Json.Has(body, "case_id") && Json.Text(body, "external_id") is { } external)
        {
            return await FindByExternalIdAsync(user, external, cancellationToken)
                ?? throw Problem.UnexpectedValue("external_id", external, "there is no such case.").AsException();
        }
        var text = DomainApi.Required(body, "case_id");
        return CaseId.TryParse(text, out var id) && await cases.FindAsync(user.Project.Id, id, cancellationToken) is not null
            ? id
            : throw Problem.UnexpectedValue("case_id", text, "there is no such case.").AsException();
    }

    // Looks at every case of the project.
    private async Task<CaseId?> FindByExternalIdAsync(DomainUser user, string external, CancellationToken cancellationToken)
    {
        var filter = new CaseFilter { ExternalId = external };
        var (found, _, _) = await cases.ListAsync(user.Project.Id, filter, null, 1, cancellationToken);
        return found.Count > 0 ? found[0].Id : null;
    }

    private Task<CaseRequest> ChangeAsync(HttpRequest request, DomainUser user, JsonElement body, CaseId id) =>
        CaseShapes.ReadAsync(body, id, creates: false, (by, text) => FindAsync(request, user, by, text));

    private Task<CaseRequest> NewRequestAsync(HttpRequest request, DomainUser user, JsonElement body) =>
        CaseShapes.ReadAsync(body, NewId(), creates: true, (by, text) => FindAsync(request, user, by, text));

    private async Task<CaseId?> FindAsync(HttpRequest request, DomainUser user, string by, string text) =>
        by == "external_id" ? await FindByExternalIdAsync(user, text, request.HttpContext.RequestAborted) : null;

    private Task<InstanceId> SubmitAsync(HttpRequest request, DomainUser user, IReadOnlyList<CaseRequest> changes) =>
        submit.RunAsync(
            user.Project.Id,
            changes,
            user.UserId.Value,
            user.Username,
            Senders.Of(request, user.Actor.Id),
            request.HttpContext.RequestAborted
        );

    private static CaseId NewId() =>
        CaseId.TryParse(Guid.NewGuid().ToString(), out var id) ? id : throw new InvalidOperationException("A new id is no case id.");
}
