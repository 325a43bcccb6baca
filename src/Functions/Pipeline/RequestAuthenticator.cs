using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>Finds the caller in a request. The first scheme that is presented decides, and its failure is final (OR-058).</summary>
public sealed class RequestAuthenticator(AuthenticateActor authenticate, IOptions<RosaOptions> options)
{
    public const string KeyRouteValue = "key";
    private const string SecureCookie = "__Host-session";
    private const string PlainCookie = "session";

    public async Task<Caller> AuthenticateAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (PresentedKey(request) is { } key)
        {
            return await ByKeyAsync(key, cancellationToken);
        }
        if (AuthorizationHeader.Parameter(request, "Bearer") is { } token)
        {
            return await ByTokenAsync(token, cancellationToken);
        }
        if (AuthorizationHeader.Parameter(request, "Basic") is { } credentials)
        {
            return await ByBasicAsync(request, credentials, cancellationToken);
        }
        if (request.Headers.Authorization.ToString().Length == 0 && SessionCookie(request) is { } cookie)
        {
            return await ByCookieAsync(request, cookie, cancellationToken);
        }
        throw Problem.NotAuthenticated().AsException();
    }

    /// <summary>Whether the request has credentials of any kind, right or wrong.</summary>
    public static bool PresentsCredentials(HttpRequest request) =>
        PresentedKey(request) is not null || request.Headers.Authorization.ToString().Length > 0 || SessionCookie(request) is not null;

    /// <summary>Whether passwords are accepted on this connection (OR-048).</summary>
    public bool IsConfidential(HttpRequest request) =>
        IsHttps(request) || (options.Value.AllowBasicOverHttp && PeerIsLoopback(request) && IsLoopbackName(request.Host.Host));

    /// <summary>The Functions host is a loopback peer and sets the header itself; anybody else's is worth nothing (OR-049).</summary>
    public static bool IsHttps(HttpRequest request) =>
        request.IsHttps || (PeerIsLoopback(request) && request.Headers["X-Forwarded-Proto"] == "https");

    /// <summary>Whether a 401 here should ask for a password: clients that hold one wait for it, the others would only bother a human
    /// (OR-041 to OR-046).</summary>
    public bool MayChallenge(HttpRequest request) =>
        IsConfidential(request)
        && PresentedKey(request) is null
        && SessionCookie(request) is null
        && !request.Headers.ContainsKey(HeaderNames.XRequestedWith);

    /// <summary>The cookie's name depends on the connection: browsers take `__Host-` cookies over HTTPS only.</summary>
    public static string CookieName(HttpRequest request) => IsHttps(request) ? SecureCookie : PlainCookie;

    /// <summary>The client's address. The front end appends it to the header, with a port that changes per connection.</summary>
    public static IPAddress? ClientOf(HttpRequest request)
    {
        var forwarded = PeerIsLoopback(request) ? request.Headers["X-Forwarded-For"].ToString().Split(',')[^1].Trim() : "";
        return IPEndPoint.TryParse(forwarded, out var endPoint) ? endPoint.Address : request.HttpContext.Connection.RemoteIpAddress;
    }

    /// <summary>The client's address by which attempts are counted: an IPv6 client can choose the lower half of its address, so only the
    /// upper half counts.</summary>
    public static string AddressOf(HttpRequest request)
    {
        var address = ClientOf(request);
        return address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address?.MapToIPv4().ToString() ?? "";
    }

    private static string? PresentedKey(HttpRequest request) =>
        request.RouteValues.TryGetValue(KeyRouteValue, out var key) ? RouteText.Decode((string)key!)
        : request.Query.TryGetValue("st", out var st) ? st.ToString()
        : null;

    // Over HTTPS a plain `session` is another application's, or planted from a neighbouring domain, which a `__Host-` cookie can't be.
    private static string? SessionCookie(HttpRequest request) =>
        request.Cookies[SecureCookie] ?? (IsHttps(request) ? null : request.Cookies[PlainCookie]);

    private static bool PeerIsLoopback(HttpRequest request) =>
        request.HttpContext.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer);

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private async Task<Caller> ByKeyAsync(string text, CancellationToken cancellationToken)
    {
        var key = AccessToken.TryParse(text) ?? throw Problem.NotAuthenticated().AsException();
        var actor = await authenticate.ByKeyAsync(key, cancellationToken) ?? throw Problem.NotAllowed().AsException();
        return new Caller(actor) { Key = key };
    }

    /// <summary>By a session's token or a key, wherever it was found.</summary>
    public async Task<Caller> ByTokenAsync(string text, CancellationToken cancellationToken)
    {
        var token = AccessToken.TryParse(text) ?? throw Problem.NotAuthenticated().AsException();
        var (actor, session) = await authenticate.ByTokenAsync(token, cancellationToken) ?? throw Problem.NotAuthenticated().AsException();
        return new Caller(actor) { Session = session, SessionToken = session is null ? null : token };
    }

    private async Task<Caller> ByBasicAsync(HttpRequest request, string credentials, CancellationToken cancellationToken)
    {
        if (!IsConfidential(request))
        {
            throw Problem.HttpsOnly().AsException();
        }
        if (AuthorizationHeader.Credentials(credentials) is not var (name, password) || password.Length == 0)
        {
            throw Problem.NotAuthenticated().AsException();
        }
        var actor =
            await authenticate.ByPasswordAsync(name, password, AddressOf(request), cancellationToken)
            ?? throw Problem.NotAuthenticated().AsException();
        return new Caller(actor);
    }

    /// <summary>By the session's cookie; null when the request has none, or has an `Authorization`, which decides before it (OR-057). A
    /// POST that a page of another site could have sent is refused with 401.2 (OR-069).</summary>
    public async Task<Caller?> ByOwnCookieAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization.ToString().Length > 0 || SessionCookie(request) is not { } cookie)
        {
            return null;
        }
        var caller = await ByCookieAsync(request, cookie, cancellationToken);
        return caller.ExpectedCsrf is null ? caller : throw Problem.NotAuthenticated().AsException();
    }

    private async Task<Caller> ByCookieAsync(HttpRequest request, string cookie, CancellationToken cancellationToken)
    {
        if (!IsConfidential(request))
        {
            throw Problem.HttpsOnly().AsException();
        }
        var caller = await ByTokenAsync(cookie, cancellationToken);
        return !HttpMethods.IsPost(request.Method) || request.Headers.XRequestedWith == "XMLHttpRequest"
            ? caller
            : caller with
            {
                ExpectedCsrf = caller.Session?.Csrf ?? throw Problem.NotAuthenticated().AsException(),
            };
    }
}
