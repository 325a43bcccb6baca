using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Web users' sessions (OR-257, OR-258), and the end of anybody's key: revoking an app user is ending its session.</summary>
public sealed class SessionFunctions(
    EndpointPipeline pipeline,
    WebUsers users,
    AppUsersAndLinks holders,
    AuthenticateActor authenticate,
    AuditLog audits
)
{
    private const string CsrfCookie = "__csrf";

    [Function("CreateSession")]
    [OpenToAll]
    [Takes(typeof(CredentialsBody))]
    [Answers(typeof(SessionAnswer))]
    public Task<IResult> Create([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/sessions")] HttpRequest request) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            async () =>
            {
                var body = await Json.ReadAsync(request, Caller.Anonymous, request.HttpContext.RequestAborted);
                if (body.TryGetProperty("password", out var given) && given.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
                {
                    throw Problem.NotAuthenticated().AsException(); // no account has such a password
                }
                if (Json.Text(body, "email") is not { Length: > 0 } email || Json.Text(body, "password") is not { Length: > 0 } password)
                {
                    // The refusal must not repeat the password.
                    var got = body.EnumerateObject()
                        .Where(member => member.Name == "email")
                        .ToDictionary(member => member.Name, member => (object?)member.Value);
                    throw Problem.MissingParameters(["email", "password"], got).AsException();
                }
                var (token, session) = await users.SignInAsync(
                    email,
                    password,
                    RequestAuthenticator.AddressOf(request),
                    request.HttpContext.RequestAborted
                );
                await audits.WriteAsync(
                    session.Actor,
                    "user.session.create",
                    new AuditActee(Scope.Server, session.Actor),
                    new { userAgent = Senders.AgentOf(request) },
                    CancellationToken.None
                );
                var cookie = new CookieOptions(Attributes(request)) { Expires = session.ExpiresAt };
                request.HttpContext.Response.Cookies.Append(
                    RequestAuthenticator.CookieName(request),
                    token.Text,
                    new CookieOptions(cookie) { HttpOnly = true }
                );
                request.HttpContext.Response.Cookies.Append(CsrfCookie, session.Csrf, cookie);
                return Json.Ok(new SessionAnswer(token.Text, session.Csrf, session.ExpiresAt, session.CreatedAt));
            }
        );

    [Function("GetCurrentSession")]
    [OpenToAll(TakesCredentials = true)]
    [Answers(typeof(CurrentSessionAnswer))]
    public Task<IResult> Restore(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/sessions/restore")] HttpRequest request
    ) =>
        RequestAuthenticator.PresentsCredentials(request)
            ? pipeline.RestAsync(
                request,
                caller =>
                    Task.FromResult(
                        caller.Session is { } session
                            ? Json.Ok(new CurrentSessionAnswer(session.CreatedAt, session.ExpiresAt))
                            : throw Problem.NotFound().AsException()
                    )
            )
            : pipeline.OpenToAllAsync(request, AnswerKind.Rest, () => throw Problem.NotFound().AsException());

    [Function("EndSession")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> End(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/sessions/{token}")] HttpRequest request,
        string token
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var text = RouteText.Decode(token);
                if (text == "current")
                {
                    await EndOwnAsync(caller, cancellationToken);
                    DeleteCookies(request);
                    return Json.Success();
                }
                if (
                    AccessToken.TryParse(text) is not { } ending
                    || await authenticate.ByTokenAsync(ending, cancellationToken) is not var (owner, session)
                )
                {
                    throw Problem.NotAllowed().AsException();
                }
                if (session is not null)
                {
                    if (owner.Id != caller.KnownActor.Id)
                    {
                        caller.Actor.Require(Verb.SessionEnd, Scope.Server);
                    }
                    await users.SignOutAsync(ending, cancellationToken);
                    if (ending == caller.SessionToken)
                    {
                        DeleteCookies(request);
                    }
                }
                else
                {
                    caller.Actor.Require(Verb.SessionEnd, Scope.Of(owner.Project!.Value));
                    await holders.RevokeAsync(owner, cancellationToken);
                    await audits.WriteAsync(
                        caller.KnownActor.Id,
                        owner.Kind == ActorKind.AppUser ? "field_key.session.end" : "public_link.session.end",
                        owner,
                        new { actorId = owner.Id.Value },
                        CancellationToken.None
                    );
                }
                return Json.Success();
            }
        );

    // Setting and clearing need the same attributes: browsers ignore a `__Host-` cookie without `Secure` and the path `/`.
    private static CookieOptions Attributes(HttpRequest request) =>
        new()
        {
            Secure = RequestAuthenticator.IsHttps(request),
            SameSite = SameSiteMode.Strict,
            Path = "/",
        };

    private static void DeleteCookies(HttpRequest request)
    {
        request.HttpContext.Response.Cookies.Delete(RequestAuthenticator.CookieName(request), Attributes(request));
        request.HttpContext.Response.Cookies.Delete(CsrfCookie, Attributes(request));
    }

    private async Task EndOwnAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (caller.KnownActor.Kind != ActorKind.WebUser)
        {
            throw Problem.NotAllowed().AsException();
        }
        if (caller.SessionToken is not { } token || !await users.SignOutAsync(token, cancellationToken))
        {
            throw Problem.NotFound().AsException();
        }
    }
}
