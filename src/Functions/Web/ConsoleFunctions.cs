using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Web;

/// <summary>
/// The web console: one page, whose own addresses are behind `#`, and its files (docs/console.md). Costs no storage operation and needs no
/// session: everything that it shows comes from the API.
/// </summary>
public sealed class ConsoleFunctions(EndpointPipeline pipeline, ConsoleFiles files)
{
    // A new deployment has another page, which names other files.
    private const string AskEachTime = "no-cache";
    private const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>The root. An empty route means the function's name to the host, and the worker adds a slash to `/`: the parameter stands
    /// for nothing.</summary>
    [Function("ConsolePage")]
    public Task<IResult> Page(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{root:maxlength(0)?}")] HttpRequest request
    ) => pipeline.OpenToAllAsync(request, AnswerKind.Rest, () => Task.FromResult<IResult>(Serve("index.html", AskEachTime)));

    [Function("ConsoleAsset")]
    public Task<IResult> Asset(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "assets/{file}")] HttpRequest request,
        string file
    ) => pipeline.OpenToAllAsync(request, AnswerKind.Rest, () => Task.FromResult<IResult>(Serve($"assets/{file}", Immutable)));

    private ConsoleFileResult Serve(string name, string cacheControl) =>
        files.Find(name) is { } file ? new ConsoleFileResult(files, file, cacheControl) : throw Problem.NotFound().AsException();
}
