using System.Xml;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>
/// A dataset as a whole: the CSV file, and the integrity call by which phones learn of deleted entities (OR-143 to OR-146).
/// </summary>
public sealed class EntityListFunctions(
    EndpointPipeline pipeline,
    ProjectDirectory projects,
    DatasetDirectory datasets,
    EntityLists entities,
    FormDirectory forms,
    FormAccess access,
    EntityCsv csv,
    EntityExport export,
    TimeProvider clock
)
{
    private const string GeoJsonType = "application/json; charset=utf-8";

    [Function("ExportEntities")]
    [Query(QueryType.Text, "$filter", "$search")]
    [AnswersAs("text/csv")]
    public Task<IResult> Export(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities.csv")]
            HttpRequest request,
        int projectId,
        string dataset
    ) =>
        pipeline.DownloadAsync(
            request,
            async caller =>
            {
                var found = await FindAsync(request, projectId, dataset);
                caller.Actor.Require(Verb.EntityList, Scope.Of(found.Project));
                var query = EntityQuery.ParseFile(QueryOf(request), clock.GetUtcNow());
                if (query.ReadAtMost is not null)
                {
                    throw Problem.NotSupported(SearchLimit.Name).AsException();
                }
                var list = await entities.OfAsync(found, EntityView.All, request.HttpContext.RequestAborted);
                return csv.Of(request, $"{found.Name}.csv", list, query.Selection);
            }
        );

    [Function("ExportTrashedEntities")]
    [Query(QueryType.Text, "$filter", "$search")]
    [AnswersAs("text/csv")]
    public Task<IResult> ExportTrashed(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/trash/datasets/{trashedDataset:int}/entities.csv"
        )]
            HttpRequest request,
        int projectId,
        int trashedDataset
    ) =>
        pipeline.DownloadAsync(
            request,
            async caller =>
            {
                var project = await projects.WithAsync(request, caller, Verb.EntityList, projectId);
                var found = (await datasets.ListTrashAsync(project.Id, request.HttpContext.RequestAborted)).FirstOrDefault(dataset =>
                    dataset.TrashNumber == trashedDataset
                );
                var list = await entities.OfAsync(
                    found ?? throw Problem.NotFound().AsException(),
                    EntityView.All,
                    request.HttpContext.RequestAborted
                );
                return csv.Of(request, $"{found.Name}-deleted.csv", list, EntitySelection.All);
            }
        );

    [Function("ExportEntityGeoJson")]
    [Query(QueryType.Text, "$filter", "$search")]
    [Answers(typeof(FeaturesAnswer))]
    public Task<IResult> ExportGeoJson(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/datasets/{dataset}/entities.geojson"
        )]
            HttpRequest request,
        int projectId,
        string dataset
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await FindAsync(request, projectId, dataset);
                caller.Actor.Require(Verb.EntityList, Scope.Of(found.Project));
                var query = EntityQuery.ParseFile(QueryOf(request), clock.GetUtcNow());
                return HttpMethods.IsHead(request.Method)
                    ? Results.Bytes([], GeoJsonType)
                    : Results.Stream(
                        output => export.WriteGeoJsonAsync(found, query, output, request.HttpContext.RequestAborted),
                        GeoJsonType
                    );
            }
        );

    private static IEnumerable<KeyValuePair<string, string>> QueryOf(HttpRequest request) =>
        request.Query.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()));

    [Function("GetEntityIntegrity")]
    [Speaks(AnswerKind.OpenRosa)]
    [Query(QueryType.Text, "id")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetIntegrity(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/datasets/{dataset}/integrity")]
            HttpRequest request,
        int projectId,
        string dataset
    ) => pipeline.OpenRosaAsync(request, caller => IntegrityAsync(request, caller, projectId, dataset));

    [Function("GetEntityIntegrityWithKey")]
    [Speaks(AnswerKind.OpenRosa)]
    [Query(QueryType.Text, "id")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetIntegrityWithKey(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/key/{key}/projects/{projectId:int}/datasets/{dataset}/integrity"
        )]
            HttpRequest request,
        int projectId,
        string dataset
    ) => pipeline.OpenRosaAsync(request, caller => IntegrityAsync(request, caller, projectId, dataset));

    [Function("GetEntityIntegrityOfDraft")]
    [Speaks(AnswerKind.OpenRosa)]
    [Query(QueryType.Text, "id")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetIntegrityOfDraft(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/datasets/{dataset}/integrity"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string dataset
    ) =>
        pipeline.OpenRosaAsync(
            request,
            async caller => await OfDraftAsync(request, await access.DraftAsync(request, caller, projectId, form), dataset)
        );

    [Function("GetEntityIntegrityOfTestDraft")]
    [Speaks(AnswerKind.OpenRosa)]
    [OpenToAll]
    [Query(QueryType.Text, "id")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetIntegrityOfTestDraft(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/test/{draftToken}/projects/{projectId:int}/forms/{form}/draft/datasets/{dataset}/integrity"
        )]
            HttpRequest request,
        string draftToken,
        int projectId,
        string form,
        string dataset
    ) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.OpenRosa,
            async () =>
                await OfDraftAsync(
                    request,
                    await access.TestDraftAsync(
                        RouteText.Decode(draftToken),
                        new ProjectId(projectId),
                        RouteText.Decode(form),
                        Problem.NotFound(),
                        request.HttpContext.RequestAborted
                    ),
                    dataset
                )
        );

    // For callers who may list entities, and for those who get the dataset with a form.
    private async Task<IResult> IntegrityAsync(HttpRequest request, Caller caller, int project, string dataset)
    {
        var found = await FindAsync(request, project, dataset);
        if (
            !caller.Actor.May(Verb.EntityList, Scope.Of(found.Project))
            && !(await forms.ListAsync(found.Project, request.HttpContext.RequestAborted)).Any(form =>
                GetsWith(caller.KnownActor, form, found)
            )
        )
        {
            throw Problem.NotAllowed().AsException();
        }
        return Answer(request, EntityLists.ViewOf(caller.Actor)(found), found);
    }

    private static bool GetsWith(Actor actor, Form form, Dataset dataset) =>
        form is { Published: not null, State: not FormState.Closed }
        && form.Published.LinkedDatasets.Contains(dataset.Name)
        && actor.MayRead(form);

    // Only a dataset that the draft is linked to.
    private async Task<IResult> OfDraftAsync(HttpRequest request, ReadableForm draft, string dataset)
    {
        var name = RouteText.Decode(dataset);
        var media = await forms.ListMediaAsync(draft.Form.Project, draft.Definition, request.HttpContext.RequestAborted);
        if (media.All(slot => slot.Dataset != name))
        {
            throw Problem.NotFound().AsException();
        }
        var found = await datasets.GetAsync(draft.Form.Project, name, request.HttpContext.RequestAborted);
        return Answer(request, EntityLists.OfDraft(found), found);
    }

    private IResult Answer(HttpRequest request, EntityView view, Dataset dataset)
    {
        var ids = request
            .Query["id"]
            .ToString()
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(EntityId.Parse)
            .ToList();
        return OpenRosaResponse.Streamed(
            (xml, cancellationToken) => WriteAsync(xml, entities.ReadStandingsAsync(dataset, view, ids, cancellationToken))
        );
    }

    private static async Task WriteAsync(XmlWriter xml, IAsyncEnumerable<EntityStanding> standings)
    {
        await xml.WriteStartElementAsync(null, "data", null);
        await xml.WriteStartElementAsync(null, "entities", null);
        await foreach (var standing in standings)
        {
            await xml.WriteStartElementAsync(null, "entity", null);
            await xml.WriteAttributeStringAsync(null, "id", null, standing.Id.Value);
            await xml.WriteElementStringAsync(null, "deleted", null, standing.IsDeleted ? "true" : "false");
            await xml.WriteEndElementAsync();
        }
        await xml.WriteEndElementAsync();
        await xml.WriteEndElementAsync();
    }

    private async Task<Dataset> FindAsync(HttpRequest request, int project, string name)
    {
        var found = await projects.GetAsync(new ProjectId(project), request.HttpContext.RequestAborted);
        return await datasets.GetAsync(found.Id, RouteText.Decode(name), request.HttpContext.RequestAborted);
    }
}
