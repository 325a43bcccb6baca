using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace LocalFunctionsHost;

/// <summary>A running host, in this process; its worker is a process of its own.</summary>
public sealed class FunctionsHost : IAsyncDisposable
{
    private static readonly CancellationToken AtOnce = new(canceled: true);

    private readonly WebApplication _web;
    private readonly WorkerSupervisor _workers;
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Task? _stop;

    private FunctionsHost(WebApplication web)
    {
        _web = web;
        _workers = web.Services.GetRequiredService<WorkerSupervisor>();
        web.Lifetime.ApplicationStopping.Register(() => _ended.TrySetResult(!_workers.HasFailed));
    }

    /// <summary>Completes as soon as the host ends: true unless it does so because no worker could start.</summary>
    public Task<bool> Ended => _ended.Task;

    /// <summary>Returns when clients can connect. The first requests wait for the worker.</summary>
    /// <exception cref="SocketException">The port is taken.</exception>
    /// <exception cref="IOException">The folder holds no built app.</exception>
    /// <exception cref="FormatException">A file in the folder cannot be read.</exception>
    public static async Task<FunctionsHost> StartAsync(HostOptions options, CancellationToken cancellationToken)
    {
        var web = LocalHost.Build(options, AppFolder.Read(options.App));
        try
        {
            await web.StartAsync(cancellationToken);
            return new FunctionsHost(web);
        }
        catch
        {
            web.Services.GetRequiredService<WorkerSupervisor>().Kill();
            await web.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets requests finish, for eight seconds at most, and ends.</summary>
    public Task StopAsync() => StopAsync(CancellationToken.None);

    /// <summary>Kills the worker, as a crash would. Clients are disconnected soon after.</summary>
    public void Kill()
    {
        _workers.Kill();
        _ = StopAsync(AtOnce);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _workers.ExecuteTask!;
        await _web.DisposeAsync();
    }

    private Task StopAsync(CancellationToken atOnce)
    {
        lock (_lock)
            return _stop ??= _web.StopAsync(atOnce);
    }
}
