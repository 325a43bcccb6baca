using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>The properties that app users and public links of a project may have, by which datasets restrict what they get.</summary>
public sealed class ActorPropertyFunctions(EndpointPipeline pipeline, ProjectDirectory projects, AppUsersAndLinks holders, AuditLog audits)
{
    private const int MaxProperties = 100;

    [Function("ListActorProperties")]
    [Answers(typeof(IEnumerable<ActorPropertyAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/actor-properties")]
            HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var project = await projects.WithAsync(request, caller, Verb.ActorPropertyList, projectId);
                if (!ExtendedMetadata.IsWanted(request))
                {
                    return Json.Ok(project.ActorProperties.Select(name => new ActorPropertyAnswer(name)));
                }
                var values = await holders.ListPropertiesAsync(project.Id, request.HttpContext.RequestAborted);
                return Json.Ok(
                    project.ActorProperties.Select(name => new ActorPropertyAnswer(name)
                    {
                        Values = values[name].Distinct().Order(StringComparer.Ordinal),
                    })
                );
            }
        );

    [Function("CreateActorProperty")]
    [Takes(typeof(NewActorPropertyBody))]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/actor-properties")] HttpRequest request,
        int projectId
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var project = await projects.WithAsync(request, caller, Verb.ActorPropertyUpdate, projectId);
                var name = (await Json.ReadAsync<NewActorPropertyBody>(request, caller, cancellationToken)).Name;
                if (!DatasetNames.IsProperty(name) || name.Equals("displayName", StringComparison.OrdinalIgnoreCase))
                {
                    throw Problem.UnexpectedValue("name", name, "this is not a valid property name.").AsException();
                }
                await projects.ChangeAsync(project.Id, current => With(current, name), cancellationToken);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "actor_property.create",
                    Scope.Of(project.Id),
                    new { name },
                    CancellationToken.None
                );
                return Json.Success();
            },
            bodyShowsCsrf: true
        );

    private static Project With(Project project, string name) =>
        project.ActorProperties.FirstOrDefault(other => other.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } existing
            ? throw Problem.AlreadyExists(["name", "projectId"], [existing, project.Id.ToString()], "actor_properties").AsException()
        : project.ActorProperties.Count == MaxProperties
            ? throw Problem.UnexpectedValue("name", name, $"a project has {MaxProperties} properties at most.").AsException()
        : project with { ActorProperties = [.. project.ActorProperties.Append(name).Order(StringComparer.Ordinal)] };
}
