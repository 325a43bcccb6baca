using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Projects (OR-260). `domain` is an addition of ours: the project's name on the CommCare side.</summary>
public sealed class ProjectFunctions(
    EndpointPipeline pipeline,
    ProjectDirectory projects,
    DeleteProject deleteProject,
    ReplaceProject replaceProject,
    ProjectShapes shapes,
    UserCases userCases,
    AssignmentLog log,
    AuditLog audits
)
{
    [Function("ListProjects")]
    [Query(QueryType.Flag, "forms", "datasets")]
    [Answers(typeof(List<ProjectAnswer>))]
    public Task<IResult> List([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects")] HttpRequest request) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var listed = new List<ProjectAnswer>();
                foreach (var project in await projects.ListAsync(request.HttpContext.RequestAborted))
                {
                    if (caller.Actor.May(Verb.ProjectRead, Scope.Of(project.Id)))
                    {
                        listed.Add(await shapes.ListedAsync(request, caller, project));
                    }
                }
                return Json.Ok(listed);
            }
        );

    [Function("CreateProject")]
    [Takes(typeof(NewProjectBody))]
    [Answers(typeof(ProjectAnswer))]
    public Task<IResult> Create([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects")] HttpRequest request) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                caller.Actor.Require(Verb.ProjectCreate, Scope.Server);
                var cancellationToken = request.HttpContext.RequestAborted;
                var body = await Json.ReadAsync<NewProjectBody>(request, caller, cancellationToken);
                var created = await projects.CreateAsync(body.Name, body.Description, body.Domain, cancellationToken);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "project.create",
                    Scope.Of(created.Id),
                    new { data = new { name = created.Name } },
                    CancellationToken.None
                );
                return Json.Ok(await shapes.ProjectAsync(request, caller, created));
            },
            bodyShowsCsrf: true
        );

    [Function("GetProject")]
    [Answers(typeof(ProjectAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var project = await projects.WithAsync(request, caller, Verb.ProjectRead, projectId);
                return Json.Ok(await shapes.ProjectAsync(request, caller, project));
            }
        );

    [Function("ChangeProject")]
    [Takes(typeof(ProjectChangeBody))]
    [Answers(typeof(ProjectAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.WithAsync(request, caller, Verb.ProjectUpdate, projectId);
                var body = await Json.ReadAsync(request, caller, cancellationToken);
                var (name, description, archived, domain, caseSearch, fuzzyProperties, hasUserCases) = (
                    Json.Text(body, "name"),
                    Json.Text(body, "description"),
                    Json.Flag(body, "archived"),
                    Json.Text(body, "domain"),
                    Json.Flag(body, "caseSearch"),
                    ProjectBody.FuzzyProperties(body),
                    Json.Flag(body, "userCases")
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
                            FuzzyProperties = fuzzyProperties ?? current.FuzzyProperties,
                            UserCases = hasUserCases ?? current.UserCases,
                        },
                    cancellationToken
                );
                var data = new
                {
                    name,
                    description,
                    archived,
                    domain,
                    caseSearch,
                    fuzzyProperties,
                    userCases = hasUserCases,
                };
                await audits.WriteAsync(caller.KnownActor.Id, "project.update", Scope.Of(project.Id), new { data }, CancellationToken.None);
                await userCases.CreateAllAsync(changed, hasUserCases, Senders.Of(request, caller), cancellationToken);
                return Json.Ok(await shapes.ProjectAsync(request, caller, changed));
            },
            bodyShowsCsrf: true
        );

    /// <summary>The whole project, and with `forms` the state and the assignments of each.</summary>
    [Function("ReplaceProject")]
    [Takes(typeof(ProjectReplacementBody))]
    [Answers(typeof(ProjectAnswer))]
    public Task<IResult> Replace(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "v1/projects/{projectId:int}")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.WithAsync(request, caller, Verb.ProjectUpdate, projectId);
                var wanted = ProjectBody.Replacement(await Json.ReadAsync(request, caller, cancellationToken));
                var replaced = await replaceProject.RunAsync(caller.KnownActor, project.Id, wanted, cancellationToken);
                await LogAsync(caller.KnownActor.Id, project.Id, wanted, replaced);
                return Json.Ok(await shapes.ProjectAsync(request, caller, replaced.Project));
            }
        );

    private async Task LogAsync(ActorId actor, ProjectId project, ProjectReplacement wanted, ReplacedProject replaced)
    {
        var data = new
        {
            name = wanted.Name,
            description = wanted.Description,
            archived = wanted.Archived,
        };
        await audits.WriteAsync(actor, "project.update", Scope.Of(project), new { data }, CancellationToken.None);
        foreach (var form in replaced.Forms)
        {
            var change = new { state = form.State.ToString().ToLowerInvariant(), webformsEnabled = form.WebFormsEnabled };
            await audits.WriteAsync(actor, "form.update", form.Scope, new { data = change }, CancellationToken.None);
        }
        foreach (var (holder, grant) in replaced.Granted)
        {
            await log.GrantedAsync(actor, holder, grant);
        }
        foreach (var (holder, grant) in replaced.Revoked)
        {
            await log.RevokedAsync(actor, holder, grant);
        }
    }

    [Function("DeleteProject")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var project = await projects.WithAsync(request, caller, Verb.ProjectDelete, projectId);
                await deleteProject.RunAsync(project.Id, request.HttpContext.RequestAborted);
                await audits.WriteAsync(caller.KnownActor.Id, "project.delete", Scope.Of(project.Id), null, CancellationToken.None);
                return Json.Success();
            }
        );
}
