using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Projects (OR-260). `domain` is an addition of ours: the project's name on the CommCare side.</summary>
public sealed class ProjectFunctions(
    EndpointPipeline pipeline,
    ProjectDirectory projects,
    DeleteProject deleteProject,
    FormDirectory forms,
    AppUsersAndLinks holders,
    SubmissionDirectory submissions,
    FormShapes shapes,
    DatasetDirectory datasets,
    EntityLists entities,
    AuditLog audits
)
{
    [Function("ListProjects")]
    public Task<IResult> List([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects")] HttpRequest request) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var listed = new List<object>();
                foreach (var project in await projects.ListAsync(request.HttpContext.RequestAborted))
                {
                    if (caller.Actor.May(Verb.ProjectRead, Scope.Of(project.Id)))
                    {
                        var shape = await ShapeAsync(request, caller, project);
                        shape["verbs"] = caller.KnownActor.Grants.VerbsOn(Scope.Of(project.Id));
                        if (Flags.IsTrue(request, "forms"))
                        {
                            shape["formList"] = await FormListAsync(request, caller, project);
                        }
                        if (Flags.IsTrue(request, "datasets") && caller.Actor.May(Verb.DatasetList, Scope.Of(project.Id)))
                        {
                            shape["datasetList"] = (await datasets.ListAsync(project.Id, request.HttpContext.RequestAborted)).Select(
                                DatasetShapes.Dataset
                            );
                        }
                        listed.Add(shape);
                    }
                }
                return Json.Ok(listed);
            }
        );

    [Function("CreateProject")]
    public Task<IResult> Create([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects")] HttpRequest request) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                caller.Actor.Require(Verb.ProjectCreate, Scope.Server);
                var body = await Json.ReadAsync(request, caller, request.HttpContext.RequestAborted);
                var created = await projects.CreateAsync(
                    Json.Text(body, "name"),
                    Json.Text(body, "description"),
                    Json.Text(body, "domain"),
                    request.HttpContext.RequestAborted
                );
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "project.create",
                    Scope.Of(created.Id),
                    new { data = new { name = created.Name } },
                    CancellationToken.None
                );
                return Json.Ok(await ShapeAsync(request, caller, created));
            },
            bodyShowsCsrf: true
        );

    [Function("GetProject")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var project = await projects.GetAsync(new ProjectId(projectId), request.HttpContext.RequestAborted);
                caller.Actor.Require(Verb.ProjectRead, Scope.Of(project.Id));
                return Json.Ok(await ShapeAsync(request, caller, project));
            }
        );

    [Function("ChangeProject")]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.GetAsync(new ProjectId(projectId), cancellationToken);
                caller.Actor.Require(Verb.ProjectUpdate, Scope.Of(project.Id));
                var body = await Json.ReadAsync(request, caller, cancellationToken);
                var (name, description, archived, domain, caseSearch) = (
                    Json.Text(body, "name"),
                    Json.Text(body, "description"),
                    Json.Flag(body, "archived"),
                    Json.Text(body, "domain"),
                    Json.Flag(body, "caseSearch")
                );
                var changed = await projects.ChangeAsync(
                    project.Id,
                    current =>
                        current with
                        {
                            Name = Json.Has(body, "name") ? name! : current.Name,
                            Description = Json.Has(body, "description") ? description : current.Description,
                            Archived = Json.Has(body, "archived") ? archived : current.Archived,
                            Domain = Json.Has(body, "domain") ? domain : current.Domain,
                            CaseSearch = caseSearch ?? current.CaseSearch,
                        },
                    cancellationToken
                );
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "project.update",
                    Scope.Of(project.Id),
                    new
                    {
                        data = new
                        {
                            name,
                            description,
                            archived,
                            domain,
                            caseSearch,
                        },
                    },
                    CancellationToken.None
                );
                return Json.Ok(await ShapeAsync(request, caller, changed));
            },
            bodyShowsCsrf: true
        );

    [Function("DeleteProject")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var project = await projects.GetAsync(new ProjectId(projectId), request.HttpContext.RequestAborted);
                caller.Actor.Require(Verb.ProjectDelete, Scope.Of(project.Id));
                await deleteProject.RunAsync(project.Id, request.HttpContext.RequestAborted);
                await audits.WriteAsync(caller.KnownActor.Id, "project.delete", Scope.Of(project.Id), null, CancellationToken.None);
                return Json.Success();
            }
        );

    private async Task<Dictionary<string, object?>> ShapeAsync(HttpRequest request, Caller caller, Project project)
    {
        var shape = new Dictionary<string, object?>
        {
            ["id"] = project.Id.Value,
            ["name"] = project.Name,
            ["description"] = project.Description,
            ["archived"] = project.Archived,
            ["keyId"] = null,
            ["createdAt"] = project.CreatedAt,
            ["updatedAt"] = project.UpdatedAt,
            ["deletedAt"] = project.DeletedAt,
            ["domain"] = project.Domain,
            ["caseSearch"] = project.CaseSearch,
        };
        if (ExtendedMetadata.IsWanted(request))
        {
            var cancellationToken = request.HttpContext.RequestAborted;
            var all = await forms.FindListAsync(project.Id, cancellationToken) ?? [];
            shape["forms"] = all.Count;
            shape["appUsers"] = (await holders.ListAsync(project.Id, ActorKind.AppUser, cancellationToken)).Count(user =>
                user.KeyHash is not null
            );
            var lists = await datasets.ListAsync(project.Id, cancellationToken);
            shape["datasets"] = lists.Count;
            shape["lastSubmission"] = await LastSubmissionAsync(all, cancellationToken);
            shape["lastEntity"] = await LastEntityAsync(lists, cancellationToken);
            shape["verbs"] = caller.KnownActor.Grants.VerbsOn(Scope.Of(project.Id));
        }
        return shape;
    }

    private async Task<DateTimeOffset?> LastSubmissionAsync(IReadOnlyList<Form> all, CancellationToken cancellationToken)
    {
        DateTimeOffset? last = null;
        foreach (var form in all)
        {
            var newest = await submissions.FindNewestAsync(SubmissionSpace.Published(form), cancellationToken);
            last = newest > last || last is null ? newest ?? last : last;
        }
        return last;
    }

    private async Task<DateTimeOffset?> LastEntityAsync(IReadOnlyList<Dataset> all, CancellationToken cancellationToken)
    {
        DateTimeOffset? last = null;
        foreach (var dataset in all)
        {
            var newest = await entities.FindNewestAsync(dataset, cancellationToken);
            last = newest > last || last is null ? newest ?? last : last;
        }
        return last;
    }

    private async Task<IEnumerable<object>> FormListAsync(HttpRequest request, Caller caller, Project project) =>
        (await forms.FindListAsync(project.Id, request.HttpContext.RequestAborted) ?? [])
            .Where(form => caller.Actor.MayRead(form))
            .Select(form => shapes.Form(form, form.Shown));
}
