using System.Globalization;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Configs;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>
/// The server's configuration: appearance of the login page, logo, and the administrator's choice about usage reports, of which this server
/// sends none. Images are served as attachments, whatever their type.
/// </summary>
public sealed class ConfigFunctions(EndpointPipeline pipeline, ServerConfigs configs, AuditLog audits)
{
    private const int MaxImageBytes = 5 << 20;
    private const string Public = "public";
    private const string Forever = "max-age=31536000";

    /// <summary>`public` in place of a key lists what everybody may read.</summary>
    [Function("GetConfig")]
    [OpenToAll(TakesCredentials = true)]
    [Query(QueryType.Text, "ts")]
    [Answers(typeof(ConfigAnswer))]
    [Answers(typeof(Dictionary<string, ConfigAnswer>))]
    [AnswersAs("image/*")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/config/{config}")] HttpRequest request,
        string config
    ) =>
        config == Public
            ? pipeline.OpenToAllAsync(request, AnswerKind.Rest, () => ListPublicAsync(request))
            : pipeline.RestAsync(
                request,
                async caller =>
                {
                    caller.Actor.Require(Verb.ConfigRead, Scope.Server);
                    return await AnswerAsync(request, config);
                }
            );

    [Function("GetPublicConfig")]
    [OpenToAll]
    [Query(QueryType.Text, "ts")]
    [Answers(typeof(ConfigAnswer))]
    [Answers(typeof(Dictionary<string, ConfigAnswer>))]
    [AnswersAs("image/*")]
    public Task<IResult> GetPublic(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/config/public/{config}")] HttpRequest request,
        string config
    ) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            async () => ServerConfigs.IsPublic(config) ? await AnswerAsync(request, config) : throw Problem.NotAllowed().AsException()
        );

    [Function("SetConfig")]
    [Takes(typeof(ConfigBody))]
    [Takes("image/*")]
    [Answers(typeof(ConfigAnswer))]
    public Task<IResult> Set(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/config/{config}")] HttpRequest request,
        string config
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                caller.Actor.Require(Verb.ConfigSet, Scope.Server);
                ServerConfigs.RequireKnown(config);
                var set = ServerConfigs.HoldsImage(config)
                    ? await SetImageAsync(request, caller, config)
                    : await SetValueAsync(request, caller, config);
                var value = set.Value is { } json ? (object)new { key = config, value = json } : new { key = config, md5 = set.Image!.Md5 };
                await audits.WriteAsync(caller.KnownActor.Id, "config.set", Scope.Server, value, CancellationToken.None);
                return Json.Ok(Shape(set));
            },
            bodyShowsCsrf: true
        );

    /// <summary>Succeeds as well when the key is not set.</summary>
    [Function("UnsetConfig")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Unset(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/config/{config}")] HttpRequest request,
        string config
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                caller.Actor.Require(Verb.ConfigSet, Scope.Server);
                ServerConfigs.RequireKnown(config);
                await configs.UnsetAsync(config, request.HttpContext.RequestAborted);
                await audits.WriteAsync(
                    caller.KnownActor.Id,
                    "config.set",
                    Scope.Server,
                    new { key = config, value = (object?)null },
                    CancellationToken.None
                );
                return Json.Success();
            }
        );

    private async Task<IResult> ListPublicAsync(HttpRequest request) =>
        Json.Ok((await configs.ListPublicAsync(request.HttpContext.RequestAborted)).ToDictionary(config => config.Key, Shape));

    private async Task<ServerConfig> SetValueAsync(HttpRequest request, Caller caller, string key) =>
        await configs.SetAsync(
            key,
            await Json.ReadAsync(request, caller, request.HttpContext.RequestAborted),
            request.HttpContext.RequestAborted
        );

    private async Task<ServerConfig> SetImageAsync(HttpRequest request, Caller caller, string key)
    {
        if (caller.ExpectedCsrf is not null)
        {
            throw Problem.NotAuthenticated().AsException(); // an image has no place for the token
        }
        if (string.IsNullOrWhiteSpace(request.ContentType))
        {
            throw Problem.InvalidHeader("Content-Type", request.ContentType).AsException();
        }
        var bytes = await BoundedBody.ReadAsync(
            request,
            MaxImageBytes,
            Problem.BodyTooLarge(MaxImageBytes),
            request.HttpContext.RequestAborted
        );
        using var content = new MemoryStream(bytes.ToArray(), writable: false);
        return await configs.SetImageAsync(key, content, request.ContentType, request.HttpContext.RequestAborted);
    }

    private async Task<IResult> AnswerAsync(HttpRequest request, string key)
    {
        var config = await configs.GetAsync(key, request.HttpContext.RequestAborted);
        if (config.Image is not { } image)
        {
            return Json.Ok(Shape(config));
        }
        if (long.TryParse(request.Query["ts"], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            request.HttpContext.Response.Headers.CacheControl = Forever; // the address names the version of the image
        }
        return new FileResult(
            key,
            image.ContentType,
            image.Md5,
            image.Size,
            (offset, length, cancellationToken) => configs.OpenAsync(image, offset, length, cancellationToken)
        );
    }

    private static ConfigAnswer Shape(ServerConfig config) =>
        new(config.Key, config.SetAt) { Value = config.Value, BlobExists = config.Value is null ? true : null };
}
