using System.Globalization;
using System.Net;

namespace ServerlessRosa.Bench;

/// <summary>Sends requests as a phone does, and sums the storage operations that the app reports.</summary>
internal sealed class AppClient(Uri baseUrl) : IDisposable
{
    private readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
        }
    )
    {
        BaseAddress = baseUrl,
        Timeout = TimeSpan.FromMinutes(1),
        DefaultRequestHeaders = { { "X-OpenRosa-Version", "1.0" }, { "User-Agent", "bench" } },
    };
    private long _operations;

    public long Operations => Interlocked.Read(ref _operations);

    /// <returns>The error in the answer, or null.</returns>
    public async Task<string?> SendAsync(HttpRequestMessage request, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(request, cancellationToken);
        await answer.Content.CopyToAsync(Stream.Null, cancellationToken);
        if (answer.Headers.TryGetValues("Server-Timing", out var timings))
            Interlocked.Add(
                ref _operations,
                long.Parse(timings.Single().AsSpan().Trim()[(timings.Single().LastIndexOf('=') + 1)..], CultureInfo.InvariantCulture)
            );
        return answer.StatusCode == expected ? null : $"status {(int)answer.StatusCode}";
    }

    public async Task<string> ReadAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(request, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }
}
