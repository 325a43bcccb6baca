using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Browser.Tests;

/// <summary>
/// A person at a browser. Whatever goes wrong unseen is remembered: requests that are refused, errors on the console, requests to other
/// servers, and dialogs, which only a script that was injected would open.
/// </summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = [];

    private Visitor(Server server, IBrowserContext context, IPage page)
    {
        Server = server;
        _context = context;
        Page = page;
    }

    public Server Server { get; }

    public IPage Page { get; }

    /// <summary>`/projects/7`, of the project that is open.</summary>
    public string ProjectPath => Regex.Match(Page.Url, @"#(/projects/\d+)").Groups[1].Value;

    internal static async Task<Visitor> OpenAsync(Server server, IBrowserContext context)
    {
        var visitor = new Visitor(server, context, await context.NewPageAsync());
        visitor.Watch();
        return visitor;
    }

    public async Task SignInAsync(string email = Server.AdminEmail, string password = Server.AdminPassword)
    {
        await Page.GotoAsync("/");
        await Page.GetByLabel("E-mail address").FillAsync(email);
        await Page.GetByLabel("Password").FillAsync(password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Page.GetByRole(AriaRole.Heading, new() { Name = "Projects", Level = 1 }).WaitForAsync();
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    /// <summary>A tab of the project or form that is open.</summary>
    public ILocator Tab(string name) => Page.Locator(".tabs").GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    /// <summary>Chooses a file, as its dialog would.</summary>
    public Task UploadAsync(ILocator input, string name, string content, string type = "text/plain") =>
        UploadAsync(input, name, System.Text.Encoding.UTF8.GetBytes(content), type);

    public Task UploadAsync(ILocator input, string name, byte[] content, string type) =>
        input.SetInputFilesAsync(
            new FilePayload
            {
                Name = name,
                MimeType = type,
                Buffer = content,
            }
        );

    /// <summary>Kept under artifacts/screenshots.</summary>
    public async Task ScreenshotAsync(string name) =>
        await Page.ScreenshotAsync(new() { Path = Repository.Locate("artifacts", "screenshots", $"{name}.png"), FullPage = false });

    /// <summary>What the story provoked, and looked at: at least one fault has each of the texts.</summary>
    public void Forgive(params string[] texts)
    {
        var known = _faults.ToArray();
        _faults.Clear();
        Assert.All(texts, text => Assert.Contains(known, fault => fault.Contains(text, StringComparison.Ordinal)));
        foreach (var fault in known.Where(fault => !texts.Any(text => fault.Contains(text, StringComparison.Ordinal))))
        {
            _faults.Enqueue(fault);
        }
    }

    /// <summary>Fails if something went wrong that the story did not look at.</summary>
    public void ShouldHaveNoFaults() => Assert.Empty(_faults);

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Watch()
    {
        Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _faults.Enqueue($"console: {message.Text}");
            }
        };
        Page.PageError += (_, error) => _faults.Enqueue($"script: {error}");
        Page.Response += (_, response) =>
        {
            if (response.Status >= 400)
            {
                _faults.Enqueue($"{response.Request.Method} {response.Url}: {response.Status}");
            }
        };
        Page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https", IsLoopback: false })
            {
                _faults.Enqueue($"another server: {request.Url}");
            }
        };
        Page.Dialog += async (_, dialog) =>
        {
            _faults.Enqueue($"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        };
    }
}
