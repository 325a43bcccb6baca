using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using ServerlessRosa.Dev;

namespace ServerlessRosa.Bench.Simulation;

/// <summary>
/// Stands between an app and the storage emulator. Each operation takes a delay longer than the emulator, and writes to a partition of one
/// table are limited, as Azure limits them: more is answered with 503 (ServerBusy).
/// </summary>
internal sealed partial class ThrottlingStorage : IAsyncDisposable
{
    private const string ServerBusy =
        """{"odata.error":{"code":"ServerBusy","message":{"lang":"en-US","value":"The server is currently busy."}}}""";

    private readonly string _limitedTable;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TokenBucket> _limits = [];
    private readonly ConcurrentQueue<(OperationKind Kind, double Milliseconds)> _answers = [];
    private double? _entitiesPerSecond;
    private StorageProxy? _proxy;

    private ThrottlingStorage(string limitedTable) => _limitedTable = limitedTable;

    public string ConnectionString => _proxy!.ConnectionString;

    public TimeSpan Delay { get; set; }

    /// <param name="behind">The emulator, with explicit endpoints.</param>
    public static async Task<ThrottlingStorage> StartAsync(string behind, string limitedTable, CancellationToken cancellationToken)
    {
        var storage = new ThrottlingStorage(limitedTable);
        storage._proxy = await StorageProxy.StartAsync(behind, storage.PassOnAsync, cancellationToken);
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

    public ValueTask DisposeAsync() => _proxy!.DisposeAsync();

    private async Task PassOnAsync(StorageProxy proxy, HttpContext http)
    {
        var started = Stopwatch.GetTimestamp();
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var kind = KindOf(http.Request, proxy.IsOfBlobs(http));
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
        body.Position = 0;
        http.Request.Body = body;
        await proxy.PassOnAsync(http);
        _answers.Enqueue((kind, Stopwatch.GetElapsedTime(started).TotalMilliseconds));
    }

    private static OperationKind KindOf(HttpRequest request, bool isOfBlobs)
    {
        var reads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (isOfBlobs)
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

    [GeneratedRegex("\"PartitionKey\":\"([^\"]*)\"")]
    private static partial Regex PartitionInBody();

    [GeneratedRegex("PartitionKey='([^']*)'")]
    private static partial Regex PartitionInAddress();
}
