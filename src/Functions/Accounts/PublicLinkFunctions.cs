using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.Http;

namespace ServerlessRosa.Functions.Accounts;

/// <summary>Public links (spec 9.2): keys for anybody, to one form.</summary>
public sealed class PublicLinkFunctions(Door door, KeyHolders holders, FormAccess access, AccountShapes shapes)
{
    [Function("ListPublicLinks")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/public-links")] HttpRequest request,
        int projectId, string form) =>
        door.RestAsync(request, async caller =>
        {
            var found = await AllowedAsync(request, caller, Verb.PublicLinkList, projectId, form);
            var links = await holders.ListAsync(found.Project, ActorKind.PublicLink, request.HttpContext.RequestAborted);
            return Json.Ok(links.Where(link => link.Form == found.Number).Select(shapes.PublicLink));
        });

    [Function("CreatePublicLink")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/public-links")] HttpRequest request,
        int projectId, string form) =>
        door.RestAsync(request, async caller =>
        {
            var hangUp = request.HttpContext.RequestAborted;
            var found = await AllowedAsync(request, caller, Verb.PublicLinkCreate, projectId, form);
            var body = await Json.ReadAsync(request, caller, hangUp);
            return Json.Ok(shapes.PublicLink(await holders.CreatePublicLinkAsync(
                found.Project, found.Number, Json.Text(body, "displayName"), Json.Flag(body, "once"), caller.KnownActor.Id, hangUp)));
        }, bodyShowsCsrf: true);

    [Function("DeletePublicLink")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/forms/{form}/public-links/{id:int}")] HttpRequest request,
        int projectId, string form, int id) =>
        door.RestAsync(request, async caller =>
        {
            var hangUp = request.HttpContext.RequestAborted;
            var found = await AllowedAsync(request, caller, Verb.PublicLinkDelete, projectId, form);
            var link = await holders.FindAsync(found.Project, ActorKind.PublicLink, new ActorId(id), hangUp);
            await holders.RemoveAsync(link?.Form == found.Number ? link : throw Problem.NotFound().AsException(), hangUp);
            return Json.Success();
        });

    private Task<Form> AllowedAsync(HttpRequest request, Caller caller, string verb, int projectId, string form) =>
        access.WithAsync(caller.KnownActor, verb, new ProjectId(projectId), RouteText.Decode(request, form), request.HttpContext.RequestAborted);
}
