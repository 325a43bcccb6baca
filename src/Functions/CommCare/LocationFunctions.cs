using System.Text.Json;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Locations (CC-144 to CC-146, `location`). `is_archived` and DELETE are additions.</summary>
public sealed class LocationFunctions(DomainApi api, Locations locations, LocationTypes locationTypes)
{
    [Function("ListLocations")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format", "name", "site_code", "external_id", "location_type_code", "parent_location_id")]
    [Answers(typeof(ListAnswer<LocationAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/location/v2")] HttpRequest request,
        string domain
    ) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
            {
                var (types, paging) = (await TypesAsync(user, cancellationToken), Paging.Of(request));
                var all = await FindAsync(locations, request, user, cancellationToken);
                return DomainApi.List(
                    request,
                    paging,
                    all.Count,
                    all.Skip(paging.Offset).Take(DomainApi.LimitOf(paging)).Select(location => Shape(user, location, types))
                );
            }
        );

    [Function("CreateLocation")]
    [Takes(typeof(NewLocationBody))]
    [Answers(typeof(LocationAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/location/v2")] HttpRequest request,
        string domain
    ) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var created = await locations.CreateAsync(
                    user.Project.Id,
                    DomainApi.Required(body, "name"),
                    DomainApi.Required(body, "location_type_code"),
                    Json.Text(body, "site_code"),
                    Change(body),
                    cancellationToken
                );
                return await api.DoneAsync(
                    user,
                    "location.create",
                    Details(created),
                    StatusCodes.Status201Created,
                    Shape(user, created, await TypesAsync(user, cancellationToken))
                );
            }
        );

    [Function("GetLocation")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(LocationAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/location/v2/{id}")] HttpRequest request,
        string domain,
        string id
    ) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
                Json.Ok(
                    Shape(user, await locations.GetAsync(user.Project.Id, id, cancellationToken), await TypesAsync(user, cancellationToken))
                )
        );

    [Function("ChangeLocation")]
    [Takes(typeof(LocationChangeBody))]
    [Answers(typeof(LocationAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/location/v2/{id}")] HttpRequest request,
        string domain,
        string id
    ) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var changed = await locations.ChangeAsync(user.Project.Id, id, Change(body), cancellationToken);
                return await api.DoneAsync(
                    user,
                    "location.update",
                    Details(changed),
                    StatusCodes.Status200OK,
                    Shape(user, changed, await TypesAsync(user, cancellationToken))
                );
            }
        );

    [Function("DeleteLocation")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/location/v2/{id}")] HttpRequest request,
        string domain,
        string id
    ) =>
        api.WriteAsync(
            request,
            domain,
            async (user, _, cancellationToken) =>
            {
                var deleted = await locations.DeleteAsync(user.Project.Id, id, cancellationToken);
                return await api.DoneAsync(user, "location.delete", Details(deleted), StatusCodes.Status204NoContent, null);
            }
        );

    /// <summary>The locations with the values that the request names, each exactly. Refuses other parameters with 400.59.</summary>
    internal static async Task<IReadOnlyList<Location>> FindAsync(
        Locations locations,
        HttpRequest request,
        DomainUser user,
        CancellationToken cancellationToken
    )
    {
        ListParameters.RequireKnown(request);
        bool Fits(string name, string? value) => !request.Query.TryGetValue(name, out var wanted) || wanted == (value ?? "");

        return
        [
            .. (await locations.ListAsync(user.Project.Id, cancellationToken)).Where(location =>
                Fits("name", location.Name)
                && Fits("site_code", location.SiteCode)
                && Fits("external_id", location.ExternalId)
                && Fits("location_type_code", location.Type)
                && Fits("parent_location_id", location.Parent)
            ),
        ];
    }

    private async Task<IReadOnlyDictionary<string, string>> TypesAsync(DomainUser user, CancellationToken cancellationToken) =>
        (await locationTypes.ListAsync(user.Project.Id, cancellationToken)).ToDictionary(type => type.Code, type => type.Name);

    private static object Details(Location location) => new { locationId = location.Id, siteCode = location.SiteCode };

    // Read before anything is written, and pure afterwards. What isn't named stays.
    private static Func<Location, Location> Change(JsonElement body)
    {
        string? Named(string name) => Json.Has(body, name) ? DomainApi.Required(body, name) : null;
        var (name, type, siteCode) = (
            Named("name"),
            Named("location_type_code"),
            Json.Text(body, "site_code") is null ? null : Named("site_code")
        );
        var (movesTo, parent) = (
            Json.Has(body, "parent_location_id"),
            Json.Text(body, "parent_location_id") is { Length: > 0 } id ? id : null
        );
        var (latitude, longitude) = (Degrees(body, "latitude"), Degrees(body, "longitude"));
        var (externalId, data, isArchived) = (
            DomainApi.Scalar(body, "external_id"),
            Json.Map(body, "location_data"),
            Json.Flag(body, "is_archived")
        );
        return location =>
            location with
            {
                Name = name ?? location.Name,
                Type = type ?? location.Type,
                SiteCode = siteCode ?? location.SiteCode,
                Parent = movesTo ? parent : location.Parent,
                Latitude = latitude ?? location.Latitude,
                Longitude = longitude ?? location.Longitude,
                ExternalId = externalId ?? location.ExternalId,
                Data = data ?? location.Data,
                IsArchived = isArchived ?? location.IsArchived,
            };
    }

    private static string? Degrees(JsonElement body, string name) =>
        DomainApi.Scalar(body, name) is not { Length: > 0 } text
            ? Json.Has(body, name)
                ? ""
                : null
            : LocationCodes.IsDegrees(text)
                ? text
                : throw Problem.UnexpectedValue(name, text, "a place has decimal degrees.").AsException();

    private static LocationAnswer Shape(DomainUser user, Location location, IReadOnlyDictionary<string, string> types) =>
        new(
            location.Id,
            location.Name,
            location.SiteCode,
            location.Type,
            types.GetValueOrDefault(location.Type, location.Type),
            location.Parent ?? "",
            location.ExternalId,
            location.Latitude.Length == 0 ? null : location.Latitude,
            location.Longitude.Length == 0 ? null : location.Longitude,
            location.Data,
            location.IsArchived,
            user.Domain,
            location.ModifiedAt
        );
}
