using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

public sealed class WorkbookStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Story]
    public async Task An_invalid_workbook_is_explained_and_the_corrected_one_is_published()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var form = Samples.Unique("trees");
        await using var visitor = await browser.OpenAsync();
        await visitor.SignInAsync();
        await visitor.Page.GotoAsync($"/#{programme.Path}");
        await visitor.Button("New form").ClickAsync();
        var input = visitor.Page.GetByLabel("Drop an XLSForm");

        await UploadAsync(visitor, input, ProgrammeWorkbooks.Trees(form, "1", "tekst|height|Height"));
        var problem = visitor.Page.GetByRole(AriaRole.Alert);
        await Expect(problem).ToContainTextAsync("tekst");
        await Expect(problem).ToContainTextAsync("Mend the file and upload it again.");
        await Expect(problem).ToContainTextAsync("Correlation id");
        visitor.Forgive("400");

        await UploadAsync(visitor, input, ProgrammeWorkbooks.Trees(form));
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Trees & shrubs" })).ToBeVisibleAsync();
        await visitor.Button("Publish").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "What to do next" })).ToBeVisibleAsync();

        await visitor.Tab("Draft").ClickAsync();
        await visitor.Button("Start a draft").ClickAsync();
        await Expect(visitor.Page.GetByText("This is the version that is published now")).ToBeVisibleAsync();
        await Expect(visitor.Button("Publish")).ToBeDisabledAsync();
        await AcceptWarningsAsync(visitor, ProgrammeWorkbooks.Trees(form, "2", "image|photo|Photo"));
        await visitor.Button("Publish").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "What to do next" })).ToBeVisibleAsync();
        await visitor.Tab("Versions").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync(["2", "1"]);
        visitor.ShouldHaveNoFaults();
    }

    private static async Task AcceptWarningsAsync(Visitor visitor, byte[] workbook)
    {
        await UploadAsync(visitor, visitor.Page.GetByLabel("Replace the definition"), workbook);
        var warning = visitor.Page.Locator("main").GetByRole(AriaRole.Alert);
        await Expect(warning).ToContainTextAsync("trees.xlsx has warnings");
        await Expect(warning).ToContainTextAsync("max-pixels");
        visitor.Forgive("400");
        await visitor.ScreenshotAsync("warnings");
        await visitor.Button("Upload anyway").ClickAsync();
        await Expect(warning).ToHaveCountAsync(0);
        await Expect(visitor.Page.GetByLabel("Version")).ToHaveValueAsync("2");
    }

    private static Task UploadAsync(Visitor visitor, ILocator input, byte[] workbook) =>
        visitor.UploadAsync(input, "trees.xlsx", workbook, ProgrammeWorkbooks.Xlsx);
}
