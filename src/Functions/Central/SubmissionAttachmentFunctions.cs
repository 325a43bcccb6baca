using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Stores and removes the attachments of a submission's current version, and removes those of earlier ones.</summary>
public sealed class SubmissionAttachmentFunctions(
    EndpointPipeline pipeline,
    SubmissionAnswers answers,
    SubmissionDirectory submissions,
    SubmissionHistory history,
    FormAccess access,
    AuditLog audits
)
{
    [Function("PutSubmissionAttachment")]
    [Takes("*/*")]
    [Answers(typeof(SuccessAnswer))]
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
    ) => PutAsync(request, projectId, form, instance, name, SubmissionSpace.Published);

    [Function("PutSubmissionAttachmentWithKey")]
    [Takes("*/*")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> PutAttachmentWithKey(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}/submissions/{instance}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string name
    ) => PutAsync(request, projectId, form, instance, name, SubmissionSpace.Published);

    [Function("PutDraftSubmissionAttachment")]
    [Takes("*/*")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> PutDraftAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string name
    ) => PutAsync(request, projectId, form, instance, name, OfDraft);

    [Function("DeleteSubmissionAttachment")]
    [Answers(typeof(SuccessAnswer))]
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
    ) => DeleteAsync(request, projectId, form, instance, null, name, SubmissionSpace.Published);

    [Function("DeleteDraftSubmissionAttachment")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> DeleteDraftAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "delete",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string name
    ) => DeleteAsync(request, projectId, form, instance, null, name, OfDraft);

    [Function("DeleteSubmissionVersionAttachment")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> DeleteVersionAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "delete",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/versions/{version}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string version,
        string name
    ) => DeleteAsync(request, projectId, form, instance, version, name, SubmissionSpace.Published);

    private static SubmissionSpace OfDraft(Form form) =>
        form.Draft is null ? throw Problem.NotFound().AsException() : SubmissionSpace.OfDraft(form);

    private Task<IResult> PutAsync(
        HttpRequest request,
        int project,
        string form,
        string instance,
        string name,
        Func<Form, SubmissionSpace> of
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await access.FindAsync(new ProjectId(project), RouteText.Decode(form), cancellationToken);
                var root = SubmissionAnswers.Id(instance);
                var slot = RouteText.Decode(name);
                if (!caller.Actor.May(Verb.SubmissionUpdate, found.Scope))
                {
                    caller.KnownActor.Require(Verb.SubmissionCreate, found.Scope);
                    await RequireOwnEmptySlotAsync(caller.KnownActor, of(found), root, slot, cancellationToken);
                }
                var space = of(found);
                await submissions.PutMediaAsync(
                    space,
                    root,
                    slot,
                    new IncomingFile(slot, request.ContentType, request.Body),
                    cancellationToken
                );
                await AuditAsync(caller, space, root, new Filled(root.Value, slot, true));
                return Json.Success();
            }
        );

    private Task<IResult> DeleteAsync(
        HttpRequest request,
        int project,
        string form,
        string instance,
        string? version,
        string name,
        Func<Form, SubmissionSpace> of
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var space = of(await answers.FormAsync(request, caller, Verb.SubmissionUpdate, project, form));
                var root = SubmissionAnswers.Id(instance);
                var slot = RouteText.Decode(name);
                await (
                    version is null
                        ? submissions.PutMediaAsync(space, root, slot, null, cancellationToken)
                        : history.ClearMediaAsync(space, root, SubmissionAnswers.Id(version), slot, cancellationToken)
                );
                var id = version is null ? root : SubmissionAnswers.Id(version);
                await AuditAsync(caller, space, root, new Filled(id.Value, slot, false));
                return Json.Success();
            }
        );

    // Callers who may only create submissions may complete their own until it is edited.
    private async Task RequireOwnEmptySlotAsync(
        Actor actor,
        SubmissionSpace space,
        InstanceId root,
        string slot,
        CancellationToken cancellationToken
    )
    {
        var (submission, current) = await submissions.ResolveAsync(space, root, cancellationToken);
        if (submission.Sender.Submitter != actor.Id || submission.Edits > 0 || current!.Media.Any(file => file.Name == slot && file.Exists))
        {
            throw Problem.NotAllowed().AsException();
        }
    }

    // Submissions to drafts are tests, and are not audited.
    private Task AuditAsync(Caller caller, SubmissionSpace space, InstanceId root, Filled details) =>
        space.Draft is not null
            ? Task.CompletedTask
            : audits.WriteOfSubmissionAsync(
                caller.KnownActor.Id,
                "submission.attachment.update",
                Scope.Of(space.Project, space.Form),
                root,
                details,
                CancellationToken.None
            );

    private sealed record Filled(string InstanceId, string Name, bool Exists);
}
