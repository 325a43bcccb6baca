using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ServerlessRosa.Dev;

/// <summary>A child process and its last lines of output. Its stdin stays open for as long as this process lives.</summary>
internal sealed partial class ChildProcess : IHostRun
{
    private const int Sigterm = 15;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly LastLines _output = new();
    private Process? _guard;

    private ChildProcess(ProcessStartInfo start, Action<string>? onLine)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        start.CreateNoWindow = true;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data, onLine);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data, onLine);
    }

    public int Id { get; private set; }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public IReadOnlyList<string> Output => _output.All;

    public string LastWords => _output.Words;

    /// <exception cref="StartException">The program is not there.</exception>
    public static ChildProcess Start(ProcessStartInfo start, string ifMissing, Action<string>? onLine = null)
    {
        var child = new ChildProcess(start, onLine);
        try
        {
            child._process.Start();
        }
        catch (Win32Exception e)
        {
            child._process.Dispose();
            throw new StartException(ifMissing, e);
        }
        child.Id = child._process.Id;
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>
    /// Ends the child when this process ends for any reason. A shell waits for the end of its input, which only this process holds open,
    /// and then kills the child. Does nothing where no such shell exists.
    /// </summary>
    public void DieWithParent()
    {
        if (OperatingSystem.IsWindows())
            return;
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"cat > /dev/null; kill -9 {Id}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _guard = Process.Start(start);

        // The operating system may reuse the child's process id, so the guard ends with the child.
        _process.Exited += (_, _) => EndGuard();
        _process.EnableRaisingEvents = true;
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Asks the process to end, and kills it after ten seconds.</summary>
    public async Task StopAsync()
    {
        if (HasExited)
            return;
        _process.StandardInput.Close();
        if (OperatingSystem.IsWindows() || SendSignal(Id, Sigterm) != 0)
            Kill();
        using var limit = new CancellationTokenSource(Grace);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Kills the process, as a crash would.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended meanwhile.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        EndGuard();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);

    private void EndGuard()
    {
        if (Interlocked.Exchange(ref _guard, null) is not { } guard)
            return;
        guard.Kill(entireProcessTree: true);
        guard.Dispose();
    }

    private void Keep(string? line, Action<string>? onLine)
    {
        if (line is null)
            return;
        _output.Keep(line);
        onLine?.Invoke(line);
    }
}
