using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.Http;

namespace ServerlessRosa.Functions.Projects;

/// <summary>Projects (spec 9.2). `domain` is an addition of ours: the project's name on the CommCare side.</summary>
public sealed class ProjectFunctions(Door door, ProjectDirectory projects, DeleteProject deleteProject)
{
    [Function("ListProjects")]
    public Task<IResult> List([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects")] HttpRequest request) =>
        door.RestAsync(request, async caller => Json.Ok(
            (await projects.ListAsync(request.HttpContext.RequestAborted))
                .Where(project => caller.Actor.May(Verb.ProjectRead, Scope.Of(project.Id)))
                .Select(Shape)));

    [Function("CreateProject")]
    public Task<IResult> Create([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects")] HttpRequest request) =>
        door.RestAsync(request, async caller =>
        {
            caller.Actor.Require(Verb.ProjectCreate, Scope.Server);
            var body = await Json.ReadAsync(request, caller, request.HttpContext.RequestAborted);
            return Json.Ok(Shape(await projects.CreateAsync(
                Json.Text(body, "name"), Json.Text(body, "description"), Json.Text(body, "domain"), request.HttpContext.RequestAborted)));
        }, bodyShowsCsrf: true);

    [Function("GetProject")]
    public Task<IResult> Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}")] HttpRequest request, int projectId) =>
        door.RestAsync(request, async caller =>
        {
            var project = await projects.GetAsync(new ProjectId(projectId), request.HttpContext.RequestAborted);
            caller.Actor.Require(Verb.ProjectRead, Scope.Of(project.Id));
            return Json.Ok(Shape(project));
        });

    [Function("ChangeProject")]
    public Task<IResult> Change([HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}")] HttpRequest request, int projectId) =>
        door.RestAsync(request, async caller =>
        {
            var hangUp = request.HttpContext.RequestAborted;
            var project = await projects.GetAsync(new ProjectId(projectId), hangUp);
            caller.Actor.Require(Verb.ProjectUpdate, Scope.Of(project.Id));
            var body = await Json.ReadAsync(request, caller, hangUp);
            var (name, description, archived) = (Json.Text(body, "name"), Json.Text(body, "description"), Json.Flag(body, "archived"));
            return Json.Ok(Shape(await projects.ChangeAsync(
                project.Id,
                current => current with
                {
                    Name = Json.Has(body, "name") ? name! : current.Name,
                    Description = Json.Has(body, "description") ? description : current.Description,
                    Archived = Json.Has(body, "archived") ? archived : current.Archived,
                },
                hangUp)));
        }, bodyShowsCsrf: true);

    [Function("DeleteProject")]
    public Task<IResult> Delete([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}")] HttpRequest request, int projectId) =>
        door.RestAsync(request, async caller =>
        {
            var project = await projects.GetAsync(new ProjectId(projectId), request.HttpContext.RequestAborted);
            caller.Actor.Require(Verb.ProjectDelete, Scope.Of(project.Id));
            await deleteProject.RunAsync(project.Id, request.HttpContext.RequestAborted);
            return Json.Success();
        });

    private static object Shape(Project project) => new
    {
        id = project.Id.Value,
        name = project.Name,
        description = project.Description,
        archived = project.Archived,
        keyId = (int?)null,
        createdAt = project.CreatedAt,
        updatedAt = project.UpdatedAt,
        deletedAt = (DateTimeOffset?)null,
        domain = project.Domain,
    };
}
