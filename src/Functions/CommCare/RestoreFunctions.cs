using System.Text.RegularExpressions;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>OTA restore: what a phone asks for at its first sign-in and at every sync (CC-001 to CC-026).</summary>
[Speaks(AnswerKind.CommCare)]
public sealed partial class RestoreFunctions(EndpointPipeline pipeline, DomainAuthenticator domains, MakeRestore restores)
{
    private const string Nature = "ota_restore_error";
    private static readonly string[] Versions = ["1.0", "2.0", "3.0"];

    /// <summary>CC-001, CC-002.</summary>
    [Function("GetRestore")]
    [Query(QueryType.Text, "version", "user_id", "as", "since", "state", "device_id")]
    [Query(QueryType.Flag, "overwrite_cache", "skip_fixtures", "items")]
    [AnswersAs("text/xml")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/phone/restore")] HttpRequest request,
        string domain
    ) => pipeline.CommCareAsync(request, domain, Nature, user => RestoreAsync(request, user, ""));

    /// <summary>CC-003.</summary>
    [Function("GetRestoreOfApp")]
    [Query(QueryType.Text, "version", "user_id", "as", "since", "state", "device_id")]
    [Query(QueryType.Flag, "overwrite_cache", "skip_fixtures", "items")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetOfApp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/phone/restore/{appId}")] HttpRequest request,
        string domain,
        string appId
    ) =>
        pipeline.CommCareAsync(
            request,
            domain,
            Nature,
            user => AppId().IsMatch(appId) ? RestoreAsync(request, user, appId) : throw Problem.NotFound().AsException()
        );

    private async Task<IResult> RestoreAsync(HttpRequest request, DomainUser caller, string appId)
    {
        if (Text(request, "version") is { } version && !Versions.Contains(version))
        {
            throw Problem.UnknownRestoreVersion(version).AsException();
        }
        if (Text(request, "user_id") is { } userId && userId != caller.UserId.Value)
        {
            throw Problem.InvalidSyncUser().AsException();
        }
        var user = Text(request, "as") is { } name ? await domains.LogInAsAsync(caller, name, request.HttpContext.RequestAborted) : caller;
        var asked = new RestoreRequest(user.Project.Id, user.UserId, caller.UserId)
        {
            Since = Text(request, "since"),
            State = Text(request, "state"),
            DeviceId = Text(request, "device_id") ?? "",
            AppId = appId,
            Afresh = Flags.IsTrue(request, "overwrite_cache"),
        };
        return await restores.MakeAsync(
            user,
            asked,
            skipsFixtures: Flags.IsTrue(request, "skip_fixtures"),
            countsItems: Flags.IsTrue(request, "items"),
            request.HttpContext.RequestAborted
        );
    }

    private static string? Text(HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    [GeneratedRegex(@"\A[\w-]+\z")]
    private static partial Regex AppId();
}
