using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.CommCare;
using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>
/// The response format of an endpoint: OpenRosa's XML, or the management API's JSON. Downloads answer with JSON, and challenge phones for
/// passwords. CommCare's endpoints have their own XML for phones and their own JSON for administration.
/// </summary>
public enum AnswerKind
{
    OpenRosa,
    Rest,
    Download,
    CommCare,
    Receiver,
    DomainApi,
}

/// <summary>
/// The pipeline of every endpoint: headers, authentication, the handler, its result, and every failure in the endpoint's own format. It
/// runs the result itself: a worker middleware never sees what fails in there.
/// </summary>
public sealed partial class EndpointPipeline(
    RequestAuthenticator authenticator,
    DomainAuthenticator domains,
    IOptions<RosaOptions> options,
    ILogger<EndpointPipeline> logger
)
{
    /// <summary>In every refusal and failure: the id of the request in the log.</summary>
    public const string CorrelationHeader = "X-Correlation-Id";

    /// <summary>With <paramref name="bodyShowsCsrf"/> the handler itself checks <see cref="Caller.ExpectedCsrf"/>; otherwise a cookie's
    /// POST without its header is refused here.</summary>
    public Task<IResult> OpenRosaAsync(HttpRequest request, Func<Caller, Task<IResult>> handler, bool bodyShowsCsrf = false) =>
        RunAsync(request, AnswerKind.OpenRosa, () => AsOpenRosaAsync(request, () => CallerAsync(request, bodyShowsCsrf), handler));

    /// <inheritdoc cref="OpenRosaAsync"/>
    public Task<IResult> RestAsync(HttpRequest request, Func<Caller, Task<IResult>> handler, bool bodyShowsCsrf = false) =>
        RunAsync(request, AnswerKind.Rest, async () => await handler(await CallerAsync(request, bodyShowsCsrf)));

    public Task<IResult> DownloadAsync(HttpRequest request, Func<Caller, Task<IResult>> handler) =>
        RunAsync(request, AnswerKind.Download, async () => await handler(await CallerAsync(request, false)));

    /// <summary>For endpoints without authentication. Credentials are ignored.</summary>
    public Task<IResult> OpenToAllAsync(HttpRequest request, AnswerKind kind, Func<Task<IResult>> handler) =>
        RunAsync(
            request,
            kind,
            kind == AnswerKind.OpenRosa ? () => AsOpenRosaAsync(request, () => Task.FromResult(Caller.Anonymous), _ => handler()) : handler,
            isOpen: true
        );

    /// <summary>For phones of a domain's mobile workers. Refusals are messages of the <paramref name="nature"/>.</summary>
    public Task<IResult> CommCareAsync(HttpRequest request, string domain, string nature, Func<DomainUser, Task<IResult>> handler) =>
        CommCareAsync(
            request,
            nature,
            async () => await handler(await domains.MemberAsync(request, domain, request.HttpContext.RequestAborted))
        );

    /// <summary>The same for handlers that authenticate the caller themselves, or need no authentication.</summary>
    public Task<IResult> CommCareAsync(HttpRequest request, string nature, Func<Task<IResult>> handler) =>
        RunAsync(request, AnswerKind.CommCare, handler, nature);

    /// <summary>
    /// For the receiver of CommCare's phones, which has its own answers for failures. The handler authenticates the caller itself.
    /// </summary>
    public Task<IResult> ReceiverAsync(HttpRequest request, Func<Task<IResult>> handler) => RunAsync(request, AnswerKind.Receiver, handler);

    /// <summary>For web users who administer a domain, with the <paramref name="verb"/> on its project.</summary>
    public Task<IResult> DomainApiAsync(HttpRequest request, string domain, string verb, Func<DomainUser, Task<IResult>> handler) =>
        RunAsync(
            request,
            AnswerKind.DomainApi,
            async () => await handler(await domains.WebUserAsync(request, domain, verb, request.HttpContext.RequestAborted))
        );

    private static async Task<IResult> AsOpenRosaAsync(
        HttpRequest request,
        Func<Task<Caller>> authenticate,
        Func<Caller, Task<IResult>> handler
    )
    {
        OpenRosaResponse.RequireVersion(request);
        var caller = await authenticate();
        Paging.Of(request);
        return await handler(caller);
    }

    private async Task<Caller> CallerAsync(HttpRequest request, bool bodyShowsCsrf)
    {
        var caller = await authenticator.AuthenticateAsync(request, request.HttpContext.RequestAborted);
        return caller.ExpectedCsrf is null || bodyShowsCsrf ? caller : throw Problem.NotAuthenticated().AsException();
    }

    private async Task<IResult> RunAsync(
        HttpRequest request,
        AnswerKind kind,
        Func<Task<IResult>> handler,
        string nature = "error",
        bool isOpen = false
    )
    {
        var http = request.HttpContext;
        var (name, operations) = (kind.ToString(), StorageOperations.Begin());
        // The host passes the client's trace on in the request; the function's own activity exists only where a listener is registered.
        var correlation = http.Features.Get<IHttpActivityFeature>()?.Activity.TraceId.ToString() ?? Guid.NewGuid().ToString("N");
        using var activity = Telemetry.StartRequest(name, request.Method);
        decimal? code = null;
        try
        {
            Prepare(http, kind, correlation, operations);
            http.Features.Get<ApiOperation>()?.RequireDeclared(kind, isOpen);
            ActionNotes.Begin(NotesOf(request));
            LimitedBody.Apply(request, options.Value.MaxBodyBytes);
            await (await handler()).ExecuteAsync(http); // here, so that a failure while streaming is seen too
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client disconnected and will retry.
            if (!http.Response.HasStarted)
            {
                http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (Exception e)
        {
            var problem = ProblemOf(e, correlation);
            code = problem.Code;
            if (problem.Status == StatusCodes.Status413PayloadTooLarge)
            {
                await LimitedBody.DrainAsync(request, http.RequestAborted);
            }
            LogAnswer(problem, correlation, e);
            await RefuseAsync(http, kind, nature, problem);
        }
        Telemetry.Answered(activity, name, request.Method, http.Response.StatusCode, code, operations);
        return Results.Empty;
    }

    // Percent-encoded, since a header holds no other text.
    private static string? NotesOf(HttpRequest request) =>
        request.Headers["X-Action-Notes"].ToString() is { Length: > 0 } notes ? Uri.UnescapeDataString(notes) : null;

    private void Prepare(HttpContext http, AnswerKind kind, string correlation, StorageOperations operations)
    {
        http.Response.OnStarting(() =>
        {
            if (http.Response.StatusCode >= StatusCodes.Status400BadRequest)
            {
                http.Response.Headers[CorrelationHeader] = correlation;
            }
            if (options.Value.ReportStorageOperations)
            {
                http.Response.Headers["Server-Timing"] = string.Create(
                    CultureInfo.InvariantCulture,
                    $"storage;desc=\"operations\";dur={operations.Count}"
                );
            }
            return Task.CompletedTask;
        });
        var reads = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        var keepable = reads && !http.Request.Path.StartsWithSegments("/v1/sessions");
        http.Response.Headers.CacheControl = keepable ? "private, no-cache" : "no-store";
        http.Response.Headers.Vary = keepable ? "Accept-Encoding, Origin" : "*";

        // Everything served here was uploaded. A browser must not run it as a page of this server.
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        if (kind is AnswerKind.OpenRosa or AnswerKind.CommCare or AnswerKind.Receiver)
        {
            OpenRosaResponse.ApplyHeaders(http, options.Value.MaxSubmissionBytes);
        }
    }

    private void LogAnswer(Problem problem, string correlation, Exception e)
    {
        if (problem.Status >= 500)
        {
            LogFailure(logger, problem.Code, correlation, e);
        }
        else
        {
            LogRefusal(logger, problem.Code, correlation);
            LogReason(logger, problem.Code, problem.Message);
        }
    }

    private async Task RefuseAsync(HttpContext http, AnswerKind kind, string nature, Problem problem)
    {
        if (http.Response.HasStarted)
        {
            http.Abort(); // a cut-off body is honest, a well-formed half is not
            return;
        }
        if (
            problem.Status == StatusCodes.Status401Unauthorized
            && MayChallenge(http.Request, kind)
            && !http.Request.RouteValues.ContainsKey("draftToken")
        )
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"ODK\", charset=\"UTF-8\"";
        }
        if (problem.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        http.Response.Headers.Remove("ETag");
        var refusal = kind switch
        {
            AnswerKind.OpenRosa => OpenRosaResponse.Refusal(problem),
            AnswerKind.CommCare => CommCareAnswers.Refusal(problem, nature),
            AnswerKind.Receiver => ReceiverAnswers.Refusal(http.Request, problem),
            AnswerKind.DomainApi => CommCareAnswers.ApiRefusal(problem),
            _ => Json.Refusal(problem),
        };
        await refusal.ExecuteAsync(http);
    }

    // CommCare's clients never send a password that wasn't asked for, whatever else they send.
    private bool MayChallenge(HttpRequest request, AnswerKind kind) =>
        kind is AnswerKind.CommCare or AnswerKind.Receiver
            ? authenticator.IsConfidential(request)
            : kind != AnswerKind.Rest && authenticator.MayChallenge(request);

    private Problem ProblemOf(Exception e, string correlation) =>
        e switch
        {
            ProblemException refusal => refusal.Problem,
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problem.BodyTooLarge(
                options.Value.MaxBodyBytes
            ),
            BadHttpRequestException broken => Problem.BrokenBody(broken.Message),
            _ => Problem.Unexpected(correlation),
        };

    [LoggerMessage(Level = LogLevel.Error, Message = "Failed with {Code}, correlation {Correlation}.")]
    private static partial void LogFailure(ILogger logger, decimal code, string correlation, Exception e);

    [LoggerMessage(Level = LogLevel.Information, Message = "Refused with {Code}, correlation {Correlation}.")]
    private static partial void LogRefusal(ILogger logger, decimal code, string correlation);

    // It may repeat what the client sent, so it is for developers only.
    [LoggerMessage(Level = LogLevel.Debug, Message = "Refused with {Code}: {Reason}")]
    private static partial void LogReason(ILogger logger, decimal code, string reason);
}
