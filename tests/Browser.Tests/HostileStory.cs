using System.Net;
using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Datasets;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

public sealed class HostileStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Html = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    private const string Link = "javascript:alert(3)";
    private const string Formula = "=HYPERLINK(\"http://example.org\")";

    [Story]
    public async Task Names_labels_answers_and_comments_are_shown_as_text_and_never_run()
    {
        var census = await Census.StartAsync(server: browser.Server);
        var programme = census.Programme;
        (await programme.Admin.PatchJsonAsync(programme.Path, new { name = $"{Html} {programme.Id}", description = Html })).ShouldBe(
            HttpStatusCode.OK
        );
        var form = await programme.PublishAsync(Samples.Form("<b>" + programme.Id, title: Html), "<b>" + programme.Id);
        var instance = Samples.NewInstanceId();
        var svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"20\" onload=\"alert(4)\"/>"u8.ToArray();
        using var upload = Samples.Multipart(
            Samples.Submission(form, instance, species: $"{Html} {Link}", photo: "<i>.svg", leaves: ["leaf.png"]),
            ("<i>.svg", svg, "image/svg+xml"),
            ("leaf.png", svg, "image/svg+xml")
        );
        (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", upload)).ShouldBe(HttpStatusCode.Created);
        var path = $"{programme.FormPath(form)}/submissions/{Uri.EscapeDataString(instance)}";
        (await programme.Admin.PostJsonAsync($"{path}/comments", new { body = $"{Html} {Link}" })).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = Html })).ShouldBe(HttpStatusCode.OK);

        await using var visitor = await browser.OpenAsync();
        await visitor.SignInAsync();
        await visitor.Link($"{Html} {programme.Id}").ClickAsync();
        await Expect(visitor.Page.GetByText(Html, new() { Exact = true }).First).ToBeVisibleAsync();
        await visitor.Tab("App users").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Rowheader, new() { Name = Html })).ToBeVisibleAsync();
        await visitor.Tab("Forms").ClickAsync();
        await visitor.Link(Html).ClickAsync();
        await visitor.Tab("Submissions").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Cell, new() { Name = $"{Html} {Link}" })).ToBeVisibleAsync();
        await visitor.Page.GetByRole(AriaRole.Rowheader).GetByRole(AriaRole.Link).ClickAsync();
        await Expect(visitor.Page.GetByText($"{Html} {Link}")).ToHaveCountAsync(2);
        await Expect(visitor.Page.Locator("img[src='x'], main script, a[href^='javascript']")).ToHaveCountAsync(0);
        // In an img an SVG runs no script, and an address of its own is a download.
        await Expect(visitor.Page.GetByRole(AriaRole.Img, new() { Name = "leaf.png" })).ToBeVisibleAsync();
        foreach (var file in new[] { "<i>.svg", "leaf.png" })
        {
            await visitor.Page.RunAndWaitForDownloadAsync(() => visitor.Link(file).ClickAsync());
        }
        await visitor.ScreenshotAsync("hostile");
        await LookAtEntityAsync(visitor, census);
        visitor.ShouldHaveNoFaults();
    }

    private static async Task LookAtEntityAsync(Visitor visitor, Census census)
    {
        var (id, page) = (Census.NewId(), visitor.Page);
        await census.SendAsync(census.Submission(id, "create=\"1\"", Html, Formula, "1"));
        await census.SendAsync(census.Submission(id, "update=\"1\" baseVersion=\"1\"", $"{Html} {Link}", $"{Formula} {Html}", "2"));
        await census.SendAsync(census.Submission(id, "update=\"1\" baseVersion=\"1\"", Link, Link, "3"));
        await page.GotoAsync($"/#{census.Programme.Path}/datasets/{census.Dataset}");
        await visitor.Link(Link).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Hard conflict" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = $"{Formula} {Html}" })).ToBeVisibleAsync();
        await visitor.Button("Edit entity").ClickAsync();
        await Expect(page.GetByLabel("first_name")).ToHaveValueAsync(Link);
        await page.GetByLabel("first_name").FillAsync(Html);
        (
            await census.Programme.Admin.PatchJsonAsync(
                $"{census.EntitiesPath}/{id}?baseVersion=3",
                new { data = new { first_name = Formula, age = Html } }
            )
        ).ShouldBe(HttpStatusCode.OK);
        await visitor.Button("Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = $"first_name {Link} {Formula} {Html}" })).ToBeVisibleAsync();
        visitor.Forgive("409");
        await visitor.Button("Save").ClickAsync();
        await Expect(page.GetByText("The entity was saved.")).ToBeVisibleAsync();
        await Expect(page.Locator("img[src='x'], main script, a[href^='javascript']")).ToHaveCountAsync(0);
        await visitor.ScreenshotAsync("hostile-entity");
    }
}
