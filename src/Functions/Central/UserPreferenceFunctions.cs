using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Configs;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Preferences of the web user who asks; `users/current` with extended metadata returns them.</summary>
public sealed class UserPreferenceFunctions(EndpointPipeline pipeline, UserPreferences preferences, ProjectDirectory projects)
{
    private const string Value = "propertyValue";

    [Function("SetSitePreference")]
    [Takes(typeof(PreferenceBody))]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> SetOfSite(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "v1/user-preferences/site/{preference}")] HttpRequest request,
        string preference
    ) => pipeline.RestAsync(request, async caller => await SetAsync(request, caller, null, preference));

    [Function("RemoveSitePreference")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> RemoveOfSite(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/user-preferences/site/{preference}")] HttpRequest request,
        string preference
    ) => pipeline.RestAsync(request, async caller => await RemoveAsync(request, caller, null, preference));

    [Function("SetProjectPreference")]
    [Takes(typeof(PreferenceBody))]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> SetOfProject(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "v1/user-preferences/project/{projectId:int}/{preference}")]
            HttpRequest request,
        int projectId,
        string preference
    ) => pipeline.RestAsync(request, async caller => await SetAsync(request, caller, new ProjectId(projectId), preference));

    [Function("RemoveProjectPreference")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> RemoveOfProject(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/user-preferences/project/{projectId:int}/{preference}")]
            HttpRequest request,
        int projectId,
        string preference
    ) => pipeline.RestAsync(request, async caller => await RemoveAsync(request, caller, new ProjectId(projectId), preference));

    private async Task<IResult> SetAsync(HttpRequest request, Caller caller, ProjectId? project, string name)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        await RequireAsync(caller, project, cancellationToken);
        var body = await Json.ReadAsync(request, caller, cancellationToken);
        if (!body.TryGetProperty(Value, out var value))
        {
            throw Problem.UnknownODataProperty(Value).AsException();
        }
        var names = body.EnumerateObject().Select(member => member.Name).ToList();
        if (names.Count > 1)
        {
            throw Problem.UnexpectedProperties([Value], names).AsException();
        }
        await preferences.SetAsync(caller.KnownActor.Id, project, RouteText.Decode(name), value, cancellationToken);
        return Json.Success();
    }

    private async Task<IResult> RemoveAsync(HttpRequest request, Caller caller, ProjectId? project, string name)
    {
        await RequireAsync(caller, project, request.HttpContext.RequestAborted);
        await preferences.RemoveAsync(caller.KnownActor.Id, project, RouteText.Decode(name), request.HttpContext.RequestAborted);
        return Json.Success();
    }

    private async Task RequireAsync(Caller caller, ProjectId? project, CancellationToken cancellationToken)
    {
        if (caller.KnownActor.Kind != ActorKind.WebUser)
        {
            throw Problem.NotAllowed().AsException();
        }
        if (project is { } id)
        {
            await projects.GetAsync(id, cancellationToken);
        }
    }
}
