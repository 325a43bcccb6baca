using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace ServerlessRosa.Dev;

/// <summary>A client of the management API.</summary>
internal sealed class RestClient(Uri baseUrl) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = baseUrl };

    public void Dispose() => _http.Dispose();

    /// <returns>False for an unknown web user or a wrong password.</returns>
    public async Task<bool> SignInAsync(string email, string password, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync("/v1/sessions", new { email, password }, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
            return false;
        var session = await ReadAsync(answer, cancellationToken);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.GetProperty("token").GetString());
        return true;
    }

    /// <returns>Null when the resource does not exist.</returns>
    public async Task<JsonElement?> FindAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync(path, cancellationToken);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(answer, cancellationToken);
    }

    public async Task<IReadOnlyList<JsonElement>> ListAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync(path, cancellationToken);
        return [.. (await ReadAsync(answer, cancellationToken)).EnumerateArray()];
    }

    public async Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsJsonAsync(path, body, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    public async Task<JsonElement> PostAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsync(path, content: null, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    public async Task<JsonElement> PostFileAsync(string path, string file, string mediaType, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(file);
        using var content = new StreamContent(stream);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using var answer = await _http.PostAsync(path, content, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    /// <summary>Whether an app user may still list forms.</summary>
    public async Task<bool> KnowsAsync(string appUserPath, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{appUserPath}/formList");
        request.Headers.Add("X-OpenRosa-Version", "1.0");
        using var answer = await _http.SendAsync(request, cancellationToken);
        return answer.IsSuccessStatusCode;
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
            return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        var request = answer.RequestMessage!;
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        throw new StartException($"{request.Method} {request.RequestUri} answered {(int)answer.StatusCode}: {body}");
    }
}
