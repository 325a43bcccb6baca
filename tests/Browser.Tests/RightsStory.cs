using System.Net;
using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

public sealed class RightsStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Story]
    public async Task A_viewer_beside_a_manager_sees_data_and_nothing_that_would_be_refused()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var form = await programme.PublishAsync();
        using var upload = Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId(), species: "rowan"));
        (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", upload)).ShouldBe(HttpStatusCode.Created);
        var (_, viewerEmail, viewerPassword) = await programme.WebUserAsync("viewer");
        var (_, managerEmail, managerPassword) = await programme.WebUserAsync("manager");

        await using var viewer = await browser.OpenAsync();
        await using var manager = await browser.OpenAsync();
        await viewer.SignInAsync(viewerEmail, viewerPassword);
        await manager.SignInAsync(managerEmail, managerPassword);
        foreach (var visitor in new[] { viewer, manager })
        {
            Assert.Equal(0, await visitor.Button("New project").CountAsync());
            Assert.Equal(
                ["Projects"],
                await visitor
                    .Page.GetByRole(AriaRole.Navigation, new() { Name = "Main" })
                    .Locator("a:not([href*=account])")
                    .AllTextContentsAsync()
            );
            await visitor.Page.GotoAsync($"/#{programme.Path}");
            await Expect(visitor.Link("Trees & shrubs")).ToBeVisibleAsync();
        }
        Assert.Equal(["Forms", "Entity lists"], await viewer.Page.Locator(".tabs a").AllTextContentsAsync());
        Assert.Equal(
            ["Forms", "App users", "Form access", "Entity lists", "Roles", "Webhooks", "Settings"],
            await manager.Page.Locator(".tabs a").AllTextContentsAsync()
        );
        Assert.Equal(0, await viewer.Button("New form").CountAsync());
        await Expect(manager.Button("New form")).ToBeVisibleAsync();

        foreach (var visitor in new[] { viewer, manager })
        {
            await visitor.Link("Trees & shrubs").ClickAsync();
            await visitor.Tab("Submissions").ClickAsync();
            await visitor.Page.GetByRole(AriaRole.Rowheader).GetByRole(AriaRole.Link).ClickAsync();
            await Expect(visitor.Page.GetByText("rowan")).ToBeVisibleAsync();
        }
        Assert.Equal(["Overview", "Submissions", "Downloads"], await viewer.Page.Locator(".tabs a").AllTextContentsAsync());
        Assert.Equal(0, await viewer.Button("Approve").CountAsync());
        Assert.Equal(0, await viewer.Button("Delete submission").CountAsync());
        await manager.Button("Has issues").ClickAsync();
        await Expect(manager.Page.GetByText("The review was saved.")).ToBeVisibleAsync();
        // As when the viewer comes back to the tab.
        await viewer.Page.EvaluateAsync("document.dispatchEvent(new Event('visibilitychange'))");
        await Expect(viewer.Page.GetByText("Has issues", new() { Exact = true })).ToBeVisibleAsync();
        await viewer.ScreenshotAsync("viewer");
        await viewer.Tab("Downloads").ClickAsync();
        await Expect(viewer.Link("Download ZIP")).ToBeVisibleAsync();
        viewer.ShouldHaveNoFaults();
        manager.ShouldHaveNoFaults();
    }
}
