using System.Collections.Concurrent;
using System.Text.Json;
using ServerlessRosa.Dev;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>
/// The server under test: the real app in its own process, behind a local Functions host in this one, on real Azurite. All tests share
/// one unless they ask for another with settings of their own, or for a second process on the same storage. With `ROSA_BASE_URL` set,
/// the shared one is whatever answers there, and `ROSA_STORAGE` is the connection string of its storage. Tests that rest on what only a
/// front end says (HTTPS, the client's address), or on bytes that a host in front of the app reads itself, are marked `Needs=FrontEnd`:
/// the real Functions host overwrites those headers, and has its own words for those bytes.
/// </summary>
public sealed class Server
{
    public const string AdminEmail = "admin@example.org";
    public const string AdminPassword = "a password for tests";

    /// <summary>Whether the runtime compiles hot methods a second time. Most workers here live too briefly to gain from that.</summary>
    private const string CompilesAgain = "DOTNET_TC_CallCounting";

    /// <summary>The tests take the part of the front end, which says who the client is.</summary>
    private static readonly string[] HostArguments = ["--trust-forwarded"];

    /// <summary>Those with a timer or a queue, which are run by hand, or in servers of their own: otherwise they would work beside a test
    /// that counts storage operations.</summary>
    private static readonly Lazy<IReadOnlyList<string>> Disabled = new(ReadDisabled);

    private static readonly Lazy<Task<Azurite>> Storage = new(() => Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None));
    private static readonly Lazy<Task<Server>> Shared = new(StartSharedAsync);
    private static readonly ConcurrentBag<RosaApp> Apps = [];

    private Server(Uri baseUrl, RosaApp? app)
    {
        BaseUrl = baseUrl;
        App = app;
    }

    public Uri BaseUrl { get; }

    /// <summary>Null when the server is not ours.</summary>
    public RosaApp? App { get; }

    public static Task<Server> SharedAsync() => Shared.Value;

    /// <summary>The storage that the shared server, and by default every other one, runs on.</summary>
    public static async Task<string> StorageAsync() =>
        Environment.GetEnvironmentVariable("ROSA_STORAGE") is { Length: > 0 } given ? given : (await Storage.Value).ConnectionString;

    /// <summary>Another app process. Settings as environment variables: `Rosa__CacheSeconds`.</summary>
    /// <param name="hostArguments">Of the local host (host/README.md), instead of those of all tests.</param>
    /// <param name="ownProcess">The local host has a process of its own too.</param>
    public static async Task<Server> StartAsync(
        IReadOnlyDictionary<string, string>? settings = null,
        string? storage = null,
        IReadOnlyList<string>? hostArguments = null,
        bool ownProcess = false
    )
    {
        var all = new Dictionary<string, string>
        {
            ["Rosa__AllowBasicOverHttp"] = "false",
            ["Rosa__ReportStorageOperations"] = "true",
            ["Rosa__FirstAdminEmail"] = AdminEmail,
            ["Rosa__FirstAdminPassword"] = AdminPassword,
            [CompilesAgain] = "0",
        };
        foreach (var name in Disabled.Value)
        {
            all[$"AzureWebJobs__{name}__Disabled"] = "true";
        }
        foreach (var (setting, value) in settings ?? new Dictionary<string, string>())
        {
            all[setting] = value;
        }
        var app = await RosaApp.StartAsync(
            new RosaAppOptions(
                storage ?? await StorageAsync(),
                Settings: all,
                HostArguments: hostArguments ?? HostArguments,
                OwnProcess: ownProcess
            ),
            CancellationToken.None
        );
        Apps.Add(app);
        return new Server(app.BaseUrl, app);
    }

    // Those of the app as it was built.
    private static List<string> ReadDisabled()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var file = Repository.Locate("artifacts", "bin", "Functions", configuration, "functions.metadata");
        using var functions = JsonDocument.Parse(File.ReadAllBytes(file));
        var found = functions
            .RootElement.EnumerateArray()
            .Where(function => function.GetProperty("bindings").EnumerateArray().Any(RunsByItself))
            .Select(function => function.GetProperty("name").GetString()!)
            .ToList();
        Assert.NotEmpty(found);
        return found;

        static bool RunsByItself(JsonElement binding) => binding.GetProperty("type").GetString() is "timerTrigger" or "queueTrigger";
    }

    private static async Task<Server> StartSharedAsync()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAll();
        return Environment.GetEnvironmentVariable("ROSA_BASE_URL") is { Length: > 0 } given
            ? new Server(new Uri(given), null)
            : await StartAsync(new Dictionary<string, string> { [CompilesAgain] = "1" });
    }

    private static void StopAll()
    {
        foreach (var app in Apps)
        {
            app.Kill();
        }
        if (Storage.IsValueCreated)
        {
            Storage.Value.Result.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
        }
    }
}
