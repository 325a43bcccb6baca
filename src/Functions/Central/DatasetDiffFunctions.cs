using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The changes that a form, or the publication of its draft, makes to the datasets of its project.</summary>
public sealed class DatasetDiffFunctions(EndpointPipeline pipeline, FormAccess access, DatasetDiff diff)
{
    [Function("GetDatasetDiff")]
    [Answers(typeof(IEnumerable<DatasetDiffAnswer>))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/dataset-diff")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await access.WithAsync(request, caller, Verb.FormRead, projectId, form);
                var definition = found.Published ?? throw Problem.NotFound().AsException();
                var differences = await diff.RunAsync(found.Project, definition, request.HttpContext.RequestAborted);
                return Json.Ok(
                    differences.Select(dataset => new DatasetDiffAnswer(
                        dataset.Name,
                        dataset.Properties.Select(property => new PropertyDiffAnswer(property.Name, property.InForm))
                    ))
                );
            }
        );

    [Function("GetDraftDatasetDiff")]
    [Answers(typeof(IReadOnlyList<DatasetDifference>))]
    public Task<IResult> GetOfDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/dataset-diff")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await access.DraftAsync(request, caller, projectId, form);
                return Json.Ok(await diff.RunAsync(found.Form.Project, found.Definition, request.HttpContext.RequestAborted));
            }
        );
}
