using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Web users with a role on the domain's project (CC-144 to CC-146, `web-user`), read only. Their roles are given at Central's
/// addresses.</summary>
public sealed class WebUserFunctions(EndpointPipeline pipeline, Assignments assignments)
{
    [Function("ListWebUsers")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format", "web_username", "username")]
    [Answers(typeof(ListAnswer<WebUserAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/web-user")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("ListWebUsersV1")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Text, "format", "web_username", "username")]
    [Answers(typeof(ListAnswer<WebUserAnswer>))]
    public Task<IResult> ListV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/web-user/v1")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("GetWebUser")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(WebUserAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/web-user/{webUser}")] HttpRequest request,
        string domain,
        string webUser
    ) => GetAsync(request, domain, webUser);

    [Function("GetWebUserV1")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(WebUserAnswer))]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/web-user/v1/{webUser}")] HttpRequest request,
        string domain,
        string webUser
    ) => GetAsync(request, domain, webUser);

    private Task<IResult> ListAsync(HttpRequest request, string domain) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.AssignmentList,
            async user =>
            {
                ListParameters.RequireKnown(request);
                var wanted = ListParameters.Text(request, "web_username") ?? ListParameters.Text(request, "username");
                var paging = Paging.Of(request);
                var all = (await FindAsync(user, request.HttpContext.RequestAborted))
                    .Where(one => wanted is null || string.Equals(one.Actor.Email, wanted, StringComparison.OrdinalIgnoreCase))
                    .ToList();
                return DomainApi.List(
                    request,
                    paging,
                    all.Count,
                    all.Skip(paging.Offset).Take(DomainApi.LimitOf(paging)).Select(one => Shape(user, one.Actor, one.Role))
                );
            }
        );

    private Task<IResult> GetAsync(HttpRequest request, string domain, string id) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.AssignmentList,
            async user =>
            {
                var (actor, role) = (await FindAsync(user, request.HttpContext.RequestAborted)).FirstOrDefault(one =>
                    IdOf(one.Actor) == id
                );
                return Json.Ok(actor is null ? throw Problem.NotFound().AsException() : Shape(user, actor, role));
            }
        );

    // Of several roles the first in the order of their numbers.
    private async Task<List<(Actor Actor, Role Role)>> FindAsync(DomainUser user, CancellationToken cancellationToken)
    {
        var scope = Scope.Of(user.Project.Id);
        var granted = await assignments.ListAsync(user.Project.Id, grant => grant.Scope == scope, cancellationToken);
        return
        [
            .. from one in granted
            where one.Actor is { Kind: ActorKind.WebUser, DeletedAt: null }
            group one by one.Actor.Id into roles
            let role = Role.WithId(roles.First().Grant.RoleId)
            where role is not null
            select (roles.First().Actor, role),
        ];
    }

    private static string IdOf(Actor actor) => DomainUser.OfWebUser(actor.Id).Value;

    private static WebUserAnswer Shape(DomainUser user, Actor actor, Role role) =>
        new(
            IdOf(actor),
            actor.Email,
            actor.Email,
            actor.DisplayName,
            "",
            null,
            [],
            role == Role.Manager,
            role.Name,
            new PermissionsAnswer(
                role.Holds(Verb.SubmissionUpdate),
                role.Holds(Verb.ProjectUpdate),
                role.Holds(Verb.AssignmentCreate),
                role.Holds(Verb.SubmissionRead)
            ),
            $"/a/{user.Domain}/api/web-user/v1/{IdOf(actor)}/"
        );
}
