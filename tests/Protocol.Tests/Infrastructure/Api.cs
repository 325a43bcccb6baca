using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>An answer, read whole.</summary>
public sealed record Answer(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Bytes);

    /// <summary>How many storage operations the server spent on it.</summary>
    public int StorageOperations => int.Parse(Headers.GetValues("Server-Timing").Single().Split("dur=")[1], CultureInfo.InvariantCulture);

    /// <summary>As it came, not as the library would write it.</summary>
    public string? Header(string name) =>
        Headers.NonValidated.TryGetValues(name, out var values) || ContentHeaders.NonValidated.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;
}

/// <summary>
/// Talks to the server as one kind of client: sends its credentials with every request, says by default that the connection is HTTPS,
/// as the front end does, and never follows redirects.
/// </summary>
public sealed class Api
{
    private static readonly HttpClient Http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
        }
    )
    {
        Timeout = TimeSpan.FromMinutes(5),
    };

    private static int _addresses = 0x100;

    private readonly Server _server;
    private readonly string _prefix;
    private readonly Dictionary<string, string> _headers;

    private Api(Server server, string prefix, Dictionary<string, string> headers)
    {
        _server = server;
        _prefix = prefix;
        _headers = headers;
    }

    /// <summary>Nobody in particular.</summary>
    public static Api Anonymous(Server server) => new(server, "/v1", new() { ["X-Forwarded-Proto"] = "https" });

    /// <summary>The server's first administrator, with a session of its own.</summary>
    public static async Task<Api> AdministratorAsync(Server? server = null) =>
        await SignInAsync(server ?? await Server.SharedAsync(), Server.AdminEmail, Server.AdminPassword);

    public static async Task<Api> SignInAsync(Server server, string email, string password)
    {
        var session = await Anonymous(server).PostJsonAsync("/sessions", new { email, password });
        return Anonymous(server)
            .With("Authorization", $"Bearer {session.ShouldBe(HttpStatusCode.OK).Json.GetProperty("token").GetString()}");
    }

    public static Api WithBasic(Server server, string email, string password) =>
        Anonymous(server).With("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{email}:{password}")));

    /// <summary>An app user or public link: its key is in the path.</summary>
    public static Api WithKey(Server server, string key) =>
        new(server, $"/v1/key/{key}", new() { ["X-Forwarded-Proto"] = "https", ["X-OpenRosa-Version"] = "1.0" });

    /// <summary>Whoever holds a draft's token.</summary>
    public static Api WithDraftToken(Server server, string token) =>
        new(server, $"/v1/test/{token}", new() { ["X-Forwarded-Proto"] = "https", ["X-OpenRosa-Version"] = "1.0" });

    public Server Server => _server;

    /// <summary>Whether it is an app user's or a public link's client.</summary>
    public bool IsKey => _prefix.StartsWith("/v1/key/", StringComparison.Ordinal);

    /// <summary>The key or token in the path, of a client that has one.</summary>
    public string Key => _prefix.Split('/')[^1];

    /// <summary>The bearer token, of a client that has one.</summary>
    public string Token => _headers["Authorization"]["Bearer ".Length..];

    /// <summary>What it sends in a header.</summary>
    public string? Header(string header) => _headers.GetValueOrDefault(header);

    /// <summary>The same client with one more header, or another value of it; null leaves it out.</summary>
    public Api With(string header, string? value)
    {
        var headers = new Dictionary<string, string>(_headers);
        headers.Remove(header);
        if (value is not null)
        {
            headers[header] = value;
        }
        return new Api(_server, _prefix, headers);
    }

    /// <summary>With the header that every OpenRosa request carries.</summary>
    public Api OpenRosa => With("X-OpenRosa-Version", "1.0");

    /// <summary>The same client at an address that nobody else has, for those who come with wrong passwords.</summary>
    public Api FromElsewhere => With("X-Forwarded-For", $"2001:db8:0:{Interlocked.Increment(ref _addresses):x}::1");

    /// <summary>The same credentials at another process.</summary>
    public Api At(Server server) => new(server, _prefix, _headers);

    /// <summary>The whole address of a path that follows `/v1`, as this client asks for it.</summary>
    public string Address(string path) => $"{_server.BaseUrl.GetLeftPart(UriPartial.Authority)}{_prefix}{path}";

    public Task<Answer> GetAsync(string path, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Get, path, cancellationToken: cancellationToken);

    public Task<Answer> HeadAsync(string path) => SendAsync(HttpMethod.Head, path);

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<Answer> PostAsync(string path, HttpContent? content = null) => SendAsync(HttpMethod.Post, path, content);

    public Task<Answer> PostJsonAsync(string path, object body) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body));

    public Task<Answer> PutJsonAsync(string path, object body) => SendAsync(HttpMethod.Put, path, JsonContent.Create(body));

    public Task<Answer> PatchJsonAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, JsonContent.Create(body));

    public Task<Answer> PostXmlAsync(string path, string xml) =>
        SendAsync(HttpMethod.Post, path, new StringContent(xml, Encoding.UTF8, "application/xml"));

    /// <summary><paramref name="path"/> follows `/v1`, with its escapes as they are; one that starts with `http` is taken whole.</summary>
    public async Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content = null,
        CancellationToken cancellationToken = default
    )
    {
        var address = path.StartsWith("http", StringComparison.Ordinal) ? path : Address(path);
        using var request = new HttpRequestMessage(
            method,
            new Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })
        )
        {
            Content = content,
        };
        foreach (var (name, value) in _headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await Http.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var answer = new Answer(response.StatusCode, response.Headers, response.Content.Headers, body);
        await ApiContract.CheckAsync(request, answer);
        return answer;
    }
}

