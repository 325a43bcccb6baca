using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Managing forms (OR-260 to OR-262): create, list, change, delete, restore, versions.</summary>
public sealed class FormFunctions(
    EndpointPipeline pipeline,
    EncryptForm encrypt,
    FormDirectory forms,
    FormAccess access,
    UploadForm upload,
    ProjectDirectory projects,
    FormShards shards,
    FormShapes shapes,
    FormBody body,
    AuditLog audits
)
{
    [Function("ListForms")]
    [Query(QueryType.Flag, "deleted")]
    [Answers(typeof(IEnumerable<FormAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var project = await projects.GetAsync(new ProjectId(projectId), request.HttpContext.RequestAborted);
                var scope = Scope.Of(project.Id);
                if (Flags.IsTrue(request, "deleted"))
                {
                    caller.Actor.Require(Verb.FormRestore, scope);
                    return await ListTrashAsync(request, project.Id);
                }
                var all = await forms.ListAsync(project.Id, request.HttpContext.RequestAborted);
                var readable = all.Where(form => caller.Actor.MayRead(form) && MayList(caller.Actor, form)).ToList();
                if (readable.Count == 0 && !caller.Actor.May(Verb.FormList, scope) && !caller.Actor.May(Verb.OpenFormList, scope))
                {
                    throw Problem.NotAllowed().AsException();
                }
                return ExtendedMetadata.IsWanted(request)
                    ? Json.Ok(await shapes.ExtendedAsync(readable, request.HttpContext.RequestAborted))
                    : Json.Ok(readable.Select(form => shapes.Form(form, form.Shown)));
            }
        );

    [Function("CreateForm")]
    [Query(QueryType.Flag, "publish", "ignoreWarnings")]
    [Takes("application/xml")]
    [Takes("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [Takes("application/vnd.ms-excel")]
    [Answers(typeof(FormAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.WithAsync(request, caller, Verb.FormCreate, projectId);
                var uploaded = await body.ReadAsync(request, cancellationToken);
                var form = await upload.CreateAsync(
                    project.Id,
                    uploaded,
                    Flags.IsTrue(request, "publish"),
                    Flags.IsTrue(request, "ignoreWarnings"),
                    caller.KnownActor.Id,
                    cancellationToken
                );
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "form.create",
                    form.Scope,
                    new { xmlFormId = form.Id.Value, version = form.Shown.Version },
                    CancellationToken.None
                );
                if (form.Published is { } published)
                {
                    await audits.WriteAsync(
                        caller.KnownActor.Id,
                        "form.update.publish",
                        form.Scope,
                        new { version = published.Version },
                        CancellationToken.None
                    );
                }
                return Json.Ok(shapes.Form(form, form.Shown) with { XlsFormChecks = FormBody.ChecksOf(uploaded) });
            }
        );

    [Function("ChangeForm")]
    [Takes(typeof(FormChangeBody))]
    [Answers(typeof(FormAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}/forms/{form}")] HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await access.WithAsync(request, caller, Verb.FormUpdate, projectId, form);
                var body = await Json.ReadAsync<FormChangeBody>(request, caller, cancellationToken);
                var state = body.State is { } name ? FormStates.Parse(name) : (FormState?)null;
                var changed = await forms.ChangeAsync(
                    found.Project,
                    found.Id,
                    current =>
                        (body.SubmissionShards is { } more ? shards.Grow(current, more) : current) with
                        {
                            State = state ?? current.State,
                            WebFormsEnabled = body.WebformsEnabled ?? current.WebFormsEnabled,
                            Description = body.Description.IsPresent ? body.Description.Value : current.Description,
                        },
                    cancellationToken
                );
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "form.update",
                    found.Scope,
                    new
                    {
                        data = new
                        {
                            state = body.State,
                            webformsEnabled = body.WebformsEnabled,
                            submissionShards = body.SubmissionShards,
                        },
                    },
                    CancellationToken.None
                );
                return Json.Ok(shapes.Form(changed, changed.Shown));
            },
            bodyShowsCsrf: true
        );

    [Function("DeleteForm")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/forms/{form}")] HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await access.WithAsync(request, caller, Verb.FormDelete, projectId, form);
                await forms.TrashAsync(found.Project, found.Id, cancellationToken);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "form.delete",
                    found.Scope,
                    new { xmlFormId = found.Id.Value },
                    CancellationToken.None
                );
                return Json.Success();
            }
        );

    [Function("RestoreForm")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Restore(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{number:int}/restore")]
            HttpRequest request,
        int projectId,
        int number
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.GetAsync(new ProjectId(projectId), cancellationToken);
                caller.Actor.Require(Verb.FormRestore, Scope.Of(project.Id, number));
                var restored = await forms.RestoreAsync(project.Id, number, cancellationToken);
                await encrypt.EnsureAsync(restored, caller.KnownActor.Id);
                await audits.WriteAsync(caller.KnownActor.Id, "form.restore", Scope.Of(project.Id, number), null, CancellationToken.None);
                return Json.Success();
            }
        );

    [Function("ListFormVersions")]
    [Answers(typeof(List<FormAnswer>))]
    public Task<IResult> ListVersions(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/versions")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await access.PublishedAsync(request, caller, projectId, form);
                var versions = await forms.ListVersionsAsync(found.Form, request.HttpContext.RequestAborted);
                var listed = new List<FormAnswer>();
                foreach (var version in versions)
                {
                    listed.Add(await shapes.VersionAsync(request, found.Form, version));
                }
                return Json.Ok(listed);
            }
        );

    private async Task<IResult> ListTrashAsync(HttpRequest request, ProjectId project)
    {
        var trashed = new List<FormAnswer>();
        foreach (var form in await forms.ListTrashAsync(project, request.HttpContext.RequestAborted))
        {
            trashed.Add(await shapes.TrashedFormAsync(request, form));
        }
        return Json.Ok(trashed);
    }

    // A role on the form alone (an app user's) opens it, but doesn't list it.
    private static bool MayList(Actor? actor, Form form) =>
        actor.May(Verb.FormList, form.Scope) || actor.May(Verb.OpenFormList, form.Scope);
}
