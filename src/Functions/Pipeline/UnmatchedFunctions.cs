using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>
/// Answers all other addresses in the format of the management API (OR-032 to OR-035). The host tries functions in the order of their
/// names, without precedence, so the name of this one sorts last.
/// </summary>
public sealed class UnmatchedFunctions(EndpointPipeline pipeline)
{
    private static readonly string[] OpenRosaEndings = ["/formList", "/manifest", "/submission", "/integrity"];

    [Function("ZzUnmatched")]
    [NotInApi]
    public Task<IResult> Refuse(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", "put", "patch", "delete", "options", Route = "{*path}")]
            HttpRequest request
    )
    {
        var path = request.Path.Value ?? "";
        var refusal = Refusal(path);
        if (refusal == Problem.NotFound() && AddressNumbers.Refuse(path) is { } problem)
        {
            var kind = OpenRosaEndings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                ? AnswerKind.OpenRosa
                : AnswerKind.Rest;
            return pipeline.OpenToAllAsync(request, kind, () => throw problem.AsException());
        }
        return pipeline.OpenToAllAsync(request, AnswerKind.Rest, () => throw refusal.AsException());
    }

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
