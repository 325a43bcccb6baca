using System.Text.Json;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Types of locations (CC-144 to CC-146, `location_type`), at both of CommCare's addresses. Writing is an addition; the id
/// is the code.</summary>
public sealed class LocationTypeFunctions(DomainApi api, LocationTypes types, Links links)
{
    [Function("ListLocationTypes")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ListAnswer<LocationTypeAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/location_type")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("ListLocationTypesV1")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ListAnswer<LocationTypeAnswer>))]
    public Task<IResult> ListV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/location_type/v1")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("CreateLocationType")]
    [Takes(typeof(NewLocationTypeBody))]
    [Answers(typeof(LocationTypeAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/v0.5/location_type")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("CreateLocationTypeV1")]
    [Takes(typeof(NewLocationTypeBody))]
    [Answers(typeof(LocationTypeAnswer))]
    public Task<IResult> CreateV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/location_type/v1")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("GetLocationType")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(LocationTypeAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/location_type/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("GetLocationTypeV1")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(LocationTypeAnswer))]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/location_type/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("ChangeLocationType")]
    [Takes(typeof(LocationTypeChangeBody))]
    [Answers(typeof(LocationTypeAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/v0.5/location_type/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("ChangeLocationTypeV1")]
    [Takes(typeof(LocationTypeChangeBody))]
    [Answers(typeof(LocationTypeAnswer))]
    public Task<IResult> ChangeV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/location_type/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("DeleteLocationType")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/v0.5/location_type/{id}")] HttpRequest request,
        string domain,
        string id
    ) => DeleteAsync(request, domain, id);

    [Function("DeleteLocationTypeV1")]
    public Task<IResult> DeleteV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/location_type/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => DeleteAsync(request, domain, id);

    private Task<IResult> ListAsync(HttpRequest request, string domain) =>
        api.ListAsync(
            request,
            domain,
            (user, cancellationToken) => types.ListAsync(user.Project.Id, cancellationToken),
            (user, type) => Shape(request, user, type)
        );

    private Task<IResult> CreateAsync(HttpRequest request, string domain) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var type = new LocationType(DomainApi.Required(body, "code"), DomainApi.Required(body, "name"), null);
                var created = await types.CreateAsync(user.Project.Id, Change(body)(type), cancellationToken);
                return await api.DoneAsync(
                    user,
                    "location_type.create",
                    Details(created),
                    StatusCodes.Status201Created,
                    Shape(request, user, created)
                );
            }
        );

    private Task<IResult> GetAsync(HttpRequest request, string domain, string id) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) => Json.Ok(Shape(request, user, await types.GetAsync(user.Project.Id, id, cancellationToken)))
        );

    private Task<IResult> ChangeAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var changed = await types.ChangeAsync(user.Project.Id, id, Change(body), cancellationToken);
                return await api.DoneAsync(
                    user,
                    "location_type.update",
                    Details(changed),
                    StatusCodes.Status200OK,
                    Shape(request, user, changed)
                );
            }
        );

    private Task<IResult> DeleteAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, _, cancellationToken) =>
            {
                var deleted = await types.DeleteAsync(user.Project.Id, id, cancellationToken);
                return await api.DoneAsync(user, "location_type.delete", Details(deleted), StatusCodes.Status204NoContent, null);
            }
        );

    /// <summary>What names the type in version 1 of the locations' API.</summary>
    internal static string UriOf(Links links, HttpRequest request, DomainUser user, string code) =>
        $"{links.Origin(request)}/a/{user.Domain}/api/location_type/v1/{Links.Encode(code)}/";

    private static object Details(LocationType type) => new { code = type.Code };

    // Read before anything is written, and pure afterwards. What isn't named stays.
    private static Func<LocationType, LocationType> Change(JsonElement body)
    {
        string? Named(string name) => Json.Has(body, name) ? DomainApi.Required(body, name) : null;
        var (code, name) = (Named("code"), Named("name"));
        var (moves, parent) = (Json.Has(body, "parent"), Json.Text(body, "parent") is { Length: > 0 } above ? above : null);
        var (shares, views) = (Json.Flag(body, "shares_cases"), Json.Flag(body, "view_descendants"));
        return type =>
            type with
            {
                Code = code ?? type.Code,
                Name = name ?? type.Name,
                Parent = moves ? parent : type.Parent,
                SharesCases = shares ?? type.SharesCases,
                ViewDescendants = views ?? type.ViewDescendants,
            };
    }

    private LocationTypeAnswer Shape(HttpRequest request, DomainUser user, LocationType type) =>
        new(
            type.Code,
            type.Name,
            type.Code,
            type.Parent,
            type.SharesCases,
            type.ViewDescendants,
            user.Domain,
            UriOf(links, request, user, type.Code)
        );
}
