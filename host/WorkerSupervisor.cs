using LocalFunctionsHost.Rpc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalFunctionsHost;

/// <summary>Sees to it that a worker runs: one that ends is started again. When none can start, the host ends.</summary>
internal sealed partial class WorkerSupervisor : BackgroundService
{
    /// <summary>So many starts in a row may fail once a worker has run; the first start has to succeed.</summary>
    private const int Attempts = 3;

    private readonly Func<WorkerProcess> _start;
    private readonly Func<WorkerProcess, Worker> _attach;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger _logger;
    private volatile Worker _current;

    /// <param name="first">The process that was started while this host was being built.</param>
    /// <param name="start">Starts another.</param>
    public WorkerSupervisor(
        AppFolder app,
        WorkerProcess first,
        Func<WorkerProcess> start,
        IInlineConstraintResolver constraints,
        Settings settings,
        IHostApplicationLifetime lifetime,
        ILoggerFactory loggers
    )
    {
        (_start, _lifetime) = (start, lifetime);
        _logger = loggers.CreateLogger("Host.Worker");
        _attach = process => new Worker(app, process, ReadFunctions, loggers);
        _current = _attach(first);

        FunctionCatalog ReadFunctions(IEnumerable<RpcFunctionMetadata> functions) =>
            FunctionCatalog.Read(functions, app.RoutePrefix, constraints, settings);
    }

    /// <summary>No worker could start, so that the host has ended.</summary>
    public bool HasFailed { get; private set; }

    public Worker? Find(string workerId) => _current is { } worker && worker.Id == workerId ? worker : null;

    /// <summary>The worker, as soon as it can run functions. Null when the host ends before.</summary>
    public async Task<Worker?> ReadyAsync(CancellationToken cancellationToken)
    {
        while (!_lifetime.ApplicationStopping.IsCancellationRequested)
        {
            var worker = _current;
            if (await worker.Ready.WaitAsync(cancellationToken) && !worker.Ended.IsCancellationRequested)
                return worker;
            await worker.Replaced.WaitAsync(cancellationToken);
        }
        return null;
    }

    /// <summary>Kills the worker, and starts no other.</summary>
    public void Kill()
    {
        _lifetime.StopApplication();
        _current.Kill();
    }

    /// <summary>Ends the worker as soon as the host is to end: Kestrel waits for the worker's stream to close.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var stopping = _lifetime.ApplicationStopping;
        var failed = 0;
        var hasRun = false;
        while (true)
        {
            var worker = _current;
            await Task.WhenAny(worker.ExitCode, Task.Delay(Timeout.Infinite, stopping));
            if (stopping.IsCancellationRequested)
            {
                await worker.StopAsync();
                worker.Replace();
                return;
            }

            var wasReady = await worker.Ready;
            hasRun |= wasReady;
            failed = wasReady ? 0 : failed + 1;
            LogEnd(_logger, await worker.ExitCode);
            if (!hasRun || failed >= Attempts)
            {
                HasFailed = true;
                _lifetime.StopApplication();
                worker.Replace();
                return;
            }
            _current = _attach(_start());
            worker.Replace();
        }
    }

    public override void Dispose()
    {
        _current.Dispose();
        base.Dispose();
    }

    [LoggerMessage(LogLevel.Error, "The worker ended with exit code {ExitCode}")]
    private static partial void LogEnd(ILogger logger, int exitCode);
}
