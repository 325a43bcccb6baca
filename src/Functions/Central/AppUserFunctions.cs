using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>App users (OR-263): the keys that phones hold.</summary>
public sealed class AppUserFunctions(
    EndpointPipeline pipeline,
    AppUsersAndLinks holders,
    ProjectDirectory projects,
    AccountShapes shapes,
    AuditLog audits
)
{
    [Function("ListAppUsers")]
    [Answers(typeof(IReadOnlyList<AppUserAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/app-users")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var project = await AllowedAsync(request, caller, Verb.FieldKeyList, projectId);
                return Json.Ok(
                    await shapes.AppUsersAsync(
                        request,
                        project,
                        await holders.ListAsync(project, ActorKind.AppUser, request.HttpContext.RequestAborted)
                    )
                );
            }
        );

    [Function("CreateAppUser")]
    [Takes(typeof(NewAppUserBody))]
    [Answers(typeof(AppUserAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/app-users")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await AllowedAsync(request, caller, Verb.FieldKeyCreate, projectId);
                var body = await Json.ReadAsync(request, caller, cancellationToken);
                var properties = AppUserOrLinkBody.PropertiesIn(body, await projects.GetAsync(project, cancellationToken));
                var added = await holders.CreateAppUserAsync(
                    project,
                    Json.Text(body, "displayName"),
                    caller.KnownActor.Id,
                    cancellationToken
                );
                var created = await holders.SetPropertiesAsync(added, properties, cancellationToken);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "field_key.create",
                    created,
                    new { actorId = created.Id.Value },
                    CancellationToken.None
                );
                return Json.Ok(await shapes.AppUserAsync(request, created));
            },
            bodyShowsCsrf: true
        );

    [Function("GetAppUser")]
    [Answers(typeof(AppUserAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/app-users/{id:int}")]
            HttpRequest request,
        int projectId,
        int id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                Json.Ok(
                    await shapes.AppUserAsync(
                        request,
                        await FindAsync(
                            await AllowedAsync(request, caller, Verb.FieldKeyList, projectId),
                            id,
                            request.HttpContext.RequestAborted
                        )
                    )
                )
        );

    [Function("ChangeAppUser")]
    [Takes(typeof(HolderChangeBody))]
    [Answers(typeof(AppUserAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}/app-users/{id:int}")] HttpRequest request,
        int projectId,
        int id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await AllowedAsync(request, caller, Verb.FieldKeyUpdate, projectId);
                var user = await FindAsync(project, id, cancellationToken);
                var body = await Json.ReadAsync(request, caller, cancellationToken);
                var displayName = AppUserOrLinkBody.NameIn(body);
                var properties = AppUserOrLinkBody.PropertiesIn(body, await projects.GetAsync(project, cancellationToken));
                var renamed = await holders.RenameAsync(user, displayName, cancellationToken);
                var changed = await holders.SetPropertiesAsync(renamed, properties, cancellationToken);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "field_key.update",
                    changed,
                    new { actorId = id, data = new { displayName, properties } },
                    CancellationToken.None
                );
                return Json.Ok(await shapes.AppUserAsync(request, changed));
            }
        );

    [Function("DeleteAppUser")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/app-users/{id:int}")] HttpRequest request,
        int projectId,
        int id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await AllowedAsync(request, caller, Verb.FieldKeyDelete, projectId);
                var user = await FindAsync(project, id, cancellationToken);
                await holders.RemoveAsync(user, cancellationToken);
                await audits.WriteAsync(caller.KnownActor.Id, "field_key.delete", user, new { actorId = id }, CancellationToken.None);
                return Json.Success();
            }
        );

    private async Task<ProjectId> AllowedAsync(HttpRequest request, Caller caller, string verb, int projectId) =>
        (await projects.WithAsync(request, caller, verb, projectId)).Id;

    private async Task<Actor> FindAsync(ProjectId project, int id, CancellationToken cancellationToken) =>
        await holders.FindAsync(project, ActorKind.AppUser, new ActorId(id), cancellationToken) ?? throw Problem.NotFound().AsException();
}
