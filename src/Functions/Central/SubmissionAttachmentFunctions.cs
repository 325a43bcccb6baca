using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Stores and removes the attachments of a submission's current version.</summary>
public sealed class SubmissionAttachmentFunctions(
    EndpointPipeline pipeline,
    SubmissionAnswers answers,
    SubmissionDirectory submissions,
    FormAccess access,
    AuditLog audits
)
{
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
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await access.FindAsync(new ProjectId(projectId), RouteText.Decode(form), cancellationToken);
                var space = SubmissionSpace.Published(found);
                var root = SubmissionAnswers.Id(request, instance);
                var slot = RouteText.Decode(name);
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
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var space = await answers.PublishedAsync(request, caller, Verb.SubmissionUpdate, projectId, form);
                var root = SubmissionAnswers.Id(request, instance);
                var slot = RouteText.Decode(name);
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

    // A caller who may only submit may still complete an own submission that was not edited.
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
}
