using System.Text.Json;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Groups of mobile workers (CC-144 to CC-146, `group`), at both of CommCare's addresses.</summary>
public sealed class GroupFunctions(DomainApi api, Groups groups)
{
    [Function("ListGroups")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ListAnswer<GroupAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/group")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("ListGroupsV1")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ListAnswer<GroupAnswer>))]
    public Task<IResult> ListV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/group/v1")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("CreateGroup")]
    [Takes(typeof(NewGroupBody))]
    [Answers(typeof(GroupAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/v0.5/group")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("CreateGroupV1")]
    [Takes(typeof(NewGroupBody))]
    [Answers(typeof(GroupAnswer))]
    public Task<IResult> CreateV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/group/v1")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("GetGroup")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(GroupAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/group/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("GetGroupV1")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(GroupAnswer))]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/group/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("ChangeGroup")]
    [Takes(typeof(GroupChangeBody))]
    [Answers(typeof(GroupAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/v0.5/group/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("ChangeGroupV1")]
    [Takes(typeof(GroupChangeBody))]
    [Answers(typeof(GroupAnswer))]
    public Task<IResult> ChangeV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/group/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("DeleteGroup")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/v0.5/group/{id}")] HttpRequest request,
        string domain,
        string id
    ) => DeleteAsync(request, domain, id);

    [Function("DeleteGroupV1")]
    public Task<IResult> DeleteV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/group/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => DeleteAsync(request, domain, id);

    private Task<IResult> ListAsync(HttpRequest request, string domain) =>
        api.ListAsync(request, domain, (user, cancellationToken) => groups.ListAsync(user.Project.Id, cancellationToken), Shape);

    private Task<IResult> CreateAsync(HttpRequest request, string domain) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var created = await groups.CreateAsync(user.Project.Id, DomainApi.Required(body, "name"), Change(body), cancellationToken);
                return await api.DoneAsync(user, "group.create", Details(created), StatusCodes.Status201Created, Shape(user, created));
            }
        );

    private Task<IResult> GetAsync(HttpRequest request, string domain, string id) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) => Json.Ok(Shape(user, await groups.GetAsync(user.Project.Id, id, cancellationToken)))
        );

    private Task<IResult> ChangeAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var changed = await groups.ChangeAsync(user.Project.Id, id, Change(body), cancellationToken);
                return await api.DoneAsync(user, "group.update", Details(changed), StatusCodes.Status200OK, Shape(user, changed));
            }
        );

    private Task<IResult> DeleteAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, _, cancellationToken) =>
            {
                var deleted = await groups.DeleteAsync(user.Project.Id, id, cancellationToken);
                return await api.DoneAsync(user, "group.delete", Details(deleted), StatusCodes.Status204NoContent, null);
            }
        );

    private static object Details(Group group) => new { groupId = group.Id, name = group.Name };

    // Read before anything is written, and pure afterwards. What isn't named stays.
    private static Func<Group, Group> Change(JsonElement body)
    {
        var name = Json.Has(body, "name") ? DomainApi.Required(body, "name") : null;
        var (sharing, reporting) = (Json.Flag(body, "case_sharing"), Json.Flag(body, "reporting"));
        var (metadata, users) = (Json.Map(body, "metadata"), Json.Texts(body, "users"));
        return group =>
            group with
            {
                Name = name ?? group.Name,
                CaseSharing = sharing ?? group.CaseSharing,
                Reporting = reporting ?? group.Reporting,
                Metadata = metadata ?? group.Metadata,
                Users = users is null ? group.Users : [.. users.Distinct()],
            };
    }

    private static GroupAnswer Shape(DomainUser user, Group group) =>
        new(group.Id, group.Name, user.Domain, group.Users, group.CaseSharing, group.Reporting, group.Metadata, [], "");
}
