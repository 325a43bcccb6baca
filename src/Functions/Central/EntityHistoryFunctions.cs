using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Audits, diffs and location of an entity, and changes of several entities.</summary>
public sealed class EntityHistoryFunctions(
    EndpointPipeline pipeline,
    ProjectDirectory projects,
    DatasetDirectory datasets,
    EntityDirectory entities,
    TrashEntities trash,
    EntityShapes shapes,
    AuditLog audits,
    IOptions<RosaOptions> options
)
{
    [Function("ListEntityAudits")]
    [Query(QueryType.Number, "limit", "offset")]
    [Answers(typeof(IReadOnlyList<AuditAnswer>))]
    public Task<IResult> ListAudits(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities/{uuid}/audits"
        )]
            HttpRequest request,
        int projectId,
        string dataset,
        string uuid
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var paging = Paging.Of(request);
                var found = await FindAsync(request, caller, Verb.EntityRead, projectId, dataset);
                var id = EntityId.Parse(RouteText.Decode(uuid));
                var (_, versions) = await entities.ListVersionsAsync(found, id, cancellationToken);
                var events = await entities.ListEventsAsync(found, id, cancellationToken);
                var listed = versions
                    .Select(version => EntityShapes.Audit(found, id, version))
                    .Concat(events.Select(happened => EntityShapes.Audit(found, id, happened)))
                    .OrderByDescending(entry => entry.LoggedAt)
                    .Skip(paging.Offset)
                    .Take(paging.Limit ?? int.MaxValue);
                return Json.Ok(await shapes.AuditsAsync(request, found.Project, listed));
            }
        );

    [Function("ListEntityDiffs")]
    [Answers(typeof(IEnumerable<IEnumerable<EntityDiffAnswer>>))]
    public Task<IResult> ListDiffs(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities/{uuid}/diffs"
        )]
            HttpRequest request,
        int projectId,
        string dataset,
        string uuid
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await FindAsync(request, caller, Verb.EntityRead, projectId, dataset);
                var (_, versions) = await entities.ListVersionsAsync(
                    found,
                    EntityId.Parse(RouteText.Decode(uuid)),
                    request.HttpContext.RequestAborted
                );
                return Json.Ok(versions.Zip(versions.Skip(1), EntityShapes.Diff));
            }
        );

    [Function("GetEntityGeoJson")]
    [Answers(typeof(FeaturesAnswer))]
    public Task<IResult> GetGeoJson(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities/{uuid}/geojson"
        )]
            HttpRequest request,
        int projectId,
        string dataset,
        string uuid
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await FindAsync(request, caller, Verb.EntityRead, projectId, dataset);
                var entity = await entities.GetAsync(found, EntityId.Parse(RouteText.Decode(uuid)), request.HttpContext.RequestAborted);
                return Results.Bytes(EntityGeoJson.Of(entity), "application/json; charset=utf-8");
            }
        );

    [Function("DeleteEntities")]
    [Takes(typeof(EntityIdsBody))]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> DeleteMany(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities/bulk-delete")]
            HttpRequest request,
        int projectId,
        string dataset
    ) =>
        pipeline.RestAsync(
            request,
            caller => SetDeletedAsync(request, caller, Verb.EntityDelete, projectId, dataset, deleted: true),
            bodyShowsCsrf: true
        );

    [Function("RestoreEntities")]
    [Takes(typeof(EntityIdsBody))]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> RestoreMany(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities/bulk-restore")]
            HttpRequest request,
        int projectId,
        string dataset
    ) =>
        pipeline.RestAsync(
            request,
            caller => SetDeletedAsync(request, caller, Verb.EntityRestore, projectId, dataset, deleted: false),
            bodyShowsCsrf: true
        );

    private async Task<IResult> SetDeletedAsync(
        HttpRequest request,
        Caller caller,
        string verb,
        int projectId,
        string dataset,
        bool deleted
    )
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var found = await FindAsync(request, caller, verb, projectId, dataset);
        var ids = EntityBody.ReadIds(await Json.ReadAsync(request, caller, options.Value.MaxXmlBytes, cancellationToken));
        var changed = await trash.RunAsync(found, ids, deleted, caller.KnownActor.Id, cancellationToken);
        await audits.WriteAsync(
            caller.KnownActor.Id,
            deleted ? "entity.bulk.delete" : "entity.bulk.restore",
            Scope.Of(found.Project),
            new { dataset = found.Name, entityUuids = changed.Select(id => id.Value) },
            CancellationToken.None
        );
        return Json.Success();
    }

    private async Task<Dataset> FindAsync(HttpRequest request, Caller caller, string verb, int project, string name)
    {
        var found = await projects.GetAsync(new ProjectId(project), request.HttpContext.RequestAborted);
        var dataset = await datasets.GetAsync(found.Id, RouteText.Decode(name), request.HttpContext.RequestAborted);
        caller.Actor.Require(verb, Scope.Of(found.Id));
        return dataset;
    }
}
