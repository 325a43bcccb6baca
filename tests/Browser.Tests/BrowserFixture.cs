using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Browser.Tests;

/// <summary>One server and one browser for all stories; each story has browser windows without cookies of their own.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    /// <summary>The server of the base map, which stories answer for.</summary>
    public const string MapTiles = "https://tiles.example.org";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Server Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null)
        {
            return;
        }
        // Sessions over plain HTTP, as `dotnet run --project dev` allows them on loopback.
        Server = await Server.StartAsync(
            new Dictionary<string, string>
            {
                ["Rosa__AllowBasicOverHttp"] = "true",
                ["Rosa__CacheSeconds"] = "1",
                ["Rosa__MapTiles"] = $"{MapTiles}/{{z}}/{{x}}/{{y}}.png",
            }
        );
        Assertions.SetDefaultExpectTimeout(15_000); // as patient as actions are
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = Chromium.Path.Length > 0 ? Chromium.Path : null, Args = Chromium.Arguments }
        );
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }

    /// <summary>Another person at another browser.</summary>
    public async Task<Visitor> OpenAsync(BrowserNewContextOptions? options = null)
    {
        options ??= new BrowserNewContextOptions();
        options.BaseURL = Server.BaseUrl.ToString();
        options.Locale ??= "en-GB";
        var context = await _browser!.NewContextAsync(options);
        context.SetDefaultTimeout(15_000);
        return await Visitor.OpenAsync(Server, context);
    }
}

[CollectionDefinition(Name)]
public sealed class OneBrowser : ICollectionFixture<BrowserFixture>
{
    public const string Name = "Browser";
}
