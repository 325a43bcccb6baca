using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Clients;

/// <summary>A client that holds an e-mail address and a password, and gives them only to a server that asks for them, each time: as
/// Collect, and as `curl --anyauth`.</summary>
internal sealed class PasswordClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _base;

    public PasswordClient(Server server, string email, string password)
    {
        _base = new Uri(server.BaseUrl.GetLeftPart(UriPartial.Authority));
        var credentials = new CredentialCache { { _base, "Basic", new NetworkCredential(email, password) } };
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                Credentials = credentials,
                PreAuthenticate = false,
                AllowAutoRedirect = false,
                UseCookies = false,
            }
        );
        _http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        _http.DefaultRequestHeaders.Add("X-OpenRosa-Version", "1.0");
    }

    /// <summary><paramref name="path"/> follows `/v1`.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_base, $"/v1{path}")) { Content = content };
        using var response = await _http.SendAsync(request);
        return new Answer(response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsByteArrayAsync());
    }

    public void Dispose() => _http.Dispose();
}
