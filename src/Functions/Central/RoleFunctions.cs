using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The roles that there are (OR-072 to OR-081), for every authenticated caller.</summary>
public sealed class RoleFunctions(EndpointPipeline pipeline)
{
    // Roles are built in and have no time of creation.
    private static readonly DateTimeOffset Since = DateTimeOffset.UnixEpoch;

    [Function("ListRoles")]
    [Answers(typeof(IEnumerable<RoleAnswer>))]
    public Task<IResult> List([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/roles")] HttpRequest request) =>
        pipeline.RestAsync(request, _ => Task.FromResult(Json.Ok(Role.All.Select(Shape))));

    [Function("GetRole")]
    [Answers(typeof(RoleAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/roles/{role}")] HttpRequest request,
        string role
    ) => pipeline.RestAsync(request, _ => Task.FromResult(Json.Ok(Shape(Role.Find(role) ?? throw Problem.NotFound().AsException()))));

    private static RoleAnswer Shape(Role role) => new(role.Id, role.Name, role.System, Since, null, role.Verbs);
}