public static class AnswerChecks
{
    /// <summary>Fails with the body when the status is another.</summary>
    public static Answer ShouldBe(this Answer answer, HttpStatusCode status)
    {
        Assert.True(answer.Status == status, $"Expected {(int)status}, got {(int)answer.Status}: {answer.Text}");
        return answer;
    }

    /// <summary>A refusal in the management API's words: the status is the code's integer part.</summary>
    public static Answer ShouldBeProblem(this Answer answer, decimal code, string? fragment = null)
    {
        answer.ShouldBe((HttpStatusCode)(int)code);
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal(code, answer.Json.GetProperty("code").GetDecimal());
        Assert.Contains(fragment ?? "", answer.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        return answer;
    }

    /// <summary>A refusal in OpenRosa's words, with all of its headers.</summary>
    public static Answer ShouldBeOpenRosaError(this Answer answer, int status, string fragment)
    {
        var envelope = answer.ShouldBe((HttpStatusCode)status).ShouldBeOpenRosa().Envelope();
        Assert.Equal("error", envelope.Nature);
        Assert.Contains(fragment, envelope.Message, StringComparison.Ordinal);
        return answer;
    }

    /// <summary>The headers that every OpenRosa answer carries (OR-010 to OR-015).</summary>
    public static Answer ShouldBeOpenRosa(this Answer answer)
    {
        Assert.Equal("1.0", answer.Header("X-OpenRosa-Version"));
        Assert.Equal("100000000", answer.Header("X-OpenRosa-Accept-Content-Length"));
        Assert.NotNull(answer.Headers.Date);
        if (answer.Bytes.Length > 0)
        {
            Assert.Equal("text/xml; charset=utf-8", answer.Header("Content-Type"));
        }
        return answer;
    }

    public static (string Nature, string Message, int Items) Envelope(this Answer answer)
    {
        var root = System.Xml.Linq.XDocument.Parse(answer.Text).Root!;
        Assert.Equal("{http://openrosa.org/http/response}OpenRosaResponse", root.Name.ToString());
        var message = root.Element(root.Name.Namespace + "message")!;
        return (message.Attribute("nature")!.Value, message.Value, int.Parse(root.Attribute("items")!.Value, CultureInfo.InvariantCulture));
    }
}
