using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Central;
using ServerlessRosa.Functions.OData;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenRosa;

/// <summary>
/// A form's XML as it was uploaded, byte for byte (OR-111 to OR-119). The path of the XML differs from that of the form's
/// details and of its OData service document only in the ending (`trees`, `trees.xml`, `trees.svc`), so one function answers all three.
/// </summary>
public sealed class FormDownloadFunctions(
    EndpointPipeline pipeline,
    FormDirectory forms,
    FormAccess access,
    FormShapes shapes,
    ODataAnswers odata
)
{
    private const string XmlEnding = ".xml";
    private static readonly string[] WorkbookEndings = [".xls", ".xlsx"];

    [Function("GetForm")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}")] HttpRequest request,
        int projectId,
        string form
    ) => PublishedAsync(request, projectId, form);

    [Function("GetFormWithKey")]
    public Task<IResult> GetWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}")]
            HttpRequest request,
        int projectId,
        string form
    ) => PublishedAsync(request, projectId, form);

    [Function("GetFormVersion")]
    public Task<IResult> GetVersion(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/versions/{version}")]
            HttpRequest request,
        int projectId,
        string form,
        string version
    ) => VersionAsync(request, projectId, form, version);

    [Function("GetFormVersionWithKey")]
    public Task<IResult> GetVersionWithKey(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}/versions/{version}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string version
    ) => VersionAsync(request, projectId, form, version);

    [Function("GetFormDraftXml")]
    public Task<IResult> GetDraftXml(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft.xml")]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.DownloadAsync(request, async caller => await XmlAsync(request, await DraftAsync(request, caller, projectId, form)));

    [Function("GetFormTestDraftXml")]
    public Task<IResult> GetTestDraftXml(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/test/{draftToken}/projects/{projectId:int}/forms/{form}/draft.xml"
        )]
            HttpRequest request,
        string draftToken,
        int projectId,
        string form
    ) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            async () => await XmlAsync(request, await TestDraftAsync(request, draftToken, projectId, form))
        );

    private Task<IResult> PublishedAsync(HttpRequest request, int project, string form)
    {
        var name = RouteText.Decode(form);
        var asXml = name.EndsWith(XmlEnding, StringComparison.Ordinal);
        async Task<IResult> Answer(Caller caller)
        {
            RefuseWorkbook(name);
            if (
                ODataAnswers.FormOfService(name) is { } service
                && !await access.ExistsAsync(new ProjectId(project), name, request.HttpContext.RequestAborted)
            )
            {
                return await odata.PublishedAsync(request, caller, project, service);
            }
            var found = await access.PublishedAsync(
                caller.KnownActor,
                new ProjectId(project),
                asXml ? name[..^XmlEnding.Length] : name,
                request.HttpContext.RequestAborted
            );
            return asXml ? await XmlAsync(request, found) : Json.Ok(await shapes.FormAsync(request, found.Form, found.Definition));
        }
        return asXml ? pipeline.DownloadAsync(request, Answer) : pipeline.RestAsync(request, Answer);
    }

    private Task<IResult> VersionAsync(HttpRequest request, int project, string form, string version)
    {
        var name = RouteText.Decode(version);
        var asXml = name.EndsWith(XmlEnding, StringComparison.Ordinal);
        async Task<IResult> Answer(Caller caller)
        {
            RefuseWorkbook(name);
            var found = await access.VersionAsync(
                caller.KnownActor,
                new ProjectId(project),
                RouteText.Decode(form),
                asXml ? name[..^XmlEnding.Length] : name,
                request.HttpContext.RequestAborted
            );
            return asXml ? await XmlAsync(request, found) : Json.Ok(await shapes.FormAsync(request, found.Form, found.Definition));
        }
        return asXml ? pipeline.DownloadAsync(request, Answer) : pipeline.RestAsync(request, Answer);
    }

    private Task<ReadableForm> DraftAsync(HttpRequest request, Caller caller, int project, string form) =>
        access.DraftAsync(caller.KnownActor, new ProjectId(project), RouteText.Decode(form), request.HttpContext.RequestAborted);

    private Task<ReadableForm> TestDraftAsync(HttpRequest request, string draftToken, int project, string form) =>
        access.TestDraftAsync(
            RouteText.Decode(draftToken),
            new ProjectId(project),
            RouteText.Decode(form),
            Problem.NotFound(),
            request.HttpContext.RequestAborted
        );

    private async Task<IResult> XmlAsync(HttpRequest request, ReadableForm found)
    {
        // What the client has needs not be read to say so.
        if (Revalidation.Matches(request.Headers.IfNoneMatch, found.Definition.ETag))
        {
            request.HttpContext.Response.Headers.ETag = found.Definition.ETag;
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }
        var xml = await forms.ReadXmlAsync(found.Form.Project, found.Definition, request.HttpContext.RequestAborted);
        request.HttpContext.Response.Headers.ETag = found.Definition.ETag;
        return Results.Bytes(xml, "application/xml; charset=utf-8");
    }

    // No workbook is ever stored, and no form can have such an id (OR-118).
    private static void RefuseWorkbook(string name)
    {
        if (WorkbookEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
        {
            throw Problem.NotFound().AsException();
        }
    }
}
