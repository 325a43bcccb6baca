using System.Globalization;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.OData;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Entities one by one, in ODK Central's words.</summary>
public sealed class EntityFunctions(
    EndpointPipeline pipeline,
    ProjectDirectory projects,
    DatasetDirectory datasets,
    EntityDirectory entities,
    CreateEntities createEntities,
    EntityODataAnswers odata,
    EntityShapes shapes,
    AuditLog audits,
    IOptions<RosaOptions> options
)
{
    [Function("ListEntities")]
    [Query(QueryType.Text, "$filter", "$format", "$orderby", "$search", "$select", "$skiptoken")]
    [Query(QueryType.Number, "$skip", "$top", "readAtMost")]
    [Query(QueryType.Flag, "$count")]
    [Answers(typeof(ODataRowsAnswer), ODataServiceAnswer.MediaType)]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Flag, "deleted")]
    [Answers(typeof(IAsyncEnumerable<EntityAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities")]
            HttpRequest request,
        int projectId,
        string dataset
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                if (EntityODataAnswers.DatasetOfEntities(request, dataset) is { } service)
                {
                    return await odata.EntitiesAsync(request, caller, projectId, service);
                }
                var found = await FindAsync(request, caller, Verb.EntityList, projectId, dataset);
                var paging = Paging.Of(request);
                var rows = entities
                    .ListAsync(found, Flags.IsTrue(request, "deleted"), paging.Offset, paging.Limit, cancellationToken)
                    .Select(
                        async (DatasetEntity entity, CancellationToken _) =>
                            await shapes.EntityAsync(request, found.Project, entity, withData: false)
                    );
                return await Json.StreamAsync(rows, cancellationToken);
            }
        );

    [Function("CreateEntity")]
    [Takes(typeof(NewEntityBody))]
    [Takes(typeof(NewEntitiesBody))]
    [Answers(typeof(EntityAnswer))]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities")]
            HttpRequest request,
        int projectId,
        string dataset
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await FindAsync(request, caller, Verb.EntityCreate, projectId, dataset);
                var body = await Json.ReadAsync(request, caller, options.Value.MaxXmlBytes, cancellationToken);
                if (EntityBody.ReadMany(body) is var (source, many))
                {
                    await createEntities.RunAsync(found, many, source, Editor(request, caller), cancellationToken);
                    await audits.WriteAsync(
                        caller.KnownActor.Id,
                        "entity.bulk.create",
                        Scope.Of(found.Project),
                        new { dataset = found.Name, source },
                        CancellationToken.None
                    );
                    return Json.Success();
                }
                var (id, edit) = EntityBody.Read(body);
                var entity = await entities.CreateAsync(found, id, edit, Editor(request, caller), cancellationToken);
                await AuditAsync(caller, "entity.create", found, id);
                return Json.Ok(await shapes.EntityAsync(request, found.Project, entity, withData: true));
            },
            bodyShowsCsrf: true
        );

    [Function("GetEntity")]
    [Answers(typeof(EntityAnswer))]
    [Answers(typeof(IEnumerable<ActorAnswer>))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities/{uuid}")]
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
                if (RouteText.Decode(uuid) == "creators")
                {
                    return Json.Ok(await shapes.CreatorsAsync(found, request.HttpContext.RequestAborted));
                }
                var entity = await entities.GetWholeAsync(found, Id(request, uuid), request.HttpContext.RequestAborted);
                return Json.Ok(await shapes.EntityAsync(request, found.Project, entity, withData: true));
            }
        );

    [Function("ListEntityVersions")]
    [Query(QueryType.Flag, "relevantToConflict")]
    [Answers(typeof(List<EntityVersionAnswer>))]
    public Task<IResult> ListVersions(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities/{uuid}/versions"
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
                var (entity, versions) = await entities.ListVersionsAsync(found, Id(request, uuid), request.HttpContext.RequestAborted);
                var listed = new List<EntityVersionAnswer>();
                foreach (var described in EntityConflicts.Describe(entity, versions))
                {
                    if (described.IsRelevant || !Flags.IsTrue(request, "relevantToConflict"))
                    {
                        listed.Add(await shapes.DescribedAsync(request, found.Project, described));
                    }
                }
                return Json.Ok(listed);
            }
        );

    [Function("ChangeEntity")]
    [Query(QueryType.Flag, "force", "resolve")]
    [Query(QueryType.Number, "baseVersion")]
    [Takes(typeof(EntityChangeBody))]
    [Answers(typeof(EntityAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities/{uuid}")]
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
                var found = await FindAsync(request, caller, Verb.EntityUpdate, projectId, dataset);
                var id = Id(request, uuid);
                var body = await Json.ReadAsync(request, caller, cancellationToken);
                var resolves = Flags.IsTrue(request, "resolve");
                var edit = EntityBody.IsEmpty(body) && resolves ? null : EntityBody.ReadEdit(body);
                var changed = await entities.ChangeAsync(
                    found,
                    id,
                    edit,
                    await BaseVersionAsync(request, found, id),
                    resolves,
                    Editor(request, caller),
                    cancellationToken
                );
                if (edit is not null)
                {
                    await AuditAsync(caller, "entity.update.version", found, id);
                }
                if (resolves)
                {
                    await AuditAsync(caller, "entity.update.resolve", found, id);
                }
                return Json.Ok(await shapes.EntityAsync(request, found.Project, changed, withData: true));
            },
            bodyShowsCsrf: true
        );

    [Function("DeleteEntity")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities/{uuid}")]
            HttpRequest request,
        int projectId,
        string dataset,
        string uuid
    ) =>
        pipeline.RestAsync(request, caller => SetDeletedAsync(request, caller, Verb.EntityDelete, projectId, dataset, uuid, deleted: true));

    [Function("RestoreEntity")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Restore(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities/{uuid}/restore"
        )]
            HttpRequest request,
        int projectId,
        string dataset,
        string uuid
    ) =>
        pipeline.RestAsync(
            request,
            caller => SetDeletedAsync(request, caller, Verb.EntityRestore, projectId, dataset, uuid, deleted: false)
        );

    private async Task<IResult> SetDeletedAsync(
        HttpRequest request,
        Caller caller,
        string verb,
        int project,
        string dataset,
        string uuid,
        bool deleted
    )
    {
        var found = await FindAsync(request, caller, verb, project, dataset);
        var id = Id(request, uuid);
        await entities.SetDeletedAsync(found, id, deleted, caller.KnownActor.Id, request.HttpContext.RequestAborted);
        await AuditAsync(caller, deleted ? "entity.delete" : "entity.restore", found, id);
        return Json.Success();
    }

    // A request with neither `baseVersion` nor `force` is refused.
    private async Task<int?> BaseVersionAsync(HttpRequest request, Dataset dataset, EntityId id)
    {
        if (Flags.IsTrue(request, "force"))
        {
            return null;
        }
        if (!request.Query.TryGetValue("baseVersion", out var text))
        {
            throw Problem
                .EntityVersionConflict((await entities.GetAsync(dataset, id, request.HttpContext.RequestAborted)).Current.Number, null)
                .AsException();
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Problem.InvalidDataType(text.ToString(), "integer").AsException();
    }

    private static EntityEditor Editor(HttpRequest request, Caller caller) => new(caller.KnownActor.Id, Senders.AgentOf(request));

    private static EntityId Id(HttpRequest request, string uuid) => EntityId.Parse(RouteText.Decode(uuid));

    private async Task<Dataset> FindAsync(HttpRequest request, Caller caller, string verb, int project, string name)
    {
        var found = await projects.GetAsync(new ProjectId(project), request.HttpContext.RequestAborted);
        var dataset = await datasets.GetAsync(found.Id, RouteText.Decode(name), request.HttpContext.RequestAborted);
        caller.Actor.Require(verb, Scope.Of(found.Id));
        return dataset;
    }

    private Task AuditAsync(Caller caller, string action, Dataset dataset, EntityId id) =>
        audits.WriteAsync(
            caller.KnownActor.Id,
            action,
            Scope.Of(dataset.Project),
            new { entity = new { uuid = id.Value, dataset = dataset.Name } },
            CancellationToken.None
        );
}
