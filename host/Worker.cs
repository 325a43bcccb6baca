using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LocalFunctionsHost.Rpc;
using Microsoft.Extensions.Logging;

namespace LocalFunctionsHost;

/// <summary>One life of the worker: its process, and the conversation with it.</summary>
internal sealed partial class Worker : IDisposable
{
    private const string HostVersion = "4.0.0";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly AppFolder _app;
    private readonly WorkerProcess _process;
    private readonly Func<IEnumerable<RpcFunctionMetadata>, FunctionCatalog> _read;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StatusResult>> _invocations = new();
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();
    private int _toLoad;
    private bool _handlesCancel;

    /// <param name="read">Makes the functions of their descriptions.</param>
    public Worker(
        AppFolder app,
        WorkerProcess process,
        Func<IEnumerable<RpcFunctionMetadata>, FunctionCatalog> read,
        ILoggerFactory loggers
    )
    {
        (_app, _process, _read, _loggers) = (app, process, read, loggers);
        _logger = loggers.CreateLogger("Host.Worker");
        _ = EndWithProcessAsync();
    }

    public string Id => _process.WorkerId;

    /// <summary>Where the worker answers HTTP. Null when it has no HTTP triggers of ASP.NET Core.</summary>
    public Uri? HttpUri { get; private set; }

    /// <summary>Set once <see cref="Ready"/> is true.</summary>
    public FunctionCatalog Functions { get; private set; } = null!;

    /// <summary>True when all functions are loaded; false when the worker ended before.</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>Completes when another worker has taken the place of this one, or none will.</summary>
    public Task Replaced => _replaced.Task;

    /// <summary>Cancelled when the process has ended.</summary>
    public CancellationToken Ended => _ended.Token;

    public Task<int> ExitCode => _process.ExitCode;

    public void Replace() => _replaced.TrySetResult();

    /// <summary>Sends queued messages in order, until the stream ends.</summary>
    public async Task SendAllAsync(IServerStreamWriter<StreamingMessage> stream, CancellationToken cancellationToken)
    {
        await foreach (var message in _outgoing.Reader.ReadAllAsync(cancellationToken))
            await stream.WriteAsync(message, cancellationToken);
    }

