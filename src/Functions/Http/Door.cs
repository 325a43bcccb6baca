using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Functions.Http;

/// <summary>Which words an endpoint speaks: OpenRosa's XML, or the management API's JSON; downloads are JSON's, but phones' passwords are asked for there too.</summary>
public enum AnswerKind
{
    OpenRosa,
    Rest,
    Download,
}

/// <summary>
/// The one door of every endpoint: headers, authentication, the handler, its result, and every failure in the endpoint's own words. It runs
/// the result itself: a worker middleware never sees what fails in there.
/// </summary>
public sealed partial class Door(RequestAuthenticator authenticator, IOptions<RosaOptions> options, ILogger<Door> logger)
{
    /// <summary>With <paramref name="bodyShowsCsrf"/> the handler itself checks <see cref="Caller.ExpectedCsrf"/>; otherwise a cookie's POST without its header is refused here.</summary>
    public Task<IResult> OpenRosaAsync(HttpRequest request, Func<Caller, Task<IResult>> handler, bool bodyShowsCsrf = false) =>
        RunAsync(request, AnswerKind.OpenRosa, () => CallerAsync(request, bodyShowsCsrf), handler);

    /// <inheritdoc cref="OpenRosaAsync"/>
    public Task<IResult> RestAsync(HttpRequest request, Func<Caller, Task<IResult>> handler, bool bodyShowsCsrf = false) =>
        RunAsync(request, AnswerKind.Rest, () => CallerAsync(request, bodyShowsCsrf), handler);

    public Task<IResult> DownloadAsync(HttpRequest request, Func<Caller, Task<IResult>> handler) =>
        RunAsync(request, AnswerKind.Download, () => CallerAsync(request, false), handler);

    /// <summary>For endpoints that need nobody: whatever credentials come are ignored.</summary>
    public Task<IResult> OpenToAllAsync(HttpRequest request, AnswerKind kind, Func<Task<IResult>> handler) =>
        RunAsync(request, kind, () => Task.FromResult(Caller.Anonymous), _ => handler());

    private async Task<Caller> CallerAsync(HttpRequest request, bool bodyShowsCsrf)
    {
        var caller = await authenticator.AuthenticateAsync(request, request.HttpContext.RequestAborted);
        return caller.ExpectedCsrf is null || bodyShowsCsrf ? caller : throw Problem.NotAuthenticated().AsException();
    }

    private async Task<IResult> RunAsync(HttpRequest request, AnswerKind kind, Func<Task<Caller>> authenticate, Func<Caller, Task<IResult>> handler)
    {
        var http = request.HttpContext;
        try
        {
            Prepare(http, kind);
            if (kind == AnswerKind.OpenRosa)
            {
                OpenRosa.RequireVersion(request);
            }
            var caller = await authenticate();
            if (kind == AnswerKind.OpenRosa)
            {
                Paging.Of(request);
            }
            await (await handler(caller)).ExecuteAsync(http);   // here, so that a failure while streaming is seen too
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The phone hung up and will try again: nobody to answer, nothing to report.
        }
        catch (Exception e)
        {
            await RefuseAsync(http, kind, e);
        }
        return Results.Empty;
    }

    private void Prepare(HttpContext http, AnswerKind kind)
    {
        if (options.Value.ReportStorageOperations)
        {
            var operations = StorageOperations.Begin();
            http.Response.OnStarting(() =>
            {
                http.Response.Headers["Server-Timing"] = string.Create(CultureInfo.InvariantCulture, $"storage;desc=\"operations\";dur={operations.Count}");
                return Task.CompletedTask;
            });
        }
        var reads = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        var keepable = reads && !http.Request.Path.StartsWithSegments("/v1/sessions");
        http.Response.Headers.CacheControl = keepable ? "private, no-cache" : "no-store";
        http.Response.Headers.Vary = keepable ? "Accept-Encoding, Origin" : "*";

        // Whatever is served here was sent in by somebody: opened in a browser, none of it is a page of ours.
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        if (kind == AnswerKind.OpenRosa)
        {
            OpenRosa.ApplyHeaders(http, options.Value.MaxSubmissionBytes);
        }
    }

    private async Task RefuseAsync(HttpContext http, AnswerKind kind, Exception e)
    {
        var problem = ProblemOf(e);
        if (problem.Status >= 500)
        {
            LogFailure(logger, problem.Code, http.TraceIdentifier, e);
        }
        else
        {
            LogRefusal(logger, problem.Code, problem.Message);
        }
        if (http.Response.HasStarted)
        {
            http.Abort();        // a cut-off body is honest, a well-formed half is not
            return;
        }
        if (problem.Status == StatusCodes.Status401Unauthorized && kind != AnswerKind.Rest && authenticator.MayChallenge(http.Request)
            && !http.Request.RouteValues.ContainsKey("draftToken"))
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"ODK\", charset=\"UTF-8\"";
        }
        if (problem.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        http.Response.Headers.Remove("ETag");
        await (kind == AnswerKind.OpenRosa ? OpenRosa.Refusal(problem) : Json.Refusal(problem)).ExecuteAsync(http);
    }

    private Problem ProblemOf(Exception e) => e switch
    {
        ProblemException refusal => refusal.Problem,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problem.BodyTooLarge(options.Value.MaxBodyBytes),
        BadHttpRequestException broken => Problem.BrokenBody(broken.Message),
        _ => Problem.Unexpected(Activity.Current?.TraceId.ToString() ?? Guid.NewGuid().ToString("N")),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Failed with {Code} in request {TraceIdentifier}.")]
    private static partial void LogFailure(ILogger logger, decimal code, string traceIdentifier, Exception e);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Refused with {Code}: {Reason}")]
    private static partial void LogRefusal(ILogger logger, decimal code, string reason);
}
