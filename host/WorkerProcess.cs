using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace LocalFunctionsHost;

/// <summary>The process of a worker. It ends when this process does, however that ends.</summary>
internal sealed class WorkerProcess : IDisposable
{
    /// <summary>The prefix of the line with the process id of a started worker.</summary>
    public const string StartedLine = "Worker process: ";

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(10);

    private readonly Process _process;
    private readonly Process? _guard;

    private WorkerProcess(Process process, string workerId)
    {
        (_process, WorkerId) = (process, workerId);
        _guard = StartGuard(process.Id);
        ExitCode = WaitAsync();
    }

    public string WorkerId { get; }

    public Task<int> ExitCode { get; }

    /// <param name="rpcPort">Where this host listens for the worker.</param>
    public static WorkerProcess Start(AppFolder app, HostOptions options, int rpcPort)
    {
        var id = Guid.NewGuid().ToString();
        var process = new Process { StartInfo = StartInfo(app, options.Settings, rpcPort, id) };
        process.OutputDataReceived += Repeat;
        process.ErrorDataReceived += Repeat;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        options.Output(string.Create(CultureInfo.InvariantCulture, $"{StartedLine}{process.Id}"));
        return new WorkerProcess(process, id);

        void Repeat(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is not null)
                options.Output(line.Data);
        }
    }

    /// <summary>Returns when something accepts connections there.</summary>
    public static async Task WaitUntilListeningAsync(Uri uri, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(uri.Host, uri.Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(BetweenTries, cancellationToken);
            }
        }
    }

    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended in the meantime.
        }
    }

    public void Dispose()
    {
        _guard?.Dispose();
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(AppFolder app, IReadOnlyDictionary<string, string> settings, int rpcPort, string id)
    {
        var request = Guid.NewGuid().ToString();
        var port = rpcPort.ToString(CultureInfo.InvariantCulture);
        var longest = int.MaxValue.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = app.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            var argument in (string[])
                [
                    app.WorkerAssembly,
                    .. (string[])["--host", "127.0.0.1", "--port", port, "--workerId", id, "--requestId", request],
                    .. (string[])["--grpcMaxMessageLength", longest, "--functions-uri", $"http://127.0.0.1:{port}/"],
                    .. (string[])["--functions-worker-id", id, "--functions-request-id", request],
                    .. (string[])["--functions-grpc-max-message-length", longest],
                ]
        )
            start.ArgumentList.Add(argument);
        HostOptions.AddSettings(settings, start.Environment);
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = app.Path;
        start.Environment["AzureWebJobsScriptRoot"] = app.Path;

        // Threads that spin while they wait take processor time from the other processes of a small machine.
        start.Environment.TryAdd("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0");
        return start;
    }

    // A shell waits for the end of its input, which only this process holds open, and then ends the worker.
    private static Process? StartGuard(int workerProcess)
    {
        if (OperatingSystem.IsWindows())
            return null;
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"cat > /dev/null; kill -9 {workerProcess}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start);
    }

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync();
        _guard?.Kill(entireProcessTree: true); // Before the worker's number becomes another process's.
        return _process.ExitCode;
    }
}
