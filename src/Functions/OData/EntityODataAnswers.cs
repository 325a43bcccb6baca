using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OData;

/// <summary>
/// Answers the OData addresses of a dataset, `people.svc/..`. Two of them differ only in an ending, or in a capital letter, from those of a
/// dataset and of its list of entities, whose functions ask here first.
/// </summary>
public sealed class EntityODataAnswers(
    ProjectDirectory projects,
    DatasetDirectory datasets,
    EntityExport export,
    Links links,
    TimeProvider clock
)
{
    private const string Ending = ".svc";
    private const string Entities = "Entities";
    private const string JsonType = "application/json; odata.metadata=minimal; charset=utf-8";

    /// <summary>The name of the dataset whose service document an address is; null otherwise. No dataset has a dot in its name.</summary>
    public static string? DatasetOfService(string name) => name.EndsWith(Ending, StringComparison.Ordinal) ? name[..^Ending.Length] : null;

    /// <summary>The same of an address that routing takes for the list of entities of a dataset `people.svc`.</summary>
    public static string? DatasetOfEntities(HttpRequest request, string name) =>
        request.Path.Value!.TrimEnd('/').EndsWith($"/{Entities}", StringComparison.Ordinal)
            ? DatasetOfService(RouteText.Decode(name))
            : null;

    public async Task<IResult> ServiceAsync(HttpRequest request, Caller caller, int project, string name)
    {
        var (_, service) = await FindAsync(request, caller, project, name, wantsXml: false);
        return Json.Ok(new ODataServiceAnswer($"{service}/$metadata", [ODataSetAnswer.Of(Entities)]), contentType: JsonType);
    }

    public async Task<IResult> MetadataAsync(HttpRequest request, Caller caller, int project, string name)
    {
        var (dataset, _) = await FindAsync(request, caller, project, name, wantsXml: true);
        return Results.Bytes(
            XmlOut.ToBytes(xml => EntityMetadataWriter.Write(xml, dataset), declaration: true),
            "application/xml; charset=utf-8"
        );
    }

    public async Task<IResult> EntitiesAsync(HttpRequest request, Caller caller, int project, string name)
    {
        var (dataset, service) = await FindAsync(request, caller, project, name, wantsXml: false);
        var query = EntityQuery.Parse(
            request.Query.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString())),
            dataset,
            clock.GetUtcNow()
        );
        return HttpMethods.IsHead(request.Method)
            ? Results.Bytes([], JsonType)
            : Results.Stream(
                output =>
                    export.WriteODataAsync(
                        dataset,
                        query,
                        $"{service}/$metadata#{Entities}",
                        token => $"{service}/{Entities}?{ODataAnswers.QueryFrom(request, token)}",
                        output,
                        request.HttpContext.RequestAborted
                    ),
                JsonType
            );
    }

    private async Task<(Dataset Dataset, string Service)> FindAsync(
        HttpRequest request,
        Caller caller,
        int projectId,
        string name,
        bool wantsXml
    )
    {
        var project = await projects.WithAsync(request, caller, Verb.EntityList, projectId);
        var dataset = await datasets.GetAsync(project.Id, name, request.HttpContext.RequestAborted);
        request.HttpContext.Response.Headers["OData-Version"] = "4.0";
        ODataAnswers.RequireFormat(request, wantsXml);
        return (dataset, $"{Links.Project(links.Root(request, caller), project.Id)}/datasets/{Links.Encode(dataset.Name)}{Ending}");
    }
}
