using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Central;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenRosa;

/// <summary>Media files of a form, as its manifest lists them (OR-136 to OR-142). A file that is linked to a dataset is its entity list as
/// CSV.</summary>
[Speaks(AnswerKind.Download)]
public sealed class FormAttachmentFunctions(EndpointPipeline pipeline, FormDirectory forms, FormAccess access, EntityLists entities)
{
    [Function("GetFormAttachment")]
    [Query(QueryType.Text, "limit", "offset")]
    [AnswersAs("*/*")]
    public Task<IResult> GetAttachment(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/attachments/{name}")]
            HttpRequest request,
        int projectId,
        string form,
        string name
    ) => pipeline.DownloadAsync(request, caller => AttachmentAsync(request, caller, projectId, form, name));

    [Function("GetFormAttachmentWithKey")]
    [Query(QueryType.Text, "limit", "offset")]
    [AnswersAs("*/*")]
    public Task<IResult> GetAttachmentWithKey(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string name
    ) => pipeline.DownloadAsync(request, caller => AttachmentAsync(request, caller, projectId, form, name));

    [Function("GetFormVersionAttachment")]
    [Query(QueryType.Text, "limit", "offset")]
    [AnswersAs("*/*")]
    public Task<IResult> GetVersionAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/versions/{version}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string version,
        string name
    ) => pipeline.DownloadAsync(request, caller => VersionAttachmentAsync(request, caller, projectId, form, version, name));

    [Function("GetFormVersionAttachmentWithKey")]
    [Query(QueryType.Text, "limit", "offset")]
    [AnswersAs("*/*")]
    public Task<IResult> GetVersionAttachmentWithKey(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}/versions/{version}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string version,
        string name
    ) => pipeline.DownloadAsync(request, caller => VersionAttachmentAsync(request, caller, projectId, form, version, name));

    [Function("GetFormDraftAttachment")]
    [Query(QueryType.Text, "limit", "offset")]
    [AnswersAs("*/*")]
    public Task<IResult> GetDraftAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string name
    ) =>
        pipeline.DownloadAsync(
            request,
            async caller => await FileAsync(request, await DraftAsync(request, caller, projectId, form), EntityLists.OfDraft, name)
        );

    [Function("GetFormTestDraftAttachment")]
    [OpenToAll]
    [Query(QueryType.Text, "limit", "offset")]
    [AnswersAs("*/*")]
    public Task<IResult> GetTestDraftAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/test/{draftToken}/projects/{projectId:int}/forms/{form}/draft/attachments/{name}"
        )]
            HttpRequest request,
        string draftToken,
        int projectId,
        string form,
        string name
    ) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            async () => await FileAsync(request, await TestDraftAsync(request, draftToken, projectId, form), EntityLists.OfDraft, name)
        );

    private async Task<IResult> AttachmentAsync(HttpRequest request, Caller caller, int project, string form, string name) =>
        await FileAsync(request, await access.PublishedAsync(request, caller, project, form), EntityLists.ViewOf(caller.Actor), name);

    private async Task<IResult> VersionAttachmentAsync(
        HttpRequest request,
        Caller caller,
        int project,
        string form,
        string version,
        string name
    ) =>
        await FileAsync(
            request,
            await access.VersionAsync(request, caller, project, form, version),
            EntityLists.ViewOf(caller.Actor),
            name
        );

    private Task<ReadableForm> DraftAsync(HttpRequest request, Caller caller, int project, string form) =>
        access.DraftAsync(request, caller, project, form);

    private Task<ReadableForm> TestDraftAsync(HttpRequest request, string draftToken, int project, string form) =>
        access.TestDraftAsync(
            RouteText.Decode(draftToken),
            new ProjectId(project),
            RouteText.Decode(form),
            Problem.NotFound(),
            request.HttpContext.RequestAborted
        );

    private async Task<IResult> FileAsync(HttpRequest request, ReadableForm found, Func<Dataset, EntityView> view, string name)
    {
        var file = await forms.GetMediaAsync(
            found.Form.Project,
            found.Definition,
            RouteText.Decode(name),
            request.HttpContext.RequestAborted
        );
        if (file.Dataset is { } dataset)
        {
            var list =
                await entities.FindAsync(found.Form.Project, dataset, view, request.HttpContext.RequestAborted)
                ?? throw Problem.NotFound().AsException();
            return EntityCsvResult.ForPhones(file.Name, list, entities);
        }
        return new FileResult(
            file.Name,
            file.ContentType!,
            file.Md5!,
            file.Size!.Value,
            (offset, length, cancellationToken) => forms.OpenMediaAsync(file, offset, length, cancellationToken)
        );
    }
}
