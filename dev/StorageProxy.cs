using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace ServerlessRosa.Dev;

/// <summary>
/// Stands between an app and a storage account, on loopback, for tests and measurements: whoever starts it decides what becomes of each
/// request to blobs and tables. (Signatures cover neither the host nor paging, so it may have ports of its own and ask for smaller pages.)
/// </summary>
public sealed class StorageProxy : IAsyncDisposable
{
    /// <summary>What `UseDevelopmentStorage=true` is short for; the key is the emulator's published one.</summary>
    private const string DevelopmentStorage =
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;"
        + "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1";

    private static readonly string[] PerConnection = ["Connection", "Keep-Alive", "Transfer-Encoding"];

    private readonly WebApplication _proxy;
    private readonly Dictionary<int, string> _origins = [];
    private readonly HttpMessageInvoker _storage = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        }
    );

    private int _blobPort;

    private StorageProxy(WebApplication proxy) => _proxy = proxy;

    /// <summary>That of the account, with this proxy's addresses for blobs and tables.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <param name="behind">The connection string of the account, with explicit endpoints unless it is that of the emulator.</param>
    /// <param name="handle">Answers a request, for example by <see cref="PassOnAsync"/>.</param>
    /// <exception cref="ArgumentException">There is no endpoint of blobs, or none of tables.</exception>
    public static async Task<StorageProxy> StartAsync(
        string behind,
        Func<StorageProxy, HttpContext, Task> handle,
        CancellationToken cancellationToken
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseUrls("http://127.0.0.1:0", "http://127.0.0.1:0")
            .ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var storage = new StorageProxy(builder.Build());
        storage._proxy.Run(http => handle(storage, http));
        await storage._proxy.StartAsync(cancellationToken);

        var parts = behind.TrimEnd(';') == "UseDevelopmentStorage=true" ? DevelopmentStorage : behind;
        var ports = new Queue<int>(storage._proxy.Urls.Select(url => new Uri(url).Port));
        storage.ConnectionString = string.Join(
            ';',
            parts
                .Split(';', StringSplitOptions.RemoveEmptyEntries)
                .Select(part => IsRedirected(part) ? storage.Redirected(part, ports.Dequeue()) : part)
        );
        return ports.Count == 0 ? storage : throw new ArgumentException("It names no endpoint of blobs or of tables.", nameof(behind));

        static bool IsRedirected(string part) =>
            part.StartsWith("BlobEndpoint=", StringComparison.OrdinalIgnoreCase)
            || part.StartsWith("TableEndpoint=", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a request is one to blobs, and not to tables.</summary>
    public bool IsOfBlobs(HttpContext http) => http.Connection.LocalPort == _blobPort;

    /// <summary>Sends the request to storage, and answers with its status and headers. The caller copies the body.</summary>
    /// <param name="target">Path and query, instead of those of the request.</param>
    public async Task<HttpContent> SendAsync(HttpContext http, string? target = null)
    {
        using var request = RequestTo(http, target ?? http.Features.Get<IHttpRequestFeature>()!.RawTarget);
        var answer = await _storage.SendAsync(request, http.RequestAborted);
        http.Response.RegisterForDispose(answer);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !PerConnection.Contains(header.Key)))
            http.Response.Headers[name] = new StringValues([.. values]);
        return answer.Content;
    }

    /// <summary>Passes the request to storage and its answer back.</summary>
    public async Task PassOnAsync(HttpContext http) => await (await SendAsync(http)).CopyToAsync(http.Response.Body, http.RequestAborted);

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _storage.Dispose();
    }

    private string Redirected(string endpoint, int port)
    {
        var (name, address) = (endpoint.Split('=', 2)[0], new Uri(endpoint.Split('=', 2)[1]));
        if (name.Equals("BlobEndpoint", StringComparison.OrdinalIgnoreCase))
            _blobPort = port;
        _origins[port] = address.GetLeftPart(UriPartial.Authority);
        return string.Create(CultureInfo.InvariantCulture, $"{name}=http://127.0.0.1:{port}{address.PathAndQuery}");
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The message owns its content.")]
    private HttpRequestMessage RequestTo(HttpContext http, string target)
    {
        var address = new Uri(
            _origins[http.Connection.LocalPort] + target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), address);
        if (http.Request.ContentLength is > 0 || http.Request.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(http.Request.Body);
        else if (http.Request.ContentLength is 0)
            request.Content = new ByteArrayContent([]);
        foreach (var (name, values) in http.Request.Headers.Where(header => !PerConnection.Contains(header.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        return request;
    }
}
