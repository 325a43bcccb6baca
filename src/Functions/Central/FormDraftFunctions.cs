using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>A form's draft (OR-242 to OR-272): replace, look at, fill its media slots, publish, drop.</summary>
public sealed class FormDraftFunctions(
    EndpointPipeline pipeline,
    FormAccess access,
    UploadForm upload,
    DraftMedia media,
    FormShapes shapes,
    FormBody body,
    AuditLog audits
)
{
    [Function("ReplaceFormDraft")]
    [Query(QueryType.Flag, "ignoreWarnings")]
    [Takes("application/xml")]
    [Takes("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [Takes("application/vnd.ms-excel")]
    [Answers(typeof(DraftUploadAnswer))]
    public Task<IResult> Replace(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/draft")] HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await access.WithAsync(request, caller, Verb.FormUpdate, projectId, form);
                var uploaded = await body.ReadAsync(request, cancellationToken);

                // Neither body nor content type: copy the published definition.
                var copies = uploaded.Xml.IsEmpty && string.IsNullOrEmpty(request.ContentType);
                if (copies && found.Published is null)
                {
                    throw Problem.MissingParameter("xml").AsException();
                }
                await upload.ReplaceDraftAsync(
                    found.Project,
                    found.Id,
                    copies ? null : uploaded,
                    Flags.IsTrue(request, "ignoreWarnings"),
                    cancellationToken
                );
                await audits.WriteAsync(caller.KnownActor.Id, "form.update.draft.set", found.Scope, null, CancellationToken.None);
                return Json.Ok(new DraftUploadAnswer(true) { XlsFormChecks = FormBody.ChecksOf(uploaded) });
            }
        );

    [Function("GetFormDraft")]
    [Answers(typeof(FormAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await access.DraftAsync(request, caller, projectId, form);
                return Json.Ok(await shapes.FormAsync(request, found.Form, found.Definition, ofDraft: true));
            }
        );

    [Function("DeleteFormDraft")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/forms/{form}/draft")] HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await access.WithAsync(request, caller, Verb.FormUpdate, projectId, form);
                await upload.DeleteDraftAsync(found.Project, found.Id, request.HttpContext.RequestAborted);
                await audits.WriteAsync(caller.KnownActor.Id, "form.update.draft.delete", found.Scope, null, CancellationToken.None);
                return Json.Success();
            }
        );

    [Function("PublishFormDraft")]
    [Query(QueryType.Text, "version")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Publish(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/draft/publish")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await access.WithAsync(request, caller, Verb.FormUpdate, projectId, form);
                await upload.PublishAsync(
                    found.Project,
                    found.Id,
                    request.Query.TryGetValue("version", out var version) ? version.ToString() : null,
                    caller.KnownActor.Id,
                    request.HttpContext.RequestAborted
                );
                await audits.WriteAsync(caller.KnownActor.Id, "form.update.publish", found.Scope, null, CancellationToken.None);
                return Json.Success();
            }
        );

    [Function("PutFormDraftAttachment")]
    [Takes("*/*")]
    [Answers(typeof(FormAttachmentAnswer))]
    public Task<IResult> PutAttachment(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/draft/attachments/{name}")]
            HttpRequest request,
        int projectId,
        string form,
        string name
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await access.WithAsync(request, caller, Verb.FormUpdate, projectId, form);
                var type =
                    string.IsNullOrEmpty(request.ContentType) || request.ContentType.StartsWith("*/*", StringComparison.Ordinal)
                        ? null
                        : request.ContentType;
                var file = await media.PutAsync(found.Project, found.Id, RouteText.Decode(name), request.Body, type, cancellationToken);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "form.attachment.update",
                    found.Scope,
                    new { name = file.Name, exists = true },
                    CancellationToken.None
                );
                return Json.Ok(FormShapes.Attachment(file));
            }
        );

    [Function("LinkFormDraftAttachment")]
    [Takes(typeof(AttachmentLinkBody))]
    [Answers(typeof(FormAttachmentAnswer))]
    public Task<IResult> LinkAttachment(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}/forms/{form}/draft/attachments/{name}")]
            HttpRequest request,
        int projectId,
        string form,
        string name
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await access.WithAsync(request, caller, Verb.FormUpdate, projectId, form);
                caller.Actor.Require(Verb.EntityList, Scope.Of(found.Project));
                var linked =
                    Json.Flag(await Json.ReadAsync(request, caller, cancellationToken), "dataset")
                    ?? throw Problem.MissingParameter("dataset").AsException();
                var slot = await media.LinkAsync(found.Project, found.Id, RouteText.Decode(name), linked, cancellationToken);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "form.attachment.update",
                    found.Scope,
                    new
                    {
                        name = slot.Name,
                        exists = slot.Exists,
                        dataset = slot.Dataset,
                    },
                    CancellationToken.None
                );
                return Json.Ok(FormShapes.Attachment(slot));
            },
            bodyShowsCsrf: true
        );

    [Function("DeleteFormDraftAttachment")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> DeleteAttachment(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/forms/{form}/draft/attachments/{name}")]
            HttpRequest request,
        int projectId,
        string form,
        string name
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await access.WithAsync(request, caller, Verb.FormUpdate, projectId, form);
                await media.EmptyAsync(found.Project, found.Id, RouteText.Decode(name), request.HttpContext.RequestAborted);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "form.attachment.update",
                    found.Scope,
                    new { name = RouteText.Decode(name), exists = false },
                    CancellationToken.None
                );
                return Json.Success();
            }
        );
}
