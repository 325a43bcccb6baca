using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ServerlessRosa.Dev;

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
/// a test asks for.
/// </summary>
public sealed partial class FaultyStorage : IAsyncDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BeforeCut = TimeSpan.FromMilliseconds(20);
    private readonly Lock _gate = new();
    private Func<HttpRequest, bool> _matches = _ => false;
    private Fault _fault;
    private int _from;
    private int _count;
    private int _seen;
    private int _givenUp;
    private TaskCompletionSource _faultChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StorageProxy? _proxy;

    private FaultyStorage() { }

    public string ConnectionString => _proxy!.ConnectionString;

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
        var storage = new FaultyStorage();
        storage._proxy = await StorageProxy.StartAsync(behind ?? await Server.StorageAsync(), storage.PassOnAsync, CancellationToken.None);
        return storage;
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

    public ValueTask DisposeAsync() => _proxy!.DisposeAsync();

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

    private async Task PassOnAsync(StorageProxy proxy, HttpContext http)
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
        var answer = await proxy.SendAsync(http, SmallerPage(http));
        if (fault == Fault.CutOff)
        {
            var whole = await answer.ReadAsByteArrayAsync(http.RequestAborted);
            await http.Response.Body.WriteAsync(whole.AsMemory(0, whole.Length / 2), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(BeforeCut, http.RequestAborted); // A reset at once could overtake what was sent.
            http.Abort();
            return;
        }
        await answer.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    private string? SmallerPage(HttpContext http) =>
        PageSize is { } size && IsTableQuery(http.Request)
            ? Top().Replace(http.Features.Get<IHttpRequestFeature>()!.RawTarget, "")
                + string.Create(CultureInfo.InvariantCulture, $"&$top={size}")
            : null;

    [GeneratedRegex("&(\\$|%24)top=[0-9]+", RegexOptions.IgnoreCase)]
    private static partial Regex Top();

    private static bool IsTableQuery(HttpRequest request) => HttpMethods.IsGet(request.Method) && request.Query.ContainsKey("$filter");
}
