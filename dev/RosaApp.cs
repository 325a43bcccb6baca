using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using LocalFunctionsHost;

namespace ServerlessRosa.Dev;

/// <param name="StorageConnectionString">The storage account.</param>
/// <param name="Port">0 picks a free port.</param>
/// <param name="Settings">Further settings, named like environment variables: <c>Rosa__CacheSeconds</c>.</param>
/// <param name="OnOutput">Called with each line of output, from any thread.</param>
/// <param name="HostArguments">Further arguments of the local Functions host (host/README.md).</param>
/// <param name="AppFolder">A published app, instead of the one that was built last.</param>
/// <param name="OwnProcess">The host runs in a process of its own, not in this one.</param>
public sealed record RosaAppOptions(
    string StorageConnectionString,
    int Port = 0,
    IReadOnlyDictionary<string, string>? Settings = null,
    Action<string>? OnOutput = null,
    IReadOnlyList<string>? HostArguments = null,
    string? AppFolder = null,
    bool OwnProcess = false
);

/// <summary>
/// The app as it was built last: a local Functions host, and the app's worker process, which the host starts.
/// Settings in the environment of this process reach it, and win over
/// those given here; only its address and its storage are always the given ones.
/// </summary>
public sealed class RosaApp : IAsyncDisposable
{
    private const int Attempts = 3;

    /// <summary>The prefix that the host writes before the process id of each worker.</summary>
    private const string WorkerLine = "Worker process: ";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BetweenPolls = TimeSpan.FromMilliseconds(20);

    private IHostRun _host = null!;
    private volatile int _workerProcess;

    private RosaApp(Uri baseUrl)
    {
        BaseUrl = baseUrl;
        AppDomain.CurrentDomain.ProcessExit += KillAtExit;
    }

    public Uri BaseUrl { get; }

    /// <summary>The process id of the worker, in which the app's code runs. Changes when the host starts another.</summary>
    public int ProcessId => _workerProcess;

    public int HostProcessId => _host.Id;

    public bool HasExited => _host.HasExited;

    /// <summary>The last lines of output.</summary>
    public IReadOnlyList<string> Output => _host.Output;

    /// <summary>Returns when it answers requests.</summary>
    /// <exception cref="StartException">It doesn't start, with the reason.</exception>
    public static async Task<RosaApp> StartAsync(RosaAppOptions options, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (options.Port != 0)
                LoopbackPort.EnsureFree(options.Port);
            var port = options.Port == 0 ? LoopbackPort.TakeFree() : options.Port;
            try
            {
                return await StartAsync(options, port, cancellationToken);
            }
            catch (StartException e) when (options.Port == 0 && attempt < Attempts && LostItsPort(e))
            {
                // Another process took the port after it was found free.
            }
        }
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _host.WaitForExitAsync(cancellationToken);

    /// <summary>Asks the app to finish its requests and end, and kills it after ten seconds.</summary>
    public Task StopAsync() => _host.StopAsync();

    /// <summary>Kills the app (SIGKILL), as a crash would.</summary>
    public void Kill() => _host.Kill();

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillAtExit;
        await _host.DisposeAsync();
    }

    internal static IReadOnlyDictionary<string, string> SettingsFor(RosaAppOptions options, Uri baseUrl, IDictionary environment)
    {
        var address = baseUrl.GetLeftPart(UriPartial.Authority);
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Rosa__PublicUrl"] = address,
            ["Rosa__AllowBasicOverHttp"] = "true",
        };
        foreach (var (name, value) in options.Settings ?? new Dictionary<string, string>())
            settings[name] = value;
        foreach (string name in environment.Keys)
            settings.Remove(name);
        settings["Storage__ConnectionString"] = options.StorageConnectionString;
        settings["AzureWebJobsStorage"] = options.StorageConnectionString;
        return settings;
    }

    private static async Task<RosaApp> StartAsync(RosaAppOptions options, int port, CancellationToken cancellationToken)
    {
        // The folder's last part is the configuration (debug, release), which all projects of a build share.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var folder = Path.GetFullPath(options.AppFolder ?? Path.Combine(Repository.Root, "artifacts", "bin", "Functions", configuration));
        var assembly = Path.Combine(folder, "ServerlessRosa.Functions.dll");
        if (!File.Exists(assembly))
            throw new StartException($"The app is not built: {assembly} is missing.");

        var baseUrl = new Uri($"http://127.0.0.1:{port}");
        var settings = SettingsFor(options, baseUrl, Environment.GetEnvironmentVariables());
        string[] arguments =
        [
            .. (string[])["--app", folder, "--port", port.ToString(CultureInfo.InvariantCulture)],
            .. options.HostArguments ?? [],
        ];
        var app = new RosaApp(baseUrl);
        try
        {
            app._host = options.OwnProcess
                ? StartProcess(arguments, folder, settings, Read)
                : await HostInThisProcess.StartAsync(HostOptions.Parse(arguments) with { Settings = settings }, Read, cancellationToken);
        }
        catch
        {
            AppDomain.CurrentDomain.ProcessExit -= app.KillAtExit;
            throw;
        }
        try
        {
            await app.WaitUntilItAnswersAsync(cancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        void Read(string line) => app.Read(line, options.OnOutput);
    }

    private static ChildProcess StartProcess(
        IReadOnlyList<string> arguments,
        string folder,
        IReadOnlyDictionary<string, string> settings,
        Action<string> onLine
    )
    {
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "LocalFunctionsHost.dll"), .. arguments]
        )
        {
            WorkingDirectory = folder,
        };
        HostOptions.AddSettings(settings, start.Environment);
        var process = ChildProcess.Start(start, "The program `dotnet` was not found.", onLine);
        process.DieWithParent();
        return process;
    }

    private void Read(string line, Action<string>? onOutput)
    {
        if (
            line.StartsWith(WorkerLine, StringComparison.Ordinal)
            && int.TryParse(line.AsSpan(WorkerLine.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        )
            _workerProcess = id;
        onOutput?.Invoke(line);
    }

    private static bool LostItsPort(StartException e) => e.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase);

    private async Task WaitUntilItAnswersAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = BaseUrl, Timeout = TimeSpan.FromSeconds(5) };
        var waited = Stopwatch.StartNew();
        while (!await AnswersAsync(client, cancellationToken) || _workerProcess == 0)
        {
            if (HasExited)
            {
                await WaitForExitAsync(cancellationToken); // also waits for the last line of output
                throw new StartException($"The app ended at once.{_host.LastWords}");
            }
            if (waited.Elapsed > StartLimit)
                throw new StartException($"The app did not answer at {BaseUrl} within {StartLimit.TotalMinutes} minutes.{_host.LastWords}");
            await Task.Delay(BetweenPolls, cancellationToken);
        }
    }

    // Any answer of the app counts; without credentials it is a refusal. The host's own 503 says that the worker could not start.
    private static async Task<bool> AnswersAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, "/v1/projects");
            using var answer = await client.SendAsync(request, cancellationToken);
            return answer.StatusCode != HttpStatusCode.ServiceUnavailable;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void KillAtExit(object? sender, EventArgs e) => Kill();
}
