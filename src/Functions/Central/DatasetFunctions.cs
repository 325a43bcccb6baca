using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.OData;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Managing datasets.</summary>
public sealed class DatasetFunctions(
    EndpointPipeline pipeline,
    ProjectDirectory projects,
    DatasetDirectory datasets,
    WaitingEntities waiting,
    DeleteDataset delete,
    EntityODataAnswers odata,
    DatasetShapes shapes,
    AuditLog audits
)
{
    [Function("ListDatasets")]
    [Query(QueryType.Flag, "deleted")]
    [Answers(typeof(List<DatasetAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/datasets")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.WithAsync(request, caller, Verb.DatasetList, projectId);
                var listed = new List<DatasetAnswer>();
                var deleted = Flags.IsTrue(request, "deleted");
                foreach (
                    var dataset in deleted
                        ? await datasets.ListTrashAsync(project.Id, cancellationToken)
                        : await datasets.ListAsync(project.Id, cancellationToken)
                )
                {
                    listed.Add(await shapes.DatasetAsync(request, dataset));
                }
                return Json.Ok(listed);
            }
        );

    [Function("CreateDataset")]
    [Takes(typeof(NewDatasetBody))]
    [Answers(typeof(DatasetAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/datasets")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.WithAsync(request, caller, Verb.DatasetCreate, projectId);
                var body = await Json.ReadAsync(request, caller, cancellationToken);
                var settings = DatasetBody.Settings(body, project);
                var dataset = await datasets.CreateAsync(project.Id, Json.Text(body, "name"), settings, cancellationToken);
                await AuditAsync(caller, "dataset.create", dataset, Array.Empty<string>());
                return Json.Ok(await shapes.DetailsAsync(request, dataset));
            },
            bodyShowsCsrf: true
        );

    [Function("GetDataset")]
    [Query(QueryType.Text, "$filter", "$format", "$orderby", "$search", "$select", "$skiptoken")]
    [Query(QueryType.Number, "$skip", "$top", "readAtMost")]
    [Query(QueryType.Flag, "$count")]
    [Answers(typeof(DatasetAnswer))]
    [Answers(typeof(ODataServiceAnswer), ODataServiceAnswer.MediaType)]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/datasets/{dataset}")]
            HttpRequest request,
        int projectId,
        string dataset
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                EntityODataAnswers.DatasetOfService(RouteText.Decode(dataset)) is { } service
                    ? await odata.ServiceAsync(request, caller, projectId, service)
                    : Json.Ok(await shapes.DetailsAsync(request, await FindAsync(request, caller, Verb.DatasetRead, projectId, dataset)))
        );

    [Function("GetEntityODataMetadata")]
    [Query(QueryType.Text, "$format")]
    [AnswersAs("application/xml")]
    public Task<IResult> GetMetadata(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/datasets/{dataset}.svc/$metadata")]
            HttpRequest request,
        int projectId,
        string dataset
    ) => pipeline.RestAsync(request, caller => odata.MetadataAsync(request, caller, projectId, RouteText.Decode(dataset)));

    [Function("DeleteDataset")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/datasets/{dataset}")] HttpRequest request,
        int projectId,
        string dataset
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await FindAsync(request, caller, Verb.DatasetDelete, projectId, dataset);
                await delete.RunAsync(found, request.HttpContext.RequestAborted);
                await AuditAsync(caller, "dataset.delete", found, null);
                return Json.Success();
            }
        );

    [Function("DeleteDatasetProperty")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> DeleteProperty(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "delete",
            Route = "v1/projects/{projectId:int}/datasets/{dataset}/properties/{property}"
        )]
            HttpRequest request,
        int projectId,
        string dataset,
        string property
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await FindAsync(request, caller, Verb.DatasetUpdate, projectId, dataset);
                var name = RouteText.Decode(property);
                await delete.RemovePropertyAsync(found, name, request.HttpContext.RequestAborted);
                await AuditAsync(caller, "dataset.update.property.delete", found, new[] { name });
                return Json.Success();
            }
        );

    [Function("ChangeDataset")]
    [Query(QueryType.Text, "convert")]
    [Takes(typeof(DatasetChangeBody))]
    [Answers(typeof(DatasetAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}/datasets/{dataset}")] HttpRequest request,
        int projectId,
        string dataset
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await FindAsync(request, caller, Verb.DatasetUpdate, projectId, dataset);
                var project = await projects.GetAsync(found.Project, cancellationToken);
                var settings = DatasetBody.Settings(await Json.ReadAsync(request, caller, cancellationToken), project);
                var changed = await waiting.ChangeAsync(found, settings, DatasetBody.Converts(request), cancellationToken);
                await AuditAsync(caller, "dataset.update", found, DatasetBody.Changed(settings));
                return Json.Ok(await shapes.DetailsAsync(request, changed));
            },
            bodyShowsCsrf: true
        );

    [Function("AddDatasetProperty")]
    [Takes(typeof(NewDatasetPropertyBody))]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> AddProperty(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/datasets/{dataset}/properties")]
            HttpRequest request,
        int projectId,
        string dataset
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await FindAsync(request, caller, Verb.DatasetUpdate, projectId, dataset);
                var name = (await Json.ReadAsync<NewDatasetPropertyBody>(request, caller, cancellationToken)).Name;
                await datasets.AddPropertyAsync(found.Project, found.Name, name, cancellationToken);
                await AuditAsync(caller, "dataset.update", found, new[] { name });
                return Json.Success();
            },
            bodyShowsCsrf: true
        );

    private async Task<Dataset> FindAsync(HttpRequest request, Caller caller, string verb, int project, string name)
    {
        var found = await projects.GetAsync(new ProjectId(project), request.HttpContext.RequestAborted);
        var dataset = await datasets.GetAsync(found.Id, RouteText.Decode(name), request.HttpContext.RequestAborted);
        caller.Actor.Require(verb, Scope.Of(found.Id));
        return dataset;
    }

    private Task AuditAsync(Caller caller, string action, Dataset dataset, object? changed) =>
        audits.WriteAsync(
            caller.KnownActor.Id,
            action,
            Scope.Of(dataset.Project),
            new { dataset = dataset.Name, changed },
            CancellationToken.None
        );
}
