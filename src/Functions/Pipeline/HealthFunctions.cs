using System.Reflection;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>For monitoring and load balancers: whether the server is healthy, and which version it is.</summary>
public sealed class HealthFunctions(EndpointPipeline pipeline, StorageHealth storage)
{
    private static readonly string Version = VersionOf(
        typeof(HealthFunctions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? ""
    );

    /// <summary>The version of the software, at the address and in the shape of ODK Central's.</summary>
    [Function("Version")]
    [OpenToAll]
    [AnswersAs("text/plain")]
    public Task<IResult> Versions([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "version.txt")] HttpRequest request) =>
        pipeline.OpenToAllAsync(request, AnswerKind.Rest, () => Task.FromResult(Results.Text($"versions:\n{Version}\n")));

    /// <summary>The process answers.</summary>
    [Function("Health")]
    [OpenToAll]
    [Answers(typeof(HealthAnswer))]
    public Task<IResult> Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health")] HttpRequest request) =>
        pipeline.OpenToAllAsync(request, AnswerKind.Rest, () => Task.FromResult(Json.Ok(new HealthAnswer("live"))));

    /// <summary>It reaches its storage; else 503.</summary>
    [Function("HealthReady")]
    [OpenToAll]
    [Answers(typeof(HealthAnswer))]
    [AnswersWithStatus(StatusCodes.Status503ServiceUnavailable, typeof(HealthAnswer))]
    public Task<IResult> Ready([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/ready")] HttpRequest request) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            async () =>
                await storage.IsReachableAsync()
                    ? Json.Ok(new HealthAnswer("ready"))
                    : Json.Ok(new HealthAnswer("unavailable"), StatusCodes.Status503ServiceUnavailable)
        );

    // The build appends the commit after a plus sign.
    private static string VersionOf(string version)
    {
        var parts = version.Split('+');
        return $"{(parts.Length > 1 ? parts[1] : "-")} ServerlessRosa ({parts[0]})";
    }
}
