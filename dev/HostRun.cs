using System.Net.Sockets;
using LocalFunctionsHost;

namespace ServerlessRosa.Dev;

/// <summary>A local Functions host that was started, in this process or in another.</summary>
internal interface IHostRun : IAsyncDisposable
{
    /// <summary>The process in which it runs.</summary>
    int Id { get; }

    bool HasExited { get; }

    /// <summary>The last lines of output.</summary>
    IReadOnlyList<string> Output { get; }

    /// <summary>The very last of them, indented, for an error message.</summary>
    string LastWords { get; }

    Task WaitForExitAsync(CancellationToken cancellationToken);

    /// <summary>Lets requests finish, for ten seconds at most, and ends.</summary>
    Task StopAsync();

    /// <summary>Ends the worker as a crash would.</summary>
    void Kill();
}

/// <summary>A host in this process.</summary>
internal sealed class HostInThisProcess : IHostRun
{
    private readonly LastLines _output;
    private readonly FunctionsHost _host;

    private HostInThisProcess(LastLines output, FunctionsHost host) => (_output, _host) = (output, host);

    public int Id => Environment.ProcessId;

    public bool HasExited => _host.Ended.IsCompleted;

    public IReadOnlyList<string> Output => _output.All;

    public string LastWords => _output.Words;

    /// <exception cref="StartException">It cannot start, with the reason.</exception>
    public static async Task<HostInThisProcess> StartAsync(HostOptions options, Action<string> onLine, CancellationToken cancellationToken)
    {
        var output = new LastLines();
        options = options with { Output = Keep };
        try
        {
            return new HostInThisProcess(output, await FunctionsHost.StartAsync(options, cancellationToken));
        }
        catch (Exception e) when (e is SocketException or IOException or FormatException)
        {
            throw new StartException(e.Message, e);
        }

        void Keep(string line)
        {
            output.Keep(line);
            onLine(line);
        }
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _host.Ended.WaitAsync(cancellationToken);

    public Task StopAsync() => _host.StopAsync();

    public void Kill() => _host.Kill();

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
