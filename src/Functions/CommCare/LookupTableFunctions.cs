using System.Text.Json;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Lookup tables (CC-144 to CC-146, `lookup_table`), at both of CommCare's addresses. `item_attributes` and a field's
/// `is_indexed` are additions.</summary>
public sealed class LookupTableFunctions(DomainApi api, LookupTables tables)
{
    [Function("ListLookupTables")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ListAnswer<LookupTableAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/lookup_table")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("ListLookupTablesV1")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ListAnswer<LookupTableAnswer>))]
    public Task<IResult> ListV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/lookup_table/v1")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("CreateLookupTable")]
    [Takes(typeof(NewLookupTableBody))]
    [Answers(typeof(LookupTableAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/v0.5/lookup_table")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("CreateLookupTableV1")]
    [Takes(typeof(NewLookupTableBody))]
    [Answers(typeof(LookupTableAnswer))]
    public Task<IResult> CreateV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/lookup_table/v1")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("GetLookupTable")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(LookupTableAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/lookup_table/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("GetLookupTableV1")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(LookupTableAnswer))]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/lookup_table/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("ChangeLookupTable")]
    [Takes(typeof(LookupTableChangeBody))]
    [Answers(typeof(LookupTableAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/v0.5/lookup_table/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("ChangeLookupTableV1")]
    [Takes(typeof(LookupTableChangeBody))]
    [Answers(typeof(LookupTableAnswer))]
    public Task<IResult> ChangeV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/lookup_table/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("DeleteLookupTable")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/v0.5/lookup_table/{id}")] HttpRequest request,
        string domain,
        string id
    ) => DeleteAsync(request, domain, id);

    [Function("DeleteLookupTableV1")]
    public Task<IResult> DeleteV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/lookup_table/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => DeleteAsync(request, domain, id);

    private Task<IResult> ListAsync(HttpRequest request, string domain) =>
        api.ListAsync(
            request,
            domain,
            (user, cancellationToken) => tables.ListAsync(user.Project.Id, cancellationToken),
            (_, table) => Shape(table)
        );

    private Task<IResult> CreateAsync(HttpRequest request, string domain) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var fields = Fields(body) ?? throw Problem.MissingParameter("fields").AsException();
                var table = Change(body)(new LookupTable("", DomainApi.Required(body, "tag"), false, fields));
                var created = await tables.CreateAsync(user.Project.Id, table, cancellationToken);
                return await api.DoneAsync(user, "lookup_table.create", Details(created), StatusCodes.Status201Created, Shape(created));
            }
        );

    private Task<IResult> GetAsync(HttpRequest request, string domain, string id) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) => Json.Ok(Shape(await tables.GetAsync(user.Project.Id, id, cancellationToken)))
        );

    private Task<IResult> ChangeAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var changed = await tables.ChangeAsync(user.Project.Id, id, Change(body), cancellationToken);
                return await api.DoneAsync(user, "lookup_table.update", Details(changed), StatusCodes.Status200OK, Shape(changed));
            }
        );

    private Task<IResult> DeleteAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, _, cancellationToken) =>
            {
                var deleted = await tables.DeleteAsync(user.Project.Id, id, cancellationToken);
                return await api.DoneAsync(user, "lookup_table.delete", Details(deleted), StatusCodes.Status204NoContent, null);
            }
        );

    private static object Details(LookupTable table) => new { tableId = table.Id, tag = table.Tag };

    // Read before anything is written, and pure afterwards. What isn't named stays.
    private static Func<LookupTable, LookupTable> Change(JsonElement body)
    {
        var tag = Json.Has(body, "tag") ? DomainApi.Required(body, "tag") : null;
        var (isGlobal, fields, attributes) = (Json.Flag(body, "is_global"), Fields(body), Json.Texts(body, "item_attributes"));
        return table =>
            table with
            {
                Tag = tag ?? table.Tag,
                IsGlobal = isGlobal ?? table.IsGlobal,
                Fields = fields ?? table.Fields,
                ItemAttributes = attributes ?? table.ItemAttributes,
            };
    }

    private static List<LookupField>? Fields(JsonElement body) =>
        DomainApi
            .Objects(body, "fields")
            ?.Select(field => new LookupField(
                DomainApi.Required(field, "field_name"),
                Json.Texts(field, "properties") ?? [],
                Json.Flag(field, "is_indexed") ?? false
            ))
            .ToList();

    private static LookupTableAnswer Shape(LookupTable table) =>
        new(
            table.Id,
            table.Tag,
            table.IsGlobal,
            table.Fields.Select(field => new LookupFieldAnswer(field.Name, field.Properties, field.IsIndexed)),
            table.ItemAttributes,
            ""
        );
}
