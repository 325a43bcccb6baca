using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

public sealed class PhoneStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Story]
    public async Task On_a_dark_French_phone_the_pages_fit_and_the_keyboard_is_enough_to_sign_in()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var form = Samples.Unique("survey");
        await programme.PublishAsync(Survey.Form(form), form);
        var instance = Samples.NewInstanceId();
        await Survey.SendAsync(programme, form, instance);
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
        await page.GotoAsync("/");
        await page.GetByLabel("Adresse e-mail").FocusAsync();
        await page.Keyboard.TypeAsync(Server.AdminEmail);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(Server.AdminPassword);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Projets", Level = 1 })).ToBeVisibleAsync();
        Assert.Equal("fr", await page.EvaluateAsync<string>("document.documentElement.lang"));
        Assert.NotEqual("rgb(244, 246, 246)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));

        var formPath = $"{programme.Path}/forms/{form}";
        foreach (var path in Paths(programme.Path, formPath, instance))
        {
            await page.GotoAsync($"/#{path}");
            await Expect(page.Locator("main [aria-busy=true]")).ToHaveCountAsync(0);
            await Expect(page.Locator("main h1")).ToBeVisibleAsync();
            var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            Assert.True(width <= 360, $"{path} is {width} pixels wide.");
            await visitor.ShouldBeAccessibleAsync(path);
            if (path.EndsWith("/map", StringComparison.Ordinal))
            {
                await visitor.ScreenshotAsync("phone-map");
                visitor.Forgive($"another server: {BrowserFixture.MapTiles}");
            }
        }
        await page.GotoAsync($"/#{programme.Path}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Menu" }).ClickAsync();
        await Expect(visitor.Link("Utilisateurs")).ToBeVisibleAsync();
        await visitor.ScreenshotAsync("phone");
        visitor.ShouldHaveNoFaults();
    }

    private static string[] Paths(string project, string form, string instance) =>
        [
            "/",
            project,
            $"{project}/app-users",
            $"{project}/access",
            $"{project}/roles",
            $"{project}/settings",
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
