using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Roles on the server, on a project or on a form (OR-264).</summary>
public sealed class AssignmentFunctions(
    EndpointPipeline pipeline,
    Assignments assignments,
    ProjectDirectory projects,
    FormAccess access,
    FormDirectory forms,
    AssignmentLog log
)
{
    // In place of a role, `forms` lists the assignments on all forms of the project.
    private const string AllForms = "forms";

    [Function("ListServerAssignments")]
    [Answers(typeof(IEnumerable<AssignmentAnswer>))]
    public Task<IResult> ListOfServer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/assignments")] HttpRequest request
    ) => pipeline.RestAsync(request, async caller => await ListAsync(request, () => Server(caller, Verb.AssignmentList), null));

    [Function("ListServerAssignmentsOfRole")]
    [Answers(typeof(IEnumerable<ActorAnswer>))]
    public Task<IResult> ListOfServerRole(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/assignments/{role}")] HttpRequest request,
        string role
    ) => pipeline.RestAsync(request, async caller => await ListAsync(request, () => Server(caller, Verb.AssignmentList), role));

    [Function("AddServerAssignment")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> AddToServer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/assignments/{role}/{actorId:int}")] HttpRequest request,
        string role,
        int actorId
    ) =>
        pipeline.RestAsync(
            request,
            async caller => await AddAsync(request, caller, () => Server(caller, Verb.AssignmentCreate), role, actorId)
        );

    [Function("RemoveServerAssignment")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> RemoveFromServer(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/assignments/{role}/{actorId:int}")] HttpRequest request,
        string role,
        int actorId
    ) =>
        pipeline.RestAsync(
            request,
            async caller => await RemoveAsync(request, caller, () => Server(caller, Verb.AssignmentDelete), role, actorId)
        );

    [Function("ListProjectAssignments")]
    [Answers(typeof(IEnumerable<AssignmentAnswer>))]
    public Task<IResult> ListOfProject(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/assignments")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller => await ListAsync(request, () => ProjectAsync(request, caller, Verb.AssignmentList, projectId), null)
        );

    [Function("ListProjectAssignmentsOfRole")]
    [Answers(typeof(IEnumerable<ActorAnswer>))]
    [Answers(typeof(IEnumerable<AssignmentAnswer>))]
    public Task<IResult> ListOfProjectRole(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/assignments/{role}")]
            HttpRequest request,
        int projectId,
        string role
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                Task<Scope> OfProject() => ProjectAsync(request, caller, Verb.AssignmentList, projectId);
                return role == AllForms ? await ListOfFormsAsync(request, OfProject, null) : await ListAsync(request, OfProject, role);
            }
        );

    [Function("ListProjectAssignmentsOnForms")]
    [Answers(typeof(IEnumerable<AssignmentAnswer>))]
    public Task<IResult> ListOnForms(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/assignments/forms/{role}")]
            HttpRequest request,
        int projectId,
        string role
    ) =>
        pipeline.RestAsync(
            request,
            async caller => await ListOfFormsAsync(request, () => ProjectAsync(request, caller, Verb.AssignmentList, projectId), role)
        );

    [Function("AddProjectAssignment")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> AddToProject(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/assignments/{role}/{actorId:int}")]
            HttpRequest request,
        int projectId,
        string role,
        int actorId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                await AddAsync(request, caller, () => ProjectAsync(request, caller, Verb.AssignmentCreate, projectId), role, actorId)
        );

    [Function("RemoveProjectAssignment")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> RemoveFromProject(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/assignments/{role}/{actorId:int}")]
            HttpRequest request,
        int projectId,
        string role,
        int actorId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                await RemoveAsync(request, caller, () => ProjectAsync(request, caller, Verb.AssignmentDelete, projectId), role, actorId)
        );

    [Function("ListFormAssignments")]
    [Answers(typeof(IEnumerable<AssignmentAnswer>))]
    public Task<IResult> ListOfForm(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/assignments")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller => await ListAsync(request, () => FormAsync(request, caller, Verb.AssignmentList, projectId, form), null)
        );

    [Function("ListFormAssignmentsOfRole")]
    [Answers(typeof(IEnumerable<ActorAnswer>))]
    public Task<IResult> ListOfFormRole(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/assignments/{role}")]
            HttpRequest request,
        int projectId,
        string form,
        string role
    ) =>
        pipeline.RestAsync(
            request,
            async caller => await ListAsync(request, () => FormAsync(request, caller, Verb.AssignmentList, projectId, form), role)
        );

    [Function("AddFormAssignment")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> AddToForm(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/projects/{projectId:int}/forms/{form}/assignments/{role}/{actorId:int}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string role,
        int actorId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                await AddAsync(request, caller, () => FormAsync(request, caller, Verb.AssignmentCreate, projectId, form), role, actorId)
        );

    [Function("RemoveFormAssignment")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> RemoveFromForm(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "delete",
            Route = "v1/projects/{projectId:int}/forms/{form}/assignments/{role}/{actorId:int}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string role,
        int actorId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                await RemoveAsync(request, caller, () => FormAsync(request, caller, Verb.AssignmentDelete, projectId, form), role, actorId)
        );

    // As in Central, an unknown role is refused before missing rights: the scope is checked after the role.
    private static Task<Scope> Server(Caller caller, string verb)
    {
        caller.Actor.Require(verb, Scope.Server);
        return Task.FromResult(Scope.Server);
    }

    private async Task<Scope> ProjectAsync(HttpRequest request, Caller caller, string verb, int projectId) =>
        Scope.Of((await projects.WithAsync(request, caller, verb, projectId)).Id);

    private async Task<Scope> FormAsync(HttpRequest request, Caller caller, string verb, int projectId, string form) =>
        (await access.WithAsync(request, caller, verb, projectId, form)).Scope;

    private async Task<IResult> AddAsync(HttpRequest request, Caller caller, Func<Task<Scope>> place, string role, int actorId)
    {
        var granted = Find(role);
        var scope = await place();
        RequireAll(caller, scope, granted);
        await assignments.AddAsync(new ActorId(actorId), granted, scope, request.HttpContext.RequestAborted);
        await log.GrantedAsync(caller.KnownActor.Id, new ActorId(actorId), new Grant(granted.Id, scope));
        return Json.Success();
    }

    private async Task<IResult> RemoveAsync(HttpRequest request, Caller caller, Func<Task<Scope>> place, string role, int actorId)
    {
        var taken = Find(role);
        var scope = await place();
        RequireAll(caller, scope, taken);
        await assignments.RemoveAsync(new ActorId(actorId), taken, scope, request.HttpContext.RequestAborted);
        await log.RevokedAsync(caller.KnownActor.Id, new ActorId(actorId), new Grant(taken.Id, scope));
        return Json.Success();
    }

    private async Task<IResult> ListAsync(HttpRequest request, Func<Task<Scope>> place, string? role)
    {
        var wanted = role is null ? null : Find(role);
        var scope = await place();
        var held = await assignments.ListAsync(
            scope.Project,
            grant => grant.Scope == scope && (wanted is null || grant.RoleId == wanted.Id),
            request.HttpContext.RequestAborted
        );
        return wanted is null
            ? Json.Ok(held.Select(one => Shape(request, one.Actor, one.Grant)))
            : Json.Ok(held.Select(one => AccountShapes.Actor(one.Actor)));
    }

    private async Task<IResult> ListOfFormsAsync(HttpRequest request, Func<Task<Scope>> place, string? role)
    {
        var wanted = role is null ? null : Find(role);
        var scope = await place();
        var ids = (await forms.ListAsync(scope.Project!.Value, request.HttpContext.RequestAborted)).ToDictionary(
            form => form.Number,
            form => form.Id.Value
        );
        var held = await assignments.ListAsync(
            scope.Project,
            grant =>
                grant.Scope.Project == scope.Project
                && grant.Scope.Form is { } form
                && ids.ContainsKey(form)
                && (wanted is null || grant.RoleId == wanted.Id),
            request.HttpContext.RequestAborted
        );
        return Json.Ok(held.Select(one => Shape(request, one.Actor, one.Grant) with { XmlFormId = ids[one.Grant.Scope.Form!.Value] }));
    }

    private static AssignmentAnswer Shape(HttpRequest request, Actor actor, Grant grant) =>
        new()
        {
            Actor = ExtendedMetadata.IsWanted(request) ? AccountShapes.Actor(actor) : null,
            ActorId = actor.Id.Value,
            RoleId = grant.RoleId,
        };

    // A caller cannot grant or revoke rights that they do not have.
    private static void RequireAll(Caller caller, Scope scope, Role role)
    {
        foreach (var verb in role.Verbs)
        {
            caller.Actor.Require(verb, scope);
        }
    }

    private static Role Find(string role) => Role.Find(role) ?? throw Problem.NotFound().AsException();
}
