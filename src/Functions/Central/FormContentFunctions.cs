using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Fields and attachments of a form: of the published version, of an earlier version, and of the draft.</summary>
public sealed class FormContentFunctions(EndpointPipeline pipeline, FormDirectory forms, FormAccess access, ExportSource exports)
{
    [Function("ListFormFields")]
    [Query(QueryType.Flag, "odata")]
    [Answers(typeof(IEnumerable<FormFieldAnswer>))]
    public Task<IResult> ListFields(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/fields")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller => await FieldsAsync(request, await access.PublishedAsync(request, caller, projectId, form))
        );

    [Function("ListFormVersionFields")]
    [Query(QueryType.Flag, "odata")]
    [Answers(typeof(IEnumerable<FormFieldAnswer>))]
    public Task<IResult> ListVersionFields(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/versions/{version}/fields"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string version
    ) =>
        pipeline.RestAsync(
            request,
            async caller => await FieldsAsync(request, await access.VersionAsync(request, caller, projectId, form, version))
        );

    [Function("ListFormDraftFields")]
    [Query(QueryType.Flag, "odata")]
    [Answers(typeof(IEnumerable<FormFieldAnswer>))]
    public Task<IResult> ListDraftFields(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/fields")]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.RestAsync(request, async caller => await FieldsAsync(request, await access.DraftAsync(request, caller, projectId, form)));

    [Function("ListFormAttachments")]
    [Answers(typeof(IEnumerable<FormAttachmentAnswer>))]
    public Task<IResult> ListAttachments(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/attachments")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller => await AttachmentsAsync(request, await access.PublishedAsync(request, caller, projectId, form))
        );

    [Function("ListFormVersionAttachments")]
    [Answers(typeof(IEnumerable<FormAttachmentAnswer>))]
    public Task<IResult> ListVersionAttachments(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/versions/{version}/attachments"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string version
    ) =>
        pipeline.RestAsync(
            request,
            async caller => await AttachmentsAsync(request, await access.VersionAsync(request, caller, projectId, form, version))
        );

    [Function("ListFormDraftAttachments")]
    [Answers(typeof(IEnumerable<FormAttachmentAnswer>))]
    public Task<IResult> ListDraftAttachments(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/attachments")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller => await AttachmentsAsync(request, await access.DraftAsync(request, caller, projectId, form))
        );

    private async Task<IResult> FieldsAsync(HttpRequest request, ReadableForm found)
    {
        var xml = await forms.ReadXmlAsync(found.Form.Project, found.Definition, request.HttpContext.RequestAborted);
        var fields = XFormReader.Read(xml).Fields;
        if (Flags.IsTrue(request, "odata"))
        {
            var names = await exports.ReadNamesAsync(found, fields, request.HttpContext.RequestAborted) ?? ODataNames.Of([fields]);
            return Json.Ok(fields.Select(names.Rename).Select(FormShapes.Field));
        }
        return Json.Ok(fields.Select(FormShapes.Field));
    }

    private async Task<IResult> AttachmentsAsync(HttpRequest request, ReadableForm found)
    {
        var media = await forms.ListMediaAsync(found.Form.Project, found.Definition, request.HttpContext.RequestAborted);
        return Json.Ok(media.Select(FormShapes.Attachment));
    }
}
