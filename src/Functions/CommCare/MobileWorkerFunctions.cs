using System.Text.Json;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Mobile workers (CC-144 to CC-146, `user`), at both of CommCare's addresses.</summary>
public sealed partial class MobileWorkerFunctions(
    DomainApi api,
    MobileWorkers workers,
    Groups groups,
    Locations locations,
    UserCaseUpdates userCases,
    IOptions<RosaOptions> options
)
{
    [Function("ListMobileWorkers")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format", "group", "archived")]
    [Answers(typeof(ListAnswer<MobileWorkerAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/user")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("ListMobileWorkersV1")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format", "group", "archived")]
    [Answers(typeof(ListAnswer<MobileWorkerAnswer>))]
    public Task<IResult> ListV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/user/v1")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("CreateMobileWorker")]
    [Takes(typeof(NewMobileWorkerBody))]
    [Answers(typeof(MobileWorkerAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/v0.5/user")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("CreateMobileWorkerV1")]
    [Takes(typeof(NewMobileWorkerBody))]
    [Answers(typeof(MobileWorkerAnswer))]
    public Task<IResult> CreateV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/user/v1")] HttpRequest request,
        string domain
    ) => CreateAsync(request, domain);

    [Function("GetMobileWorker")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(MobileWorkerAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/user/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("GetMobileWorkerV1")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(MobileWorkerAnswer))]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/user/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => GetAsync(request, domain, id);

    [Function("ChangeMobileWorker")]
    [Takes(typeof(MobileWorkerChangeBody))]
    [Answers(typeof(MobileWorkerAnswer))]
    public Task<IResult> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/v0.5/user/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("ChangeMobileWorkerV1")]
    [Takes(typeof(MobileWorkerChangeBody))]
    [Answers(typeof(MobileWorkerAnswer))]
    public Task<IResult> ChangeV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "a/{domain}/api/user/v1/{id}")] HttpRequest request,
        string domain,
        string id
    ) => ChangeAsync(request, domain, id);

    [Function("DeleteMobileWorker")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/v0.5/user/{id}")] HttpRequest request,
        string domain,
        string id
    ) => DeleteAsync(request, domain, id);

    [Function("DeleteMobileWorkerV1")]
    public Task<IResult> DeleteV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "a/{domain}/api/user/v1/{id}")] HttpRequest request,
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
                var (paging, known) = (Paging.Of(request), await groups.ListAsync(user.Project.Id, cancellationToken));
                var (group, isActive) = (ListParameters.Text(request, "group"), StateOf(request));
                var members = group is null ? null : known.FirstOrDefault(one => one.Id == group)?.Users ?? [];
                var all = (await workers.ListAsync(user.Project.Id, cancellationToken))
                    .Where(worker => members?.Contains(worker.UserId.Value) != false && isActive != !worker.IsActive)
                    .ToList();
                return DomainApi.List(
                    request,
                    paging,
                    all.Count,
                    all.Skip(paging.Offset).Take(DomainApi.LimitOf(paging)).Select(worker => Shape(user, worker, known))
                );
            }
        );

    // As in HQ, deactivated workers are listed only if asked for; `all` is an addition.
    private static bool? StateOf(HttpRequest request) =>
        ListParameters.Text(request, "archived") == "all" ? null : ListParameters.Flag(request, "archived") != true;

    private Task<IResult> CreateAsync(HttpRequest request, string domain) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var (change, joins) = (await ChangeAsync(user, body, cancellationToken), await GroupsAsync(user, body, cancellationToken));
                var created = await workers.CreateAsync(
                    user.Project.Id,
                    DomainApi.Required(body, "username"),
                    DomainApi.Required(body, "password"),
                    change,
                    user.Actor.Id,
                    cancellationToken
                );
                await userCases.AfterAsync(request, user, created);
                return await DoneAsync(user, created, joins, "mobile_worker.create", StatusCodes.Status201Created);
            }
        );

    private Task<IResult> GetAsync(HttpRequest request, string domain, string id) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
                Json.Ok(
                    Shape(
                        user,
                        await workers.GetAsync(user.Project.Id, new OwnerId(id), cancellationToken),
                        await groups.ListAsync(user.Project.Id, cancellationToken)
                    )
                )
        );

    /// <summary>Lists and `user_data` are replaced whole; what isn't named stays.</summary>
    private Task<IResult> ChangeAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, body, cancellationToken) =>
            {
                var (change, joins) = (await ChangeAsync(user, body, cancellationToken), await GroupsAsync(user, body, cancellationToken));
                var (userId, password) = (new OwnerId(id), Json.Text(body, "password"));
                var changed = await workers.ChangeAsync(user.Project.Id, userId, password, change, cancellationToken);
                await userCases.AfterAsync(request, user, changed);
                return await DoneAsync(user, changed, joins, "mobile_worker.update", StatusCodes.Status200OK);
            }
        );

    private async Task<IResult> DoneAsync(DomainUser user, MobileWorker worker, IReadOnlyList<string>? joins, string action, int status)
    {
        if (joins is not null)
        {
            await groups.JoinAsync(user.Project.Id, worker.UserId, joins, CancellationToken.None);
        }
        var known = await groups.ListAsync(user.Project.Id, CancellationToken.None);
        return await api.DoneAsync(user, action, Details(worker), status, Shape(user, worker, known));
    }

    private Task<IResult> DeleteAsync(HttpRequest request, string domain, string id) =>
        api.WriteAsync(
            request,
            domain,
            async (user, _, cancellationToken) =>
            {
                var worker = await workers.GetAsync(user.Project.Id, new OwnerId(id), cancellationToken);
                await workers.DeleteAsync(user.Project.Id, worker.UserId, cancellationToken);
                await userCases.AfterAsync(request, user, worker);
                return await api.DoneAsync(user, "mobile_worker.delete", Details(worker), StatusCodes.Status204NoContent, null);
            }
        );

    private Task<IResult> ActivateAsync(HttpRequest request, string domain, string id, bool isActive) =>
        api.WriteAsync(
            request,
            domain,
            async (user, _, cancellationToken) =>
            {
                var worker = await workers.ChangeAsync(
                    user.Project.Id,
                    new OwnerId(id),
                    null,
                    current => current with { IsActive = isActive },
                    cancellationToken
                );
                await userCases.AfterAsync(request, user, worker);
                return await api.DoneAsync(
                    user,
                    isActive ? "mobile_worker.activate" : "mobile_worker.deactivate",
                    Details(worker),
                    StatusCodes.Status202Accepted,
                    null
                );
            }
        );

    private static object Details(MobileWorker worker) => new { username = worker.Username, userId = worker.UserId.Value };

    private async Task<IReadOnlyList<string>?> GroupsAsync(DomainUser user, JsonElement body, CancellationToken cancellationToken)
    {
        var ids = Json.Texts(body, "groups")?.Distinct().ToList();
        await groups.RequireAsync(user.Project.Id, ids ?? [], cancellationToken);
        return ids;
    }

    // Read before anything is written, and pure afterwards.
    private async Task<Func<MobileWorker, MobileWorker>> ChangeAsync(DomainUser user, JsonElement body, CancellationToken cancellationToken)
    {
        var (first, last, email, language) = (
            Json.Text(body, "first_name"),
            Json.Text(body, "last_name"),
            Json.Text(body, "email"),
            Json.Text(body, "language")
        );
        var (phones, data) = (Json.Texts(body, "phone_numbers"), Json.Map(body, "user_data"));
        var (places, primary) = (
            Json.Texts(body, "locations")?.Distinct().ToList(),
            Json.Text(body, "primary_location") is { Length: > 0 } id ? id : null
        );
        await locations.RequireAsync(user.Project.Id, primary is null ? places ?? [] : [.. places ?? [], primary], cancellationToken);
        return worker =>
        {
            // The primary location is always one of those that the worker is assigned to.
            var main =
                Json.Has(body, "primary_location") ? primary
                : places is null || places.Contains(worker.PrimaryLocation ?? "") ? worker.PrimaryLocation
                : places.FirstOrDefault();
            var assigned = places ?? worker.Locations;
            return worker with
            {
                FirstName = first ?? worker.FirstName,
                LastName = last ?? worker.LastName,
                Email = email ?? worker.Email,
                Language = language ?? worker.Language,
                PhoneNumbers = phones ?? worker.PhoneNumbers,
                UserData = data ?? worker.UserData,
                PrimaryLocation = main,
                Locations = main is null || assigned.Contains(main) ? assigned : [main, .. assigned],
            };
        };
    }

    private MobileWorkerAnswer Shape(DomainUser user, MobileWorker worker, IReadOnlyList<Group> known) =>
        new(
            worker.UserId.Value,
            worker.UserId.Value,
            $"{worker.Username}@{user.Domain}.{options.Value.DomainSuffix}",
            worker.FirstName,
            worker.LastName,
            worker.Email,
            worker.PhoneNumbers is [var first, ..] ? first : null,
            worker.PhoneNumbers,
            worker.Language,
            known.Where(group => group.Users.Contains(worker.UserId.Value)).Select(group => group.Id),
            worker.Locations,
            worker.PrimaryLocation,
            worker.UserData,
            worker.IsActive,
            ""
        );
}
