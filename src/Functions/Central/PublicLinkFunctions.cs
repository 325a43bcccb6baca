using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Public links (OR-265): keys for anybody, to one form.</summary>
public sealed class PublicLinkFunctions(
    EndpointPipeline pipeline,
    AppUsersAndLinks holders,
    FormAccess access,
    ProjectDirectory projects,
    AccountShapes shapes,
    AuditLog audits
)
{
    [Function("ListPublicLinks")]
    [Answers(typeof(List<PublicLinkAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/public-links")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await AllowedAsync(request, caller, Verb.PublicLinkList, projectId, form);
                var listed = new List<PublicLinkAnswer>();
                foreach (var link in await holders.ListAsync(found.Project, ActorKind.PublicLink, request.HttpContext.RequestAborted))
                {
                    if (link.Form == found.Number)
                    {
                        listed.Add(await shapes.PublicLinkAsync(request, link));
                    }
                }
                return Json.Ok(listed);
            }
        );

    [Function("CreatePublicLink")]
    [Takes(typeof(NewPublicLinkBody))]
    [Answers(typeof(PublicLinkAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/public-links")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await AllowedAsync(request, caller, Verb.PublicLinkCreate, projectId, form);
                var body = await Json.ReadAsync(request, caller, cancellationToken);
                var properties = AppUserOrLinkBody.PropertiesIn(body, await projects.GetAsync(found.Project, cancellationToken));
                var added = await holders.CreatePublicLinkAsync(
                    found.Project,
                    found.Number,
                    Json.Text(body, "displayName"),
                    Json.Flag(body, "once"),
                    caller.KnownActor.Id,
                    cancellationToken
                );
                var created = await holders.SetPropertiesAsync(added, properties, cancellationToken);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "public_link.create",
                    created,
                    new { actorId = created.Id.Value },
                    CancellationToken.None
                );
                return Json.Ok(await shapes.PublicLinkAsync(request, created));
            },
            bodyShowsCsrf: true
        );

    [Function("GetPublicLink")]
    [Answers(typeof(PublicLinkAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/public-links/{id:int}")]
            HttpRequest request,
        int projectId,
        string form,
        int id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                Json.Ok(
                    await shapes.PublicLinkAsync(
                        request,
                        await FindAsync(
                            await AllowedAsync(request, caller, Verb.PublicLinkList, projectId, form),
                            id,
                            request.HttpContext.RequestAborted
                        )
                    )
                )
        );

    [Function("ChangePublicLink")]
    [Takes(typeof(HolderChangeBody))]
    [Answers(typeof(PublicLinkAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}/forms/{form}/public-links/{id:int}")]
            HttpRequest request,
        int projectId,
        string form,
        int id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await AllowedAsync(request, caller, Verb.PublicLinkUpdate, projectId, form);
                var link = await FindAsync(found, id, cancellationToken);
                var body = await Json.ReadAsync(request, caller, cancellationToken);
                var displayName = AppUserOrLinkBody.NameIn(body);
                var properties = AppUserOrLinkBody.PropertiesIn(body, await projects.GetAsync(found.Project, cancellationToken));
                var renamed = await holders.RenameAsync(link, displayName, cancellationToken);
                var changed = await holders.SetPropertiesAsync(renamed, properties, cancellationToken);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "public_link.update",
                    changed,
                    new { actorId = id, data = new { displayName, properties } },
                    CancellationToken.None
                );
                return Json.Ok(await shapes.PublicLinkAsync(request, changed));
            }
        );

    [Function("DeletePublicLink")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/forms/{form}/public-links/{id:int}")]
            HttpRequest request,
        int projectId,
        string form,
        int id
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await AllowedAsync(request, caller, Verb.PublicLinkDelete, projectId, form);
                var link = await FindAsync(found, id, cancellationToken);
                await holders.RemoveAsync(link, cancellationToken);
                await audits.WriteAsync(caller.KnownActor.Id, "public_link.delete", link, new { actorId = id }, CancellationToken.None);
                return Json.Success();
            }
        );

    private async Task<Actor> FindAsync(Form form, int id, CancellationToken cancellationToken) =>
        await holders.FindAsync(form.Project, ActorKind.PublicLink, new ActorId(id), cancellationToken) is { } link
        && link.Form == form.Number
            ? link
            : throw Problem.NotFound().AsException();

    private Task<Form> AllowedAsync(HttpRequest request, Caller caller, string verb, int projectId, string form) =>
        access.WithAsync(request, caller, verb, projectId, form);
}
