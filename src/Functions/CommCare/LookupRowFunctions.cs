using System.Text.Json;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Rows of lookup tables (CC-144 to CC-146, `lookup_table_item`), at both of CommCare's addresses. `item_attributes` and
/// `owners` are additions.</summary>
public sealed class LookupRowFunctions(DomainApi api, LookupTables tables)
{
    [Function("ListLookupRows")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format", "data_type_id")]
    [Answers(typeof(ListAnswer<LookupRowAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/lookup_table_item")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("ListLookupRowsV1")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format", "data_type_id")]
    [Answers(typeof(ListAnswer<LookupRowAnswer>))]
    public Task<IResult> ListV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/lookup_table_item/v1")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("CreateLookupRow")]
    [Takes(typeof(NewLookupRowBody))]
    [Answers(typeof(LookupRowAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/v0.5/lookup_table_item")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("CreateLookupRowV1")]
    [Takes(typeof(NewLookupRowBody))]
    [Answers(typeof(LookupRowAnswer))]
    public Task<IResult> CreateV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/lookup_table_item/v1")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("GetLookupRow")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(LookupRowAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/lookup_table_item/{id}")]
            HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("GetLookupRowV1")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(LookupRowAnswer))]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/lookup_table_item/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("ChangeLookupRow")]
    [Takes(typeof(LookupRowChangeBody))]
    [Answers(typeof(LookupRowAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/v0.5/lookup_table_item/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("ChangeLookupRowV1")]
    [Takes(typeof(LookupRowChangeBody))]
    [Answers(typeof(LookupRowAnswer))]
    public Task<IResult> ChangeV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/lookup_table_item/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("DeleteLookupRow")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/v0.5/lookup_table_item/{id}")] HttpRequest request,
        string domain,
        string id
    ) => DeleteAsync(request, domain, id);

    [Function("DeleteLookupRowV1")]
    public Task<IResult> DeleteV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/lookup_table_item/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => DeleteAsync(request, domain, id);

    private Task<IResult> ListAsync(HttpRequest request, string domain) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
            {
                ListParameters.RequireKnown(request);
                var table = request.Query["data_type_id"].ToString() is { Length: > 0 } id ? id : null;
                return await DomainApi.ListAsync(
                    request,
                    tables.ListRowsAsync(user.Project.Id, table, cancellationToken),
                    Shape,
                    cancellationToken
                );
            }
        );

    private Task<IResult> CreateAsync(HttpRequest request, string domain) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var fields = Fields(body) ?? throw Problem.MissingParameter("fields").AsException();
                var row = Change(body)(new LookupRow("", DomainApi.Required(body, "data_type_id"), 0) { Fields = fields });
                var created = await tables.CreateRowAsync(user.Project.Id, row, cancellationToken);
                return await api.DoneAsync(
                    user,
                    "lookup_table_item.create",
                    Details(created),
                    StatusCodes.Status201Created,
                    Shape(created)
                );
            }
        );

    private Task<IResult> GetAsync(HttpRequest request, string domain, string id) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) => Json.Ok(Shape(await tables.GetRowAsync(user.Project.Id, id, cancellationToken)))
        );

    private Task<IResult> ChangeAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var changed = await tables.ChangeRowAsync(user.Project.Id, id, Change(body), cancellationToken);
                return await api.DoneAsync(user, "lookup_table_item.update", Details(changed), StatusCodes.Status200OK, Shape(changed));
            }
        );

    private Task<IResult> DeleteAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, _, cancellationToken) =>
            {
                var deleted = await tables.DeleteRowAsync(user.Project.Id, id, cancellationToken);
                return await api.DoneAsync(user, "lookup_table_item.delete", Details(deleted), StatusCodes.Status204NoContent, null);
            }
        );

    private static object Details(LookupRow row) => new { rowId = row.Id, tableId = row.Table };

    // Read before anything is written, and pure afterwards. What isn't named stays.
    private static Func<LookupRow, LookupRow> Change(JsonElement body)
    {
        var table = Json.Has(body, "data_type_id") ? DomainApi.Required(body, "data_type_id") : null;
        var (sortKey, fields, attributes) = (DomainApi.Number(body, "sort_key"), Fields(body), Json.Map(body, "item_attributes"));
        var owners = DomainApi.Member(body, "owners") is { } given
            ? new RowOwners(Json.Texts(given, "users") ?? [], Json.Texts(given, "groups") ?? [], Json.Texts(given, "locations") ?? [])
            : null;
        return row =>
            row with
            {
                Table = table ?? row.Table,
                SortKey = sortKey ?? row.SortKey,
                Fields = fields ?? row.Fields,
                Attributes = attributes ?? row.Attributes,
                Owners = owners ?? row.Owners,
            };
    }

    private static Dictionary<string, IReadOnlyList<LookupValue>>? Fields(JsonElement body)
    {
        if (DomainApi.Member(body, "fields") is not { } fields)
        {
            return null;
        }
        var values = new Dictionary<string, IReadOnlyList<LookupValue>>();
        foreach (var field in fields.EnumerateObject())
        {
            var list =
                (field.Value.ValueKind == JsonValueKind.Object ? DomainApi.Objects(field.Value, "field_list") : null)
                ?? throw Problem.InvalidDataType($"fields.{field.Name}", "object with a field_list").AsException();
            values[field.Name] =
            [
                .. list.Select(value => new LookupValue(
                    DomainApi.Scalar(value, "field_value") ?? "",
                    Json.Map(value, "properties") ?? new Dictionary<string, string>()
                )),
            ];
        }
        return values;
    }

    private static LookupRowAnswer Shape(LookupRow row) =>
        new(
            row.Id,
            row.Table,
            row.SortKey,
            row.Fields.ToDictionary(
                field => field.Key,
                field => new LookupValuesAnswer(field.Value.Select(value => new LookupValueAnswer(value.Value, value.Properties)))
            ),
            row.Attributes,
            new LookupOwnersAnswer(row.Owners.Users, row.Owners.Groups, row.Owners.Locations),
            ""
        );
}
