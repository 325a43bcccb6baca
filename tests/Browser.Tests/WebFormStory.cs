using System.Net;
using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

[Collection(OneBrowser.Name)]
public sealed class WebFormStory(BrowserFixture browser)
{
    [Story]
    public async Task Somebody_without_an_account_fills_in_a_public_link()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var form = await programme.PublishAsync();
        await using var manager = await browser.OpenAsync();
        await manager.SignInAsync();
        await manager.Page.GotoAsync($"/#{programme.Path}/forms/{form}/public-links");
        await manager.Button("New public link").ClickAsync();
        await manager.Page.GetByLabel("Name").FillAsync("Poster");
        await manager.Button("Create").ClickAsync();
        var link = manager.Page.GetByRole(AriaRole.Cell).GetByRole(AriaRole.Link);
        var address = await link.GetAttributeAsync("href");
        manager.ShouldHaveNoFaults();

        await using var visitor = await browser.OpenAsync();
        await visitor.Page.GotoAsync(address!);
        await visitor.Page.GetByRole(AriaRole.Textbox).First.FillAsync("juniper <b>");
        await visitor.ScreenshotAsync("web-form");
        await visitor.Button("Send").ClickAsync();
        await Expect(visitor.Page.GetByText("Sent. Thank you!")).ToBeVisibleAsync();
        await visitor.Button("Fill it in again").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Textbox).First).ToHaveValueAsync("");
        visitor.ShouldHaveNoFaults();

        var csv = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions.csv")).ShouldBe(HttpStatusCode.OK).Text;
        Assert.Contains("juniper <b>", csv, StringComparison.Ordinal);
        Assert.Contains("Poster", csv, StringComparison.Ordinal);
    }

    [Story]
    public async Task A_draft_is_tried_in_the_browser_before_it_is_published()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var form = await programme.CreateDraftAsync();
        await using var visitor = await browser.OpenAsync();
        await visitor.SignInAsync();
        await visitor.Page.GotoAsync($"/#{programme.Path}/forms/{form}/draft");
        var address = await visitor.Link("Try it in the browser").GetAttributeAsync("href");
        await visitor.Page.GotoAsync(address!);
        await Expect(visitor.Page.GetByText("This is a draft.")).ToBeVisibleAsync();
        await visitor.Page.GetByRole(AriaRole.Textbox).First.FillAsync("larch");
        await visitor.Button("Send").ClickAsync();
        await Expect(visitor.Page.GetByText("Sent. Thank you!")).ToBeVisibleAsync();
        visitor.ShouldHaveNoFaults();

        var csv = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft/submissions.csv")).ShouldBe(HttpStatusCode.OK).Text;
        Assert.Contains("larch", csv, StringComparison.Ordinal);
    }
}
