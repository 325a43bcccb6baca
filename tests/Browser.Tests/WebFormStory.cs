using System.Net;
using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

public sealed class WebFormStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Story]
    public async Task A_public_link_is_filled_in_without_an_account()
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
        await LoseTheConnectionAsync(visitor);
        visitor.ShouldHaveNoFaults();

        var csv = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions.csv")).ShouldBe(HttpStatusCode.OK).Text;
        Assert.Contains("juniper <b>", csv, StringComparison.Ordinal);
        Assert.Contains("Poster", csv, StringComparison.Ordinal);
        Assert.Contains("yew", csv, StringComparison.Ordinal);
        Assert.Contains("cedar", csv, StringComparison.Ordinal);
    }

    private static async Task LoseTheConnectionAsync(Visitor visitor)
    {
        var (page, species) = (visitor.Page, visitor.Page.GetByRole(AriaRole.Textbox).First);
        await page.Context.SetOfflineAsync(true);
        await species.FillAsync("yew");
        await visitor.Button("Send").ClickAsync();
        await Expect(page.GetByText("1 submission waits on this device")).ToBeVisibleAsync();
        await Expect(page.GetByText("The answers are on this device only")).ToBeVisibleAsync();
        await visitor.ScreenshotAsync("web-form-kept");
        await visitor.Button("Fill it in again").ClickAsync();
        await Expect(species).ToHaveValueAsync("");
        await page.Context.SetOfflineAsync(false);
        await Expect(page.GetByText("waits on this device")).ToHaveCountAsync(0);
        visitor.Forgive("ERR_INTERNET_DISCONNECTED");

        // The page is closed before there is a connection.
        await page.RouteAsync("**/submission", route => route.AbortAsync());
        await species.FillAsync("cedar");
        await visitor.Button("Send").ClickAsync();
        await Expect(page.GetByText("Not sent yet.")).ToBeVisibleAsync();
        visitor.Forgive("ERR_FAILED");
        await page.UnrouteAllAsync();
        await page.RunAndWaitForResponseAsync(
            () => page.ReloadAsync(),
            response => response.Url.EndsWith("/submission", StringComparison.Ordinal) && response.Status == 201
        );
        await Expect(species).ToHaveValueAsync("");
        await Expect(page.GetByText("waits on this device")).ToHaveCountAsync(0);
    }

    [Story]
    public async Task A_form_begins_with_what_was_sent_last_and_names_what_it_cannot_ask()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var form = Samples.Unique("sequel");
        await programme.PublishAsync(Survey.Sequel(form), form);
        await using var visitor = await browser.OpenAsync();
        await visitor.SignInAsync();
        var limits = visitor.Page.GetByText("These questions cannot be answered in a browser");
        await visitor.Page.GotoAsync($"/#{programme.Path}/forms/{form}/public-links");
        await Expect(limits).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText("Song of a bird")).ToBeVisibleAsync();

        await visitor.Page.GotoAsync($"/#{programme.Path}/forms/{form}");
        await visitor.Page.GotoAsync((await visitor.Link("Fill in in the browser").GetAttributeAsync("href"))!);
        await Expect(limits).ToBeVisibleAsync();
        var species = visitor.Page.GetByRole(AriaRole.Textbox).First;
        await Expect(species).ToHaveValueAsync("");
        await species.FillAsync("lime");
        await visitor.Button("Send").ClickAsync();
        await Expect(visitor.Page.GetByText("Sent. Thank you!")).ToBeVisibleAsync();
        await visitor.Button("Fill it in again").ClickAsync();
        await Expect(species).ToHaveValueAsync("lime");
        await visitor.Page.ReloadAsync();
        await Expect(species).ToHaveValueAsync("lime");
        await visitor.ScreenshotAsync("web-form-limits");
        visitor.ShouldHaveNoFaults();
    }

    [Story]
    public async Task A_draft_is_tested_in_the_browser_before_it_is_published()
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

    [Story]
    public async Task A_submission_is_corrected_in_the_browser_and_keeps_its_photo()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var form = await programme.PublishAsync();
        var instance = Samples.NewInstanceId();
        using var upload = Samples.Multipart(
            Samples.Submission(form, instance, species: "oak", photo: "bark.png", leaves: ["late.jpg"]),
            ("bark.png", Pictures.Png, "image/png")
        );
        (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", upload)).ShouldBe(HttpStatusCode.Created);
        await using var visitor = await browser.OpenAsync();
        await visitor.SignInAsync();
        await visitor.Page.GotoAsync($"/#{programme.Path}/forms/{form}/submissions/{Uri.EscapeDataString(instance)}");
        await visitor.Link("Edit").ClickAsync();
        await Expect(visitor.Page.GetByText("You are editing a submission.")).ToBeVisibleAsync();
        var species = visitor.Page.GetByRole(AriaRole.Textbox).First;
        await Expect(species).ToHaveValueAsync("oak");
        await species.FillAsync("ash <b>");
        await visitor.ScreenshotAsync("edit");
        await visitor.Button("Send").ClickAsync();

        await Expect(visitor.Page.Locator("del")).ToHaveTextAsync("oak");
        await Expect(visitor.Page.Locator("ins")).ToHaveTextAsync("ash <b>");
        await Expect(visitor.Page.GetByRole(AriaRole.Img, new() { Name = "bark.png" })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText("late.jpg")).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("submission");
        await visitor.ScreenshotAsync("submission-edited");
        visitor.ShouldHaveNoFaults();

        var path = $"{programme.FormPath(form)}/submissions/{Uri.EscapeDataString(instance)}";
        Assert.Equal(Pictures.Png, (await programme.Admin.GetAsync($"{path}/attachments/bark.png")).ShouldBe(HttpStatusCode.OK).Bytes);
        Assert.Equal("edited", (await programme.Admin.GetAsync(path)).Json.GetProperty("reviewState").GetString());
    }
}
