using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Locations in version 1 of CommCare HQ's API, read only: type and parent are addresses (CC-144 to CC-146).</summary>
public sealed class LocationV1Functions(DomainApi api, Locations locations, Links links)
{
    [Function("ListLocationsV1")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format", "name", "site_code", "external_id", "location_type_code", "parent_location_id")]
    [Answers(typeof(ListAnswer<LocationV1Answer>))]
    public Task<IResult> ListV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/location/v1")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("ListLocationsV05")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format", "name", "site_code", "external_id", "location_type_code", "parent_location_id")]
    [Answers(typeof(ListAnswer<LocationV1Answer>))]
    public Task<IResult> ListV05(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/location")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("GetLocationV1")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(LocationV1Answer))]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/location/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("GetLocationV05")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(LocationV1Answer))]
    public Task<IResult> GetV05(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/location/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    private Task<IResult> ListAsync(HttpRequest request, string domain) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
            {
                var (all, paging) = (await LocationFunctions.FindAsync(locations, request, user, cancellationToken), Paging.Of(request));
                return DomainApi.List(
                    request,
                    paging,
                    all.Count,
                    all.Skip(paging.Offset).Take(DomainApi.LimitOf(paging)).Select(location => Shape(request, user, location))
                );
            }
        );

    private Task<IResult> GetAsync(HttpRequest request, string domain, string id) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
                Json.Ok(Shape(request, user, await locations.GetAsync(user.Project.Id, id, cancellationToken)))
        );

    private LocationV1Answer Shape(HttpRequest request, DomainUser user, Location location) =>
        new(
            location.Id,
            location.Id,
            location.Name,
            location.SiteCode,
            location.ExternalId.Length == 0 ? null : location.ExternalId,
            LocationTypeFunctions.UriOf(links, request, user, location.Type),
            location.Parent is { } parent ? UriOf(request, user, parent) : null,
            location.Latitude.Length == 0 ? null : location.Latitude,
            location.Longitude.Length == 0 ? null : location.Longitude,
            location.Data,
            user.Domain,
            location.ModifiedAt,
            UriOf(request, user, location.Id)
        );

    private string UriOf(HttpRequest request, DomainUser user, string id) =>
        $"{links.Origin(request)}/a/{user.Domain}/api/location/v1/{Links.Encode(id)}/";
}
