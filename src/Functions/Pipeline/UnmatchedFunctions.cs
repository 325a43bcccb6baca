using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>
/// Answers what no other function does, in the management API's words (OR-032 to OR-035). The host tries functions in the order of
/// their names and knows no precedence, so this one is named to come last.
/// </summary>
public sealed class UnmatchedFunctions(EndpointPipeline pipeline)
{
    [Function("ZzUnmatched")]
    public Task<IResult> Refuse(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", "put", "patch", "delete", "options", Route = "{*path}")]
            HttpRequest request
    ) => pipeline.OpenToAllAsync(request, AnswerKind.Rest, () => throw Refusal(request.Path.Value ?? "").AsException());

    private static Problem Refusal(string path)
    {
        var version = path.Split('/', 3) is [_, var first, ..] ? first : "";
        return version switch
        {
            "v1" => Problem.NotFound(),
            ['v', .. var number] when number.Length > 0 && number.All(char.IsAsciiDigit) => Problem.WrongApiVersion(version),
            _ => Problem.NoApiVersion(),
        };
    }
}
