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

    // A second after it was taken.
    private const string PhotoIsKept = """
        () => new Promise((resolve) => {
          const opened = indexedDB.open('rosa')
          opened.onsuccess = () => {
            const all = opened.result.transaction('unfinished').objectStore('unfinished').getAll()
            all.onsuccess = () => {
              opened.result.close()
              resolve(all.result.some((one) => one.files.length === 1))
            }
          }
        })
        """;

    [Story]
    public async Task Unfinished_answers_are_kept_on_the_device_until_they_are_sent_or_thrown_away()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var form = Samples.Unique("survey");
        var definition = Survey.Form(form).Replace("<input ref=\"/data/place\"><label>Place</label></input>", "", StringComparison.Ordinal);
        await programme.PublishAsync(definition, form);
        var id = (await programme.Admin.GetAsync(programme.FormPath(form))).ShouldBe(HttpStatusCode.OK).Json.GetProperty("enketoId");
        var link = (await programme.Admin.PostJsonAsync($"{programme.FormPath(form)}/public-links", new { displayName = "Poster" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("token");
        await using var visitor = await browser.OpenAsync();
        var page = visitor.Page;
        await page.GotoAsync($"/f/{id}?st={Uri.EscapeDataString(link.GetString()!)}");
        await page.GetByText("A birch").ClickAsync();
        await page.Locator("input[type=file]")
            .First.SetInputFilesAsync(
                new FilePayload
                {
                    Name = "bark.png",
                    MimeType = "image/png",
                    Buffer = Pictures.Png,
                }
            );
        await Expect(page.GetByText("Your answers are kept on this device only")).ToBeVisibleAsync();
        await page.WaitForFunctionAsync(PhotoIsKept);
        await page.ReloadAsync();
        await Expect(page.GetByText("Unfinished answers")).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("unfinished answers");
        await visitor.ScreenshotAsync("web-form-unfinished");
        await visitor.Button("Go on with them").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "A birch" })).ToBeCheckedAsync();
        await visitor.Button("Send").ClickAsync();
        await Expect(page.GetByText("Sent. Thank you!")).ToBeVisibleAsync();

        // It is a new submission with its photo, and no edit of anything.
        var sent = Assert.Single(
            (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray()
        );
        var path = $"{programme.FormPath(form)}/submissions/{Uri.EscapeDataString(sent.GetProperty("instanceId").GetString()!)}";
        var xml = (await programme.Admin.GetAsync($"{path}.xml")).ShouldBe(HttpStatusCode.OK).Text;
        Assert.Contains("<kind>birch</kind>", xml, StringComparison.Ordinal);
        Assert.DoesNotContain("deprecatedID", xml, StringComparison.Ordinal);
        var photo = Assert.Single((await programme.Admin.GetAsync($"{path}/attachments")).Json.EnumerateArray());
        Assert.True(photo.GetProperty("exists").GetBoolean());

        await page.ReloadAsync();
        await page.GetByText("An oak").ClickAsync();
        await Expect(page.GetByText("Your answers are kept on this device only")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await visitor.Button("Throw away").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Throw away" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "An oak" })).Not.ToBeCheckedAsync();
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "An oak" })).ToBeVisibleAsync();
        await Expect(page.GetByText("Unfinished answers")).ToHaveCountAsync(0);
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
        await Expect(visitor.Page.GetByText("Your answers are kept on this device only")).ToBeVisibleAsync();
        await visitor.Page.ReloadAsync();
        await visitor.Button("Go on with them").ClickAsync();
        await Expect(species).ToHaveValueAsync("ash <b>");
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
