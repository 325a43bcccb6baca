using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace ServerlessRosa.Bench.Simulation;

/// <summary>
/// Stands between an app and the storage emulator. Each operation takes a delay longer than the emulator, and writes to a partition of one
/// table are limited, as Azure limits them: more is answered with 503 (ServerBusy). Signatures do not cover host and port.
/// </summary>
internal sealed partial class ThrottlingStorage : IAsyncDisposable
{
    private const string ServerBusy =
        """{"odata.error":{"code":"ServerBusy","message":{"lang":"en-US","value":"The server is currently busy."}}}""";

    private static readonly string[] PerConnection = ["Connection", "Keep-Alive", "Transfer-Encoding"];

    private readonly WebApplication _proxy;
    private readonly string _limitedTable;
    private readonly HttpMessageInvoker _storage = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        }
    );
    private readonly Dictionary<int, string> _origins = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TokenBucket> _limits = [];
    private readonly ConcurrentQueue<(OperationKind Kind, double Milliseconds)> _answers = [];
    private double? _entitiesPerSecond;
    private int _blobPort;

    private ThrottlingStorage(WebApplication proxy, string limitedTable) => (_proxy, _limitedTable) = (proxy, limitedTable);

    public string ConnectionString { get; private set; } = "";

    public TimeSpan Delay { get; set; }

    /// <param name="behind">The emulator, with explicit endpoints.</param>
    public static async Task<ThrottlingStorage> StartAsync(string behind, string limitedTable, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseUrls("http://127.0.0.1:0", "http://127.0.0.1:0")
            .ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var storage = new ThrottlingStorage(builder.Build(), limitedTable);
        storage._proxy.Run(storage.PassOnAsync);
        await storage._proxy.StartAsync(cancellationToken);
        var ports = new Queue<int>(storage._proxy.Urls.Select(url => new Uri(url).Port));
        storage.ConnectionString = string.Join(
            ';',
            behind
                .Split(';', StringSplitOptions.RemoveEmptyEntries)
                .Select(part =>
                    part.StartsWith("BlobEndpoint=", StringComparison.Ordinal)
                    || part.StartsWith("TableEndpoint=", StringComparison.Ordinal)
                        ? storage.Redirected(part, ports.Dequeue())
                        : part
                )
        );
        return storage;
    }

    /// <summary>Limits each partition of the table to so many entities per second; null: not at all.</summary>
    public void Limit(double? entitiesPerSecond)
    {
        lock (_gate)
        {
            _entitiesPerSecond = entitiesPerSecond;
            _limits.Clear();
        }
    }

    /// <summary>Medians and 99th percentiles of the answers since the last call.</summary>
    public Dictionary<OperationKind, Latency> TakeLatencies()
    {
        var answers = new List<(OperationKind Kind, double Milliseconds)>();
        while (_answers.TryDequeue(out var answer))
            answers.Add(answer);
        return answers
            .GroupBy(answer => answer.Kind, answer => answer.Milliseconds)
            .ToDictionary(
                kind => kind.Key,
                kind =>
                {
                    var sorted = kind.Order().ToList();
                    return new Latency(
                        sorted[sorted.Count / 2],
                        Math.Max(sorted[sorted.Count / 2] * 1.01, sorted[sorted.Count * 99 / 100])
                    );
                }
            );
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _storage.Dispose();
    }

    private string Redirected(string endpoint, int port)
    {
        var (name, address) = (endpoint.Split('=', 2)[0], new Uri(endpoint.Split('=', 2)[1]));
        if (name == "BlobEndpoint")
            _blobPort = port;
        _origins[port] = address.GetLeftPart(UriPartial.Authority);
        return string.Create(CultureInfo.InvariantCulture, $"{name}=http://127.0.0.1:{port}{address.PathAndQuery}");
    }

    private async Task PassOnAsync(HttpContext http)
    {
        var started = Stopwatch.GetTimestamp();
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var kind = KindOf(http.Request);
        if (kind is OperationKind.TableWrite or OperationKind.TableBatch && !IsAllowed(http.Request, body.ToArray()))
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            http.Response.ContentType = "application/json";
            http.Response.Headers["x-ms-error-code"] = nameof(ServerBusy);
            await http.Response.WriteAsync(ServerBusy, http.RequestAborted);
            _answers.Enqueue((OperationKind.Refusal, Stopwatch.GetElapsedTime(started).TotalMilliseconds));
            return;
        }
        await Task.Delay(Delay, http.RequestAborted);
        using var request = RequestTo(http, body.ToArray());
        using var answer = await _storage.SendAsync(request, http.RequestAborted);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !PerConnection.Contains(header.Key)))
            http.Response.Headers[name] = new StringValues([.. values]);
        await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
        _answers.Enqueue((kind, Stopwatch.GetElapsedTime(started).TotalMilliseconds));
    }

    private OperationKind KindOf(HttpRequest request)
    {
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (request.HttpContext.Connection.LocalPort == _blobPort)
            return reads ? OperationKind.BlobRead : OperationKind.BlobPut;
        if (reads)
            return request.Path.Value!.Contains("PartitionKey=", StringComparison.Ordinal)
                ? OperationKind.PointRead
                : OperationKind.QueryPage;
        return request.Path.Value!.EndsWith("/$batch", StringComparison.Ordinal) ? OperationKind.TableBatch : OperationKind.TableWrite;
    }

    private bool IsAllowed(HttpRequest request, byte[] body)
    {
        var text = request.Path.Value + "\n" + Encoding.UTF8.GetString(body);
        if (!text.Contains($"/{_limitedTable}", StringComparison.Ordinal))
            return true;
        var partitions = PartitionInBody().Matches(text).Select(match => match.Groups[1].Value).ToList();
        if (partitions.Count == 0)
            partitions = [.. PartitionInAddress().Matches(text).Select(match => match.Groups[1].Value)];
        lock (_gate)
        {
            if (_entitiesPerSecond is not { } limit || partitions.Count == 0)
                return true;
            if (!_limits.TryGetValue(partitions[0], out var bucket))
                _limits[partitions[0]] = bucket = new TokenBucket(limit, limit);
            return bucket.TryTake(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, partitions.Count);
        }
    }

    private HttpRequestMessage RequestTo(HttpContext http, byte[] body)
    {
        var address = new Uri(
            _origins[http.Connection.LocalPort] + http.Features.Get<IHttpRequestFeature>()!.RawTarget,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        var hasBody = http.Request.ContentLength is not null || http.Request.Headers.TransferEncoding.Count > 0;
        var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), address)
        {
            Content = hasBody ? new ByteArrayContent(body) : null,
        };
        foreach (var (name, values) in http.Request.Headers.Where(header => !PerConnection.Contains(header.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        return request;
    }

    [GeneratedRegex("\"PartitionKey\":\"([^\"]*)\"")]
    private static partial Regex PartitionInBody();

    [GeneratedRegex("PartitionKey='([^']*)'")]
    private static partial Regex PartitionInAddress();
}
