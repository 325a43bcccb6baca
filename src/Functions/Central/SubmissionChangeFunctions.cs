using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Changing what was received (OR-268 to OR-271): from a script, by review, by comment, and taking back.</summary>
public sealed class SubmissionChangeFunctions(
    EndpointPipeline door,
    SubmissionAnswers answers,
    SubmissionDirectory submissions,
    ReceiveSubmission receive,
    ReviewSubmission review,
    FormAccess access,
    SubmissionShapes shapes,
    XmlBody xmlBody,
    AuditLog audits
)
{
    private static readonly string[] ReviewStates = ["hasIssues", "edited", "rejected", "approved"];

    [Function("CreateSubmission")]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/submissions")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await ReceiveAsync(
                    request,
                    caller,
                    await answers.FormAsync(request, caller, Verb.SubmissionCreate, projectId, form),
                    toDraft: false,
                    edits: null
                )
        );

    [Function("CreateSubmissionWithKey")]
    public Task<IResult> CreateWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}/submissions")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await ReceiveAsync(
                    request,
                    caller,
                    await answers.FormAsync(request, caller, Verb.SubmissionCreate, projectId, form),
                    toDraft: false,
                    edits: null
                )
        );

    [Function("CreateDraftSubmission")]
    public Task<IResult> CreateForDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await ReceiveAsync(
                    request,
                    caller,
                    WithDraft(await answers.FormAsync(request, caller, Verb.SubmissionCreate, projectId, form)),
                    toDraft: true,
                    edits: null
                )
        );

    [Function("CreateTestSubmission")]
    public Task<IResult> CreateForTest(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/test/{draftToken}/projects/{projectId:int}/forms/{form}/draft/submissions"
        )]
            HttpRequest request,
        string draftToken,
        int projectId,
        string form
    ) =>
        door.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            async () =>
            {
                var found = await access.TestDraftAsync(
                    RouteText.Decode(request, draftToken),
                    new ProjectId(projectId),
                    RouteText.Decode(request, form),
                    Problem.NotFound(),
                    request.HttpContext.RequestAborted
                );
                return await ReceiveAsync(request, Caller.Anonymous, found.Form, toDraft: true, edits: null);
            }
        );

    [Function("EditSubmission")]
    public Task<IResult> Edit(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}")]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        door.RestAsync(
            request,
            async caller =>
            {
                var found = await answers.FormAsync(request, caller, Verb.SubmissionCreate, projectId, form);
                var root = SubmissionAnswers.Id(request, instance);
                await submissions.GetAsync(SubmissionSpace.Published(found), root, request.HttpContext.RequestAborted);
                return await ReceiveAsync(request, caller, found, toDraft: false, root);
            }
        );

    [Function("ReviewSubmission")]
    public Task<IResult> Review(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}")]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        door.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await answers.FormAsync(request, caller, Verb.SubmissionUpdate, projectId, form);
                var space = SubmissionSpace.Published(found);
                var root = SubmissionAnswers.Id(request, instance);
                var body = await Json.ReadAsync(request, caller, cancellationToken);
                if (Json.Has(body, "reviewState"))
                {
                    var state = Json.Text(body, "reviewState");
                    if (state is not null && !ReviewStates.Contains(state))
                    {
                        throw Problem.UnexpectedValue("reviewState", state, "it is not a recognized state name.").AsException();
                    }
                    await review.RunAsync(found, root, state, cancellationToken);
                    await AuditAsync(caller, "submission.update", space, new { instanceId = root.Value, reviewState = state });
                }
                return await answers.DetailsAsync(request, space, root);
            },
            bodyShowsCsrf: true
        );

    [Function("DeleteSubmission")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}")]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        door.RestAsync(
            request,
            async caller =>
            {
                var space = await answers.PublishedAsync(request, caller, Verb.SubmissionDelete, projectId, form);
                var root = SubmissionAnswers.Id(request, instance);
                await submissions.DeleteAsync(space, root, request.HttpContext.RequestAborted);
                await AuditAsync(caller, "submission.delete", space, new { instanceId = root.Value });
                return Json.Success();
            }
        );

    [Function("RestoreSubmission")]
    public Task<IResult> Restore(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/restore"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        door.RestAsync(
            request,
            async caller =>
            {
                var space = await answers.PublishedAsync(request, caller, Verb.SubmissionRestore, projectId, form);
                var root = SubmissionAnswers.Id(request, instance);
                await submissions.RestoreAsync(space, root, request.HttpContext.RequestAborted);
                await AuditAsync(caller, "submission.restore", space, new { instanceId = root.Value });
                return Json.Success();
            }
        );

    [Function("CommentOnSubmission")]
    public Task<IResult> Comment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/comments"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await CommentAsync(
                    request,
                    caller,
                    await answers.PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance
                ),
            bodyShowsCsrf: true
        );

    [Function("CommentOnDraftSubmission")]
    public Task<IResult> CommentOnDraft(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/comments"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await CommentAsync(
                    request,
                    caller,
                    await answers.DraftAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance
                ),
            bodyShowsCsrf: true
        );

    [Function("PutSubmissionAttachment")]
    public Task<IResult> PutAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string name
    ) =>
        door.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await access.FindAsync(new ProjectId(projectId), RouteText.Decode(request, form), cancellationToken);
                var space = SubmissionSpace.Published(found);
                var root = SubmissionAnswers.Id(request, instance);
                var slot = RouteText.Decode(request, name);
                if (!caller.Actor.May(Verb.SubmissionUpdate, found.Scope))
                {
                    await RequireOwnEmptySlotAsync(caller.KnownActor, found, root, slot, cancellationToken);
                }
                await submissions.PutMediaAsync(
                    space,
                    root,
                    slot,
                    new IncomingFile(slot, request.ContentType, request.Body),
                    cancellationToken
                );
                await AuditAsync(
                    caller,
                    "submission.attachment.update",
                    space,
                    new
                    {
                        instanceId = root.Value,
                        name = slot,
                        exists = true,
                    }
                );
                return Json.Success();
            }
        );

    [Function("DeleteSubmissionAttachment")]
    public Task<IResult> DeleteAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "delete",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string name
    ) =>
        door.RestAsync(
            request,
            async caller =>
            {
                var space = await answers.PublishedAsync(request, caller, Verb.SubmissionUpdate, projectId, form);
                var root = SubmissionAnswers.Id(request, instance);
                var slot = RouteText.Decode(request, name);
                await submissions.PutMediaAsync(space, root, slot, null, request.HttpContext.RequestAborted);
                await AuditAsync(
                    caller,
                    "submission.attachment.update",
                    space,
                    new
                    {
                        instanceId = root.Value,
                        name = slot,
                        exists = false,
                    }
                );
                return Json.Success();
            }
        );

    private async Task<IResult> CommentAsync(HttpRequest request, Caller caller, SubmissionSpace space, string instance)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var text = Json.Text(await Json.ReadAsync(request, caller, cancellationToken), "body");
        if (string.IsNullOrWhiteSpace(text))
        {
            throw Problem.MissingParameter("body").AsException();
        }
        var comment = await submissions.CommentAsync(
            space,
            SubmissionAnswers.Id(request, instance),
            text,
            caller.KnownActor.Id,
            cancellationToken
        );
        return Json.Ok(await shapes.CommentAsync(request, space.Project, comment));
    }

    private async Task<IResult> ReceiveAsync(HttpRequest request, Caller caller, Form form, bool toDraft, InstanceId? edits)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var xml = await xmlBody.ReadAsync(request, cancellationToken);
        var receipt = await receive.ToFormAsync(
            form,
            toDraft,
            new SubmissionUpload(xml, AsyncEnumerable.Empty<IncomingFile>(), Senders.Of(request, caller)),
            edits,
            cancellationToken
        );
        if (caller.Actor is { } actor && !toDraft)
        {
            await audits.WriteAsync(
                actor.Id,
                edits is null ? "submission.create" : "submission.update.version",
                form.Scope,
                new { instanceId = receipt.Version.Id.Value },
                CancellationToken.None
            );
        }
        return await answers.DetailsAsync(
            request,
            toDraft ? SubmissionSpace.OfDraft(form) : SubmissionSpace.Published(form),
            receipt.RootId
        );
    }

    // Whoever may only send submissions may still complete their own, as long as nobody has edited it.
    private async Task RequireOwnEmptySlotAsync(Actor actor, Form form, InstanceId root, string slot, CancellationToken cancellationToken)
    {
        actor.Require(Verb.SubmissionCreate, form.Scope);
        var space = SubmissionSpace.Published(form);
        var (submission, current) = await submissions.ResolveAsync(space, root, cancellationToken);
        if (submission.Sender.Submitter != actor.Id || submission.Edits > 0 || current!.Media.Any(file => file.Name == slot && file.Exists))
        {
            throw Problem.NotAllowed().AsException();
        }
    }

    private Task AuditAsync(Caller caller, string action, SubmissionSpace space, object details) =>
        audits.WriteAsync(caller.KnownActor.Id, action, Scope.Of(space.Project, space.Form), details, CancellationToken.None);

    private static Form WithDraft(Form form) => form.Draft is null ? throw Problem.NotFound().AsException() : form;
}
