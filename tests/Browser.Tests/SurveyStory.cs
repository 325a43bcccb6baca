using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

public sealed class SurveyStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Story]
    public async Task Submissions_appear_by_themselves_with_the_forms_labels_and_on_the_map()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var form = Samples.Unique("survey");
        await programme.PublishAsync(Survey.Form(form), form);
        var instance = Samples.NewInstanceId();
        await Survey.SendAsync(programme, form, instance);
        await using var visitor = await browser.OpenAsync();
        await visitor.SignInAsync();
        await visitor.Page.GotoAsync($"/#{programme.Path}/forms/{form}/submissions");
        await ReadTableAsync(visitor);
        await WatchAsync(visitor, programme, form);
        await FindOnMapAsync(visitor);
        await DeleteAndRestoreAsync(visitor);
        visitor.ShouldHaveNoFaults();
    }

    [Story]
    public async Task A_long_table_is_read_page_by_page()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var form = await programme.PublishAsync();
        await Parallel.ForAsync(
            0,
            53,
            async (number, _) =>
            {
                using var upload = Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId(), species: $"tree {number}"));
                (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", upload)).ShouldBe(
                    System.Net.HttpStatusCode.Created
                );
            }
        );
        await using var visitor = await browser.OpenAsync();
        var asked = new System.Collections.Concurrent.ConcurrentQueue<string>();
        visitor.Page.Request += (_, request) => asked.Enqueue(Uri.UnescapeDataString(request.Url));
        await visitor.SignInAsync();
        await visitor.Page.GotoAsync($"/#{programme.Path}/forms/{form}/submissions");
        var rows = visitor.Page.Locator("tbody tr");
        await Expect(visitor.Page.GetByText("53 submissions", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(rows).ToHaveCountAsync(50);
        await visitor.Button("Next").ClickAsync();
        await Expect(visitor.Page.GetByText("Page 2 of 2")).ToBeVisibleAsync();
        await Expect(rows).ToHaveCountAsync(3);

        await visitor.Page.GetByLabel("Review").SelectOptionAsync("received");
        await Expect(visitor.Page.GetByText("Page 1", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(rows).ToHaveCountAsync(50);
        await visitor.Button("Next").ClickAsync();
        await Expect(visitor.Page.GetByText("Page 2", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(rows).ToHaveCountAsync(3);
        visitor.ShouldHaveNoFaults();

        var tables = asked.Where(address => address.Contains(".svc/Submissions?", StringComparison.Ordinal)).ToList();
        Assert.All(tables, address => Assert.Contains("$top=50", address, StringComparison.Ordinal));
        Assert.Equal(2, tables.Count(address => address.Contains("$skiptoken=", StringComparison.Ordinal)));
        Assert.DoesNotContain(
            tables,
            address => address.Contains("$filter", StringComparison.Ordinal) && address.Contains("$count", StringComparison.Ordinal)
        );
        Assert.All(
            tables.Where(address => address.Contains("$filter", StringComparison.Ordinal)),
            address => Assert.Contains("readAtMost=5000", address, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(asked, address => address.Contains("FeatureMap", StringComparison.Ordinal));
    }

    private static async Task ReadTableAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "What grows here?" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "An oak" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "bark.png" })).ToBeVisibleAsync();
        await page.GetByLabel("Language").SelectOptionAsync("fr");
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Que pousse-t-il ici ?" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "Un chêne" })).ToBeVisibleAsync();
        await page.GetByLabel("Langue").SelectOptionAsync("en");

        await page.GetByText("Columns", new() { Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Place" }).UncheckAsync();
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Place" })).ToHaveCountAsync(0);
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Photo" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Place" })).ToHaveCountAsync(0);
    }

    // As when the user comes back to the tab.
    private static async Task WatchAsync(Visitor visitor, Programme programme, string form)
    {
        const string comeBack = "document.dispatchEvent(new Event('visibilitychange'))";
        var unchanged = await visitor.Page.RunAndWaitForResponseAsync(() => visitor.Page.EvaluateAsync(comeBack), IsPage);
        Assert.Equal(304, unchanged.Status);
        await Survey.SendAsync(programme, form, Samples.NewInstanceId(), "birch");
        await visitor.Page.EvaluateAsync(comeBack);
        await Expect(visitor.Page.GetByRole(AriaRole.Cell, new() { Name = "A birch" })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText("2 submissions", new() { Exact = true })).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("submissions with photos");
        await visitor.ScreenshotAsync("submissions-photos");

        static bool IsPage(IResponse response) => response.Url.Contains(".svc/Submissions?", StringComparison.Ordinal);
    }

    private static async Task FindOnMapAsync(Visitor visitor)
    {
        var tiles = await visitor.AnswerForTilesAsync();
        await visitor.Link("Map").ClickAsync();
        await Expect(visitor.Page.GetByText("2 submissions with a place")).ToBeVisibleAsync();
        var map = visitor.Page.GetByRole(AriaRole.Application, new() { Name = "Map" });
        await Expect(map.Locator("canvas").First).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("map");
        await visitor.ScreenshotAsync("map");
        Assert.NotEmpty(tiles);
        Assert.All(tiles, referrer => Assert.Equal(visitor.Server.BaseUrl.ToString(), referrer));
        visitor.Forgive($"another server: {BrowserFixture.MapTiles}");

        await visitor.ClickMiddleOfMapAsync();
        await Expect(visitor.Page.Locator("main li a")).ToHaveCountAsync(2); // both are at the same place
        await visitor.Page.Locator("main li a").First.ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Answers" })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText("What grows here?")).ToBeVisibleAsync();

        // The map of a form has the same base map.
        tiles.Clear();
        await visitor.Link("Edit").ClickAsync();
        await Expect(visitor.Page.Locator("canvas").First).ToBeVisibleAsync();
        await Eventually.TrueAsync(() => Task.FromResult(!tiles.IsEmpty), "the map of the form has asked for a tile");
        await visitor.ScreenshotAsync("web-form-map");
        await visitor.Link("Cancel").ClickAsync();
        await Expect(visitor.Page.GetByText("What grows here?")).ToBeVisibleAsync();
        visitor.Forgive($"another server: {BrowserFixture.MapTiles}");
    }

    private static async Task DeleteAndRestoreAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.Button("Delete submission").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete submission" }).ClickAsync();
        await Expect(page.GetByText("1 submission", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByText("Trash", new() { Exact = true }).ClickAsync();
        await Expect(page.GetByText("30 days after")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Restore:" }).ClickAsync();
        await Expect(page.GetByText("2 submissions", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("Nothing was deleted.")).ToBeVisibleAsync();
    }
}
