using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>For monitoring and load balancers. The answer reveals only whether the server is healthy.</summary>
public sealed class HealthFunctions(EndpointPipeline pipeline, StorageHealth storage)
{
    /// <summary>The process answers.</summary>
    [Function("Health")]
    public Task<IResult> Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health")] HttpRequest request) =>
        pipeline.OpenToAllAsync(request, AnswerKind.Rest, () => Task.FromResult(Json.Ok(new { status = "live" })));

    /// <summary>It reaches its storage; else 503.</summary>
    [Function("HealthReady")]
    public Task<IResult> Ready([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/ready")] HttpRequest request) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            async () =>
                await storage.IsReachableAsync()
                    ? Json.Ok(new { status = "ready" })
                    : Results.Json(new { status = "unavailable" }, statusCode: StatusCodes.Status503ServiceUnavailable)
        );
}
