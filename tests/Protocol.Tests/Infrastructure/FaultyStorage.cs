using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>What becomes of a request that a fault catches.</summary>
public enum Fault
{
    /// <summary>Storage answers 500 and does nothing.</summary>
    ServerError,

    /// <summary>Storage answers that it is busy, and does nothing.</summary>
    Busy,

    /// <summary>The connection ends before storage has seen the request.</summary>
    Dropped,

    /// <summary>Storage does what it was asked, and the connection ends in the middle of its answer.</summary>
    CutOff,

    /// <summary>Storage answers a second late.</summary>
    Delayed,

    /// <summary>The request waits until all is well again.</summary>
    Blocked,
}

/// <summary>
/// Stands between an app process and the storage emulator, on loopback, and passes everything through as it is but for the faults that
/// a test asks for. (Signatures cover neither the host nor paging, so it may have a port of its own and ask for smaller pages.)
/// </summary>
public sealed partial class FaultyStorage : IAsyncDisposable
{
    /// <summary>What `UseDevelopmentStorage=true` is short for; the key is the emulator's published one.</summary>
    private const string DevelopmentStorage =
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;TableEndpoint=http://127.0.0.1:10002/devstoreaccount1;"
        + "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1";

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BeforeCut = TimeSpan.FromMilliseconds(20);
    private static readonly string[] PerConnection = ["Connection", "Keep-Alive", "Transfer-Encoding"];

    private readonly WebApplication _proxy;
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
    private Func<HttpRequest, bool> _matches = _ => false;
    private Fault _fault;
    private int _from;
    private int _count;
    private int _seen;
    private int _givenUp;
    private TaskCompletionSource _faultChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FaultyStorage(WebApplication proxy) => _proxy = proxy;

    public string ConnectionString { get; private set; } = "";

    /// <summary>When set, lists of table rows come in pages of so many.</summary>
    public int? PageSize { get; set; }

    /// <summary>How many requests matched since the last <see cref="Fail"/>.</summary>
    public int Seen
    {
        get
        {
            lock (_gate)
            {
                return _seen;
            }
        }
    }

    /// <summary>How many requests the app gave up while they were blocked, since the last <see cref="Fail"/>.</summary>
    public int GivenUp
    {
        get
        {
            lock (_gate)
            {
                return _givenUp;
            }
        }
    }

    /// <summary>In front of the storage that all servers share, or of another.</summary>
    public static async Task<FaultyStorage> StartAsync(string? behind = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseUrls("http://127.0.0.1:0", "http://127.0.0.1:0")
            .ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var storage = new FaultyStorage(builder.Build());
        storage._proxy.Run(storage.PassOnAsync);
        await storage._proxy.StartAsync();

        var given = behind ?? await Server.StorageAsync();
        var parts = (given.TrimEnd(';') == "UseDevelopmentStorage=true" ? DevelopmentStorage : given).Split(
            ';',
            StringSplitOptions.RemoveEmptyEntries
        );
        var ports = new Queue<int>(storage._proxy.Urls.Select(url => new Uri(url).Port));
        storage.ConnectionString = string.Join(
            ';',
            parts.Select(part => IsRedirected(part) ? storage.Redirected(part, ports.Dequeue()) : part)
        );
        Assert.Empty(ports); // Otherwise no fault would reach one of the two services.
        return storage;

        static bool IsRedirected(string part) =>
            part.StartsWith("BlobEndpoint=", StringComparison.OrdinalIgnoreCase)
            || part.StartsWith("TableEndpoint=", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>From the <paramref name="from"/>th matching request on (from 1), <paramref name="count"/> of them meet the fault; all
    /// others pass.</summary>
    public void Fail(Fault fault, Func<HttpRequest, bool> matches, int from = 1, int count = int.MaxValue)
    {
        lock (_gate)
        {
            (_fault, _matches, _from, _count, _seen, _givenUp) = (fault, matches, from, count, 0, 0);
            _faultChanged.SetResult();
            _faultChanged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void StopFailing() => Fail(default, _ => false);

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _storage.Dispose();
    }

    private string Redirected(string endpoint, int port)
    {
        var (name, address) = (endpoint.Split('=', 2)[0], new Uri(endpoint.Split('=', 2)[1]));
        _origins[port] = address.GetLeftPart(UriPartial.Authority);
        return string.Create(CultureInfo.InvariantCulture, $"{name}=http://127.0.0.1:{port}{address.PathAndQuery}");
    }

    private Task FaultChanged()
    {
        lock (_gate)
        {
            return _faultChanged.Task;
        }
    }

    private async Task BlockAsync(CancellationToken givenUp)
    {
        try
        {
            await FaultChanged().WaitAsync(givenUp);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                _givenUp++;
            }
            throw;
        }
    }

    private Fault? FaultOf(HttpRequest request)
    {
        lock (_gate)
        {
            if (!_matches(request))
            {
                return null;
            }
            _seen++;
            return _seen >= _from && _seen - _from < _count ? _fault : null;
        }
    }

    private async Task PassOnAsync(HttpContext http)
    {
        var fault = FaultOf(http.Request);
        switch (fault)
        {
            case Fault.ServerError:
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            case Fault.Busy:
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                http.Response.Headers["x-ms-error-code"] = "ServerBusy";
                return;
            case Fault.Dropped:
                http.Abort();
                return;
            case Fault.Delayed:
                await Task.Delay(Delay, http.RequestAborted);
                break;
            case Fault.Blocked:
                await BlockAsync(http.RequestAborted);
                break;
        }
        using var request = RequestTo(http);
        using var answer = await _storage.SendAsync(request, http.RequestAborted);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !PerConnection.Contains(header.Key)))
        {
            http.Response.Headers[name] = new StringValues([.. values]);
        }
        if (fault == Fault.CutOff)
        {
            var whole = await answer.Content.ReadAsByteArrayAsync(http.RequestAborted);
            await http.Response.Body.WriteAsync(whole.AsMemory(0, whole.Length / 2), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(BeforeCut, http.RequestAborted); // A reset at once could overtake what was sent.
            http.Abort();
            return;
        }
        await answer.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The message owns its content.")]
    private HttpRequestMessage RequestTo(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        if (PageSize is { } size && IsTableQuery(http.Request))
        {
            target = Top().Replace(target, "") + string.Create(CultureInfo.InvariantCulture, $"&$top={size}");
        }
        var address = new Uri(
            _origins[http.Connection.LocalPort] + target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
        );
        var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), address);
        if (http.Request.ContentLength is > 0 || http.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(http.Request.Body);
        }
        else if (http.Request.ContentLength is 0)
        {
            request.Content = new ByteArrayContent([]);
        }
        foreach (var (name, values) in http.Request.Headers.Where(header => !PerConnection.Contains(header.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }
        return request;
    }

    [GeneratedRegex("&(\\$|%24)top=[0-9]+", RegexOptions.IgnoreCase)]
    private static partial Regex Top();

    private static bool IsTableQuery(HttpRequest request) => HttpMethods.IsGet(request.Method) && request.Query.ContainsKey("$filter");
}
