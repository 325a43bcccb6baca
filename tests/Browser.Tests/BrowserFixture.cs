using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Browser.Tests;

/// <summary>One server and one browser for all stories; each story has browser windows without cookies of their own.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    /// <summary>The server of the base map, which stories answer for.</summary>
    public const string MapTiles = "https://tiles.example.org";

    /// <summary>Actions and expectations wait so long, because stories run beside each other.</summary>
    private const int PatienceMilliseconds = 30_000;

    private static readonly Lazy<Task<(Server Server, IBrowser Browser)>> Shared = new(StartAsync);

    private IBrowser? _browser;

    public Server Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Chromium.Path is not null)
        {
            (Server, _browser) = await Shared.Value;
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Another person at another browser.</summary>
    public async Task<Visitor> OpenAsync(BrowserNewContextOptions? options = null)
    {
        options ??= new BrowserNewContextOptions();
        options.BaseURL = Server.BaseUrl.ToString();
        options.Locale ??= "en-GB";
        options.ReducedMotion ??= ReducedMotion.Reduce;
        var context = await _browser!.NewContextAsync(options);
        context.SetDefaultTimeout(PatienceMilliseconds);
        return await Visitor.OpenAsync(Server, context);
    }

    // Playwright ends the browser when this process ends.
    private static async Task<(Server, IBrowser)> StartAsync()
    {
        // Sessions over plain HTTP, as `dotnet run --project dev` allows them on loopback.
        var server = await Server.StartAsync(
            new Dictionary<string, string>
            {
                ["Rosa__AllowBasicOverHttp"] = "true",
                ["Rosa__CacheSeconds"] = "1",
                ["Rosa__MapTiles"] = $"{MapTiles}/{{z}}/{{x}}/{{y}}.png",
            }
        );
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        var playwright = await Playwright.CreateAsync();
        var options = new BrowserTypeLaunchOptions { Args = Chromium.Arguments };
        options.ExecutablePath = Chromium.Path is { Length: > 0 } path ? path : null;
        return (server, await playwright.Chromium.LaunchAsync(options));
    }
}
