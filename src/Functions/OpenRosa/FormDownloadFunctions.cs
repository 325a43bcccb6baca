using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Central;
using ServerlessRosa.Functions.OData;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenRosa;

/// <summary>
/// A form's XML, and the workbook that it was made from, as they were uploaded, byte for byte (OR-111 to OR-119, XF-010). Their paths
/// differ from those of the form's details and of its OData service document only in the ending (`trees`, `trees.xml`, `trees.xlsx`,
/// `trees.svc`), so one function answers all of them.
/// </summary>
[Speaks(AnswerKind.Download)]
public sealed class FormDownloadFunctions(
    EndpointPipeline pipeline,
    FormDirectory forms,
    FormAccess access,
    FormShapes shapes,
    ODataAnswers odata
)
{
    private const string XmlEnding = ".xml";
    private static readonly string[] Endings = [XmlEnding, ".xlsx", ".xls"];

    [Function("GetForm")]
    [Query(QueryType.Text, "$format")]
    [Answers(typeof(ODataServiceAnswer), ODataServiceAnswer.MediaType)]
    [Query(QueryType.Text, "limit", "offset")]
    [Answers(typeof(FormAnswer))]
    [AnswersAs("application/xml")]
    [AnswersAs("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [AnswersAs("application/vnd.ms-excel")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}")] HttpRequest request,
        int projectId,
        string form
    ) => PublishedAsync(request, projectId, form);

    [Function("GetFormWithKey")]
    [Query(QueryType.Text, "limit", "offset")]
    [Answers(typeof(FormAnswer))]
    [AnswersAs("application/xml")]
    [AnswersAs("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [AnswersAs("application/vnd.ms-excel")]
    public Task<IResult> GetWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}")]
            HttpRequest request,
        int projectId,
        string form
    ) => PublishedAsync(request, projectId, form);

    [Function("GetFormVersion")]
    [Query(QueryType.Text, "limit", "offset")]
    [Answers(typeof(FormAnswer))]
    [AnswersAs("application/xml")]
    [AnswersAs("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [AnswersAs("application/vnd.ms-excel")]
    public Task<IResult> GetVersion(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/versions/{version}")]
            HttpRequest request,
        int projectId,
        string form,
        string version
    ) => VersionAsync(request, projectId, form, version);

    [Function("GetFormVersionWithKey")]
    [Query(QueryType.Text, "limit", "offset")]
    [Answers(typeof(FormAnswer))]
    [AnswersAs("application/xml")]
    [AnswersAs("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [AnswersAs("application/vnd.ms-excel")]
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
    [Query(QueryType.Text, "limit", "offset")]
    [AnswersAs("application/xml")]
    public Task<IResult> GetDraftXml(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft.xml")]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.DownloadAsync(request, async caller => await XmlAsync(request, await DraftAsync(request, caller, projectId, form)));

    [Function("GetFormDraftXls")]
    [AnswersAs("application/vnd.ms-excel")]
    public Task<IResult> GetDraftXls(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft.xls")]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.RestAsync(request, async caller => Workbook(await DraftAsync(request, caller, projectId, form), ".xls"));

    [Function("GetFormDraftXlsx")]
    [AnswersAs("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    public Task<IResult> GetDraftXlsx(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft.xlsx")]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.RestAsync(request, async caller => Workbook(await DraftAsync(request, caller, projectId, form), ".xlsx"));

    [Function("GetFormTestDraftXml")]
    [OpenToAll]
    [Query(QueryType.Text, "limit", "offset")]
    [AnswersAs("application/xml")]
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
        var (name, ending) = Split(RouteText.Decode(form));
        async Task<IResult> Answer(Caller caller)
        {
            if (
                ending.Length == 0
                && ODataAnswers.FormOfService(name) is { } service
                && !await access.ExistsAsync(new ProjectId(project), name, request.HttpContext.RequestAborted)
            )
            {
                return await odata.PublishedAsync(request, caller, project, service);
            }
            var found = await access.PublishedAsync(caller.KnownActor, new ProjectId(project), name, request.HttpContext.RequestAborted);
            return await AnswerAsync(request, found, ending);
        }
        return ending == XmlEnding ? pipeline.DownloadAsync(request, Answer) : pipeline.RestAsync(request, Answer);
    }

    private Task<IResult> VersionAsync(HttpRequest request, int project, string form, string version)
    {
        var (name, ending) = Split(RouteText.Decode(version));
        async Task<IResult> Answer(Caller caller)
        {
            var found = await access.VersionAsync(
                caller.KnownActor,
                new ProjectId(project),
                RouteText.Decode(form),
                name,
                request.HttpContext.RequestAborted
            );
            return await AnswerAsync(request, found, ending);
        }
        return ending == XmlEnding ? pipeline.DownloadAsync(request, Answer) : pipeline.RestAsync(request, Answer);
    }

    private async Task<IResult> AnswerAsync(HttpRequest request, ReadableForm found, string ending) =>
        ending switch
        {
            XmlEnding => await XmlAsync(request, found),
            "" => Json.Ok(await shapes.FormAsync(request, found.Form, found.Definition)),
            _ => Workbook(found, ending),
        };

    // The ending of the XML is exact; no form id ends like a workbook, in any case (OR-149).
    private static (string Name, string Ending) Split(string name)
    {
        var ending = Endings.FirstOrDefault(
            ending => name.EndsWith(ending, ending == XmlEnding ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase),
            ""
        );
        return (name[..^ending.Length], ending);
    }

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

    private async Task<IResult> XmlAsync(HttpRequest request, ReadableForm found)
    {
        // A 304 needs no read of the content.
        if (Revalidation.Matches(request.Headers.IfNoneMatch, found.Definition.ETag))
        {
            request.HttpContext.Response.Headers.ETag = found.Definition.ETag;
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }
        var xml = await forms.ReadXmlAsync(found.Form.Project, found.Definition, request.HttpContext.RequestAborted);
        request.HttpContext.Response.Headers.ETag = found.Definition.ETag;
        return Results.Bytes(xml, "application/xml; charset=utf-8");
    }

    // Refuses a form that was uploaded as XML, or as a workbook with the other content type (404.1).
    private FileResult Workbook(ReadableForm found, string ending) =>
        found.Definition.Workbook is { } workbook && workbook.ContentType == WorkbookType.OfEnding(ending)
            ? new FileResult(
                found.Form.Id.Value + ending,
                workbook.ContentType,
                workbook.Md5,
                workbook.Size,
                (offset, length, cancellationToken) => forms.OpenWorkbookAsync(workbook, offset, length, cancellationToken)
            )
            : throw Problem.NotFound().AsException();
}
