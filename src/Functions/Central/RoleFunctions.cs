using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The roles that there are (OR-072 to OR-081), for every authenticated caller.</summary>
public sealed class RoleFunctions(EndpointPipeline pipeline)
{
    // Roles are built in and have no time of creation.
    private static readonly DateTimeOffset Since = DateTimeOffset.UnixEpoch;

    [Function("ListRoles")]
    public Task<IResult> List([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/roles")] HttpRequest request) =>
        pipeline.RestAsync(request, _ => Task.FromResult(Json.Ok(Role.All.Select(Shape))));

    [Function("GetRole")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/roles/{role}")] HttpRequest request,
        string role
    ) => pipeline.RestAsync(request, _ => Task.FromResult(Json.Ok(Shape(Role.Find(role) ?? throw Problem.NotFound().AsException()))));

    private static object Shape(Role role) =>
        new
        {
            id = role.Id,
            name = role.Name,
            system = role.System,
            createdAt = Since,
            updatedAt = (DateTimeOffset?)null,
            verbs = role.Verbs,
        };
}
