using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Datasets;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

public sealed class PhoneStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Story]
    public async Task On_a_dark_French_phone_the_pages_fit_and_the_keyboard_is_enough_to_sign_in()
    {
        var domain = await Domain.StartAsync(browser.Server);
        var programme = domain.Programme;
        var commCare = await CommCarePages.CreateAsync(domain);
        var form = Samples.Unique("survey");
        await programme.PublishAsync(Survey.Form(form), form);
        var instance = Samples.NewInstanceId();
        await Survey.SendAsync(programme, form, instance);
        var (dataset, entity) = await CreateEntityAsync(programme);
        await using var visitor = await browser.OpenAsync(
            new BrowserNewContextOptions
            {
                Locale = "fr-FR",
                ColorScheme = ColorScheme.Dark,
                ViewportSize = new ViewportSize { Width = 360, Height = 740 },
            }
        );
        var page = visitor.Page;
        await visitor.AnswerForTilesAsync();
        await SignInByKeyboardAsync(page);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Projets", Level = 1 })).ToBeVisibleAsync();
        Assert.Equal("fr", await page.EvaluateAsync<string>("document.documentElement.lang"));
        Assert.NotEqual("rgb(244, 246, 246)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));

        var formPath = $"{programme.Path}/forms/{form}";
        foreach (var path in Paths(programme.Path, formPath, instance, dataset, entity).Concat(commCare))
        {
            await page.GotoAsync($"/#{path}");
            await Expect(page.Locator("main [aria-busy=true]")).ToHaveCountAsync(0);
            await Expect(page.Locator("main h1")).ToBeVisibleAsync();
            var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            Assert.True(width <= 360, $"{path} is {width} pixels wide.");
            await visitor.ShouldBeAccessibleAsync(path);
            if (path.EndsWith("/settings", StringComparison.Ordinal)) // the last of its tabs
            {
                await Expect(page.Locator(".tabs a.router-link-exact-active")).ToBeInViewportAsync(new() { Ratio = 0.9f });
            }
            if ((commCare.Contains(path) ? CommCarePages.NameOf(path) : NameOf(path, entity)) is { } name)
            {
                await visitor.ScreenshotAsync(name);
            }
            if (path.EndsWith("/map", StringComparison.Ordinal))
            {
                await visitor.ScreenshotAsync("phone-map");
                visitor.Forgive($"another server: {BrowserFixture.MapTiles}");
            }
        }
        await CommCarePages.LookAtNewLocationAsync(visitor, commCare[^1]);
        await CommCarePages.LookAtNewProductAsync(visitor, commCare[^2]);
        await page.GotoAsync($"/#{programme.Path}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Menu" }).ClickAsync();
        await Expect(visitor.Link("Utilisateurs")).ToBeVisibleAsync();
        await visitor.ScreenshotAsync("phone");
        visitor.ShouldHaveNoFaults();
    }

    private static async Task SignInByKeyboardAsync(IPage page)
    {
        await page.GotoAsync("/");
        await page.GetByLabel("Adresse e-mail").FocusAsync();
        await page.Keyboard.TypeAsync(Server.AdminEmail);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(Server.AdminPassword);
        await page.Keyboard.PressAsync("Enter");
    }

    /// <summary>Returns the addresses of the dataset's page and of the entity's.</summary>
    private static async Task<(string Dataset, string Entity)> CreateEntityAsync(Programme programme)
    {
        var dataset = await programme.CreateDatasetAsync("height", "geometry");
        var oak = new
        {
            uuid = Guid.NewGuid().ToString(),
            label = "Un très vieux chêne",
            data = new { height = "21" },
        };
        (await programme.Admin.PostJsonAsync($"{programme.DatasetPath(dataset)}/entities", oak)).ShouldBe(System.Net.HttpStatusCode.OK);
        var path = $"{programme.Path}/datasets/{dataset}";
        return (path, $"{path}/entities/{oak.uuid}");
    }

    /// <summary>Names of screenshots, by the last part of the page's address.</summary>
    private static readonly Dictionary<string, string> PhotographedInFrench = new()
    {
        ["entity"] = "phone-entity",
        ["downloads"] = "phone-downloads",
        ["server"] = "phone-server",
        ["submissions"] = "phone-submissions",
    };

    private static string? NameOf(string path, string entity) =>
        PhotographedInFrench.GetValueOrDefault(path == entity ? "entity" : path.Split('/')[^1]);

    private static string[] Paths(string project, string form, string instance, string dataset, string entity) =>
        [
            "/",
            project,
            $"{project}/app-users",
            $"{project}/access",
            $"{project}/roles",
            $"{project}/settings",
            $"{project}/datasets",
            dataset,
            $"{dataset}/downloads",
            entity,
            form,
            $"{form}/draft",
            $"{form}/submissions",
            $"{form}/submissions/{Uri.EscapeDataString(instance)}",
            $"{form}/map",
            $"{form}/downloads",
            $"{form}/public-links",
            $"{form}/versions",
            $"{form}/settings",
            "/users",
            "/audits",
            "/server",
            "/account",
        ];
}