    public async Task ReceiveAsync(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.StartStream:
                SendInit();
                break;
            case StreamingMessage.ContentOneofCase.WorkerInitResponse:
                await InitialisedAsync(message.WorkerInitResponse);
                break;
            case StreamingMessage.ContentOneofCase.FunctionMetadataResponse:
                Load(message.FunctionMetadataResponse);
                break;
            case StreamingMessage.ContentOneofCase.FunctionLoadResponse:
                Loaded(message.FunctionLoadResponse);
                break;
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                if (_invocations.TryRemove(message.InvocationResponse.InvocationId, out var invocation))
                    invocation.TrySetResult(message.InvocationResponse.Result);
                break;
            case StreamingMessage.ContentOneofCase.RpcLog:
                Log(message.RpcLog);
                break;
        }
    }

    /// <summary>Runs a function. The result is a failure when the worker ends first.</summary>
    /// <param name="metadata">What the trigger tells beside its value, such as the values of a route, for other parameters.</param>
    public async Task<StatusResult> InvokeAsync(
        Function function,
        string invocationId,
        TypedData trigger,
        IEnumerable<KeyValuePair<string, TypedData>>? metadata = null
    )
    {
        var invocation = new TaskCompletionSource<StatusResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _invocations[invocationId] = invocation;
        var request = new InvocationRequest
        {
            InvocationId = invocationId,
            FunctionId = function.Id,
            TraceContext = CurrentTrace(),
            RetryContext = new(),
        };
        request.InputData.Add(new ParameterBinding { Name = function.TriggerName, Data = trigger });
        foreach (var (name, value) in metadata ?? [])
            request.TriggerMetadata[name] = value;
        Send(new StreamingMessage { InvocationRequest = request });

        await using var end = Ended.Register(() => invocation.TrySetResult(Failure("The worker ended before the function did.")));
        return await invocation.Task;
    }

    /// <summary>Asks the worker to cancel a running function, if it has that capability.</summary>
    public void Cancel(string invocationId)
    {
        if (_handlesCancel && _invocations.ContainsKey(invocationId))
            Send(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = invocationId } });
    }

    /// <summary>A worker without its stream can do nothing more: it ends, if it has not done so after a grace period.</summary>
    public void Disconnect() => _ = EndAsync();

    /// <summary>Asks the worker to end, and insists after a grace period.</summary>
    public async Task StopAsync()
    {
        Send(new StreamingMessage { WorkerTerminate = new WorkerTerminate { GracePeriod = Duration.FromTimeSpan(Grace) } });
        await EndAsync();
    }

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        _process.Dispose();
        _ended.Dispose();
    }

    private async Task EndAsync()
    {
        try
        {
            await _process.ExitCode.WaitAsync(Grace);
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await _process.ExitCode;
        }
    }

    private async Task EndWithProcessAsync()
    {
        await _process.ExitCode;
        _ready.TrySetResult(false);
        _outgoing.Writer.TryComplete();
        await _ended.CancelAsync();
    }

    private void Send(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    private void SendInit()
    {
        var init = new WorkerInitRequest
        {
            HostVersion = HostVersion,
            WorkerDirectory = _app.Path,
            FunctionAppDirectory = _app.Path,
        };
        init.Capabilities["RpcHttpTriggerMetadataRemoved"] = "true";
        Send(new StreamingMessage { WorkerInitRequest = init });
    }

    private async Task InitialisedAsync(WorkerInitResponse response)
    {
        if (response.Result is { Status: StatusResult.Types.Status.Failure } failure)
        {
            Fail($"The worker could not start: {Describe(failure)}");
            return;
        }
        _handlesCancel = response.Capabilities.ContainsKey("HandlesInvocationCancelMessage");
        if (response.Capabilities.TryGetValue("HttpUri", out var uri))
        {
            HttpUri = new Uri(uri);
            await WorkerProcess.WaitUntilListeningAsync(HttpUri, Ended);
        }
        Send(new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = _app.Path } });
    }

    private void Load(FunctionMetadataResponse response)
    {
        try
        {
            Functions = _read(response.FunctionMetadataResults);
        }
        catch (FormatException e)
        {
            Fail(e.Message);
            return;
        }
        _toLoad = Functions.All.Count;
        foreach (var function in Functions.All)
        {
            Send(
                new StreamingMessage
                {
                    FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.Id, Metadata = function.Metadata },
                }
            );
        }
        if (_toLoad == 0)
            _ready.TrySetResult(true);
    }

    private void Loaded(FunctionLoadResponse response)
    {
        if (response.Result is { Status: not StatusResult.Types.Status.Success } failure)
        {
            var function = Functions.All.Single(function => function.Id == response.FunctionId);
            function.LoadFailure = Describe(failure);
            LogLoadFailure(_logger, function.Name, function.LoadFailure);
        }
        if (Interlocked.Decrement(ref _toLoad) == 0)
            _ready.TrySetResult(true);
    }

    private void Fail(string reason)
    {
        LogFailure(_logger, reason);
        _process.Kill();
    }

    private void Log(RpcLog log)
    {
        var logger = _loggers.CreateLogger(log.Category.Length > 0 ? log.Category : "Worker");
        var level = (LogLevel)(int)log.Level;
        if (logger.IsEnabled(level))
            LogWorker(logger, level, log.Exception is { } thrown ? $"{log.Message} {thrown.Message} {thrown.StackTrace}" : log.Message);
    }

    private static RpcTraceContext CurrentTrace() =>
        new() { TraceParent = Activity.Current?.Id ?? "", TraceState = Activity.Current?.TraceStateString ?? "" };

    private static StatusResult Failure(string reason) =>
        new()
        {
            Status = StatusResult.Types.Status.Failure,
            Exception = new Rpc.RpcException { Message = reason },
        };

    public static string Describe(StatusResult result) =>
        result.Exception is { } exception ? $"{exception.Message} {exception.StackTrace}" : result.Result;

    [LoggerMessage(LogLevel.Error, "The function {Name} could not be loaded: {Reason}")]
    private static partial void LogLoadFailure(ILogger logger, string name, string reason);

    [LoggerMessage(LogLevel.Error, "{Reason}")]
    private static partial void LogFailure(ILogger logger, string reason);

    [LoggerMessage(EventId = 0, Message = "{Message}")]
    private static partial void LogWorker(ILogger logger, LogLevel level, string message);
}
