using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OData;

/// <summary>The addresses that only OData has (OR-276 to OR-279). The service document is answered where the form is, `Submissions` where
/// its submissions are listed.</summary>
public sealed class ODataFunctions(EndpointPipeline pipeline, ODataAnswers answers)
{
    [Function("GetODataMetadata")]
    [Query(QueryType.Text, "$format")]
    [AnswersAs("application/xml")]
    public Task<IResult> GetMetadata(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}.svc/$metadata")]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.RestAsync(request, caller => answers.PublishedAsync(request, caller, projectId, RouteText.Decode(form), "$metadata"));

    [Function("GetODataRows")]
    [Query(QueryType.Text, "$expand", "$filter", "$format", "$orderby", "$select", "$skiptoken")]
    [Query(QueryType.Number, "$skip", "$top", "readAtMost")]
    [Query(QueryType.Flag, "$count", "$wkt")]
    [Answers(typeof(ODataRowsAnswer), ODataServiceAnswer.MediaType)]
    public Task<IResult> GetRows(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}.svc/{table:regex(^Submissions[.(])}/{*rest}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string table,
        string rest
    ) =>
        pipeline.RestAsync(
            request,
            caller =>
                answers.PublishedAsync(
                    request,
                    caller,
                    projectId,
                    RouteText.Decode(form),
                    [RouteText.Decode(table), .. Segments(request, rest)]
                )
        );

    [Function("GetDraftOData")]
    [Query(QueryType.Text, "$expand", "$filter", "$format", "$orderby", "$select", "$skiptoken")]
    [Query(QueryType.Number, "$skip", "$top", "readAtMost")]
    [Query(QueryType.Flag, "$count", "$wkt")]
    [Answers(typeof(ODataServiceAnswer), ODataServiceAnswer.MediaType)]
    [Answers(typeof(ODataRowsAnswer), ODataServiceAnswer.MediaType)]
    [AnswersAs("application/xml")]
    public Task<IResult> GetDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft.svc/{*rest}")]
            HttpRequest request,
        int projectId,
        string form,
        string rest
    ) =>
        pipeline.RestAsync(
            request,
            caller => answers.DraftAsync(request, caller, projectId, RouteText.Decode(form), Segments(request, rest))
        );

    private static string[] Segments(HttpRequest request, string? rest) =>
        [.. (rest ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries).Select(segment => RouteText.Decode(segment))];
}
