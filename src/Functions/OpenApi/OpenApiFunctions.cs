using System.Text.Json.Nodes;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenApi;

/// <summary>The description of this API for programs; docs/openapi.json is a copy.</summary>
public sealed class OpenApiFunctions(EndpointPipeline pipeline)
{
    /// <summary>For everybody, and without storage operations: the program is no secret.</summary>
    [Function("GetOpenApi")]
    [OpenToAll]
    [Answers(typeof(JsonObject))]
    public Task<IResult> Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/openapi.json")] HttpRequest request) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            () => Task.FromResult(Results.Bytes(ApiDocument.Utf8.ToArray(), "application/json"))
        );
}
