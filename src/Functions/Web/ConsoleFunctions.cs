using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Web;

/// <summary>
/// The web console: one page, whose own addresses are behind `#`, and its files (docs/console.md). Costs no storage operation and needs no
/// session: everything that it shows comes from the API.
/// </summary>
public sealed class ConsoleFunctions(EndpointPipeline pipeline, ConsoleFiles files, ConsolePolicy policy, IOptions<RosaOptions> options)
{
    // A new deployment has another page, which names other files.
    private const string AskEachTime = "no-cache";
    private const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>
    /// The root. For the host an empty route means the function's name, and the worker adds a slash to `/`; hence the unused parameter.
    /// </summary>
    [Function("ConsolePage")]
    [NotInApi]
    public Task<IResult> Page(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{root:maxlength(0)?}")] HttpRequest request
    ) => pipeline.OpenToAllAsync(request, AnswerKind.Rest, () => Task.FromResult<IResult>(Serve("index.html", AskEachTime, policy.OfPage)));

    [Function("ConsoleAsset")]
    [NotInApi]
    public Task<IResult> Asset(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "assets/{file}")] HttpRequest request,
        string file
    ) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            () => Task.FromResult<IResult>(Serve($"assets/{file}", Immutable, policy.OfPage))
        );

    /// <summary>The server's settings that pages need.</summary>
    [Function("ConsoleSettings")]
    [OpenToAll]
    [Answers(typeof(ConsoleSettingsAnswer))]
    public Task<IResult> Settings([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "console.json")] HttpRequest request) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            () => Task.FromResult(Json.Ok(new ConsoleSettingsAnswer(options.Value.MapTiles, options.Value.MapAttribution)))
        );

    /// <summary>A form to fill in. The page asks the API for the form, with the key of the public link in `st` or the session.</summary>
    [Function("ConsoleForm")]
    [NotInApi]
    public Task<IResult> Form(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "f/{linkId}")] HttpRequest request,
        string linkId
    ) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            () =>
                FormLinkId.TryParse(linkId) is null
                    ? throw Problem.NotFound().AsException()
                    : Task.FromResult<IResult>(Serve("form.html", AskEachTime, policy.OfForm))
        );

    private ConsoleFileResult Serve(string name, string cacheControl, string allowed) =>
        files.Find(name) is { } file ? new ConsoleFileResult(files, file, cacheControl, allowed) : throw Problem.NotFound().AsException();
}
