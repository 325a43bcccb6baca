using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

public sealed class WebhookStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Story]
    public async Task A_manager_adds_a_webhook_keeps_its_secret_tries_it_and_deletes_it()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var (_, email, password) = await programme.WebUserAsync("manager");
        await using var visitor = await browser.OpenAsync();
        var page = visitor.Page;
        await visitor.SignInAsync(email, password);
        await page.GotoAsync($"/#{programme.Path}");
        await visitor.Tab("Webhooks").ClickAsync();
        await visitor.Button("New webhook").ClickAsync();
        await page.GetByLabel("Address").FillAsync("https://receiver.example.org/rosa");
        await page.GetByLabel("Name").FillAsync("Warehouse <b>");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "case.closed" }).CheckAsync();
        await visitor.ShouldBeAccessibleAsync("new webhook");
        await visitor.ScreenshotAsync("webhook-new");
        await visitor.Button("Create").ClickAsync();
        await Expect(page.GetByText("whsec_")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Warehouse <b>" })).ToBeVisibleAsync();

        await visitor.Button("Send a test").ClickAsync();
        await Expect(page.GetByText("webhook.test")).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("webhooks");
        await visitor.ScreenshotAsync("webhooks");
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Warehouse <b>" })).ToBeVisibleAsync();
        await Expect(page.GetByText("whsec_")).ToHaveCountAsync(0);

        await visitor.Button("Delete webhook").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete webhook" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Warehouse <b>" })).ToHaveCountAsync(0);
        visitor.ShouldHaveNoFaults();
    }
}
