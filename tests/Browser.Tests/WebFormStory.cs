using System.Net;
using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

[Collection(OneBrowser.Name)]
public sealed class WebFormStory(BrowserFixture browser)
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
        visitor.ShouldHaveNoFaults();

        var csv = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions.csv")).ShouldBe(HttpStatusCode.OK).Text;
        Assert.Contains("juniper <b>", csv, StringComparison.Ordinal);
        Assert.Contains("Poster", csv, StringComparison.Ordinal);
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
