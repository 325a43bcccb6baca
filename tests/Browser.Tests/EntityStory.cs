using System.Net;
using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Datasets;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

/// <summary>Entities that several people change: by hand, and by phones that did not know of each other.</summary>
public sealed class EntityStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Story]
    public async Task A_manager_edits_an_entity_and_settles_its_conflicts_while_a_viewer_looks_on()
    {
        var census = await Census.StartAsync(server: browser.Server);
        var programme = census.Programme;
        await using var manager = await browser.OpenAsync();
        await using var viewer = await browser.OpenAsync();
        foreach (var (visitor, role) in new[] { (manager, "manager"), (viewer, "viewer") })
        {
            var (_, email, password) = await programme.WebUserAsync(role);
            await visitor.SignInAsync(email, password);
            await visitor.Page.GotoAsync($"/#{programme.Path}/datasets/{census.Dataset}");
            await Expect(visitor.Page.GetByText("The list is empty.")).ToBeVisibleAsync();
        }
        await Expect(viewer.Button("New entity")).ToHaveCountAsync(0);

        var path = await CreateAsync(manager);
        var entity = $"{census.EntitiesPath}/{path.Split('/')[^1]}";
        await EditAsync(manager, census, entity);
        await census.SendAsync(census.Submission(path.Split('/')[^1], "update=\"1\" baseVersion=\"1\"", null, "Anne", "50"));
        await LookAtConflictAsync(viewer, path);
        await SettleAsync(manager, census);
        await FindInTrashAsync(manager, census);
        await viewer.Page.ReloadAsync();
        await Expect(viewer.Page.GetByText("Conflict resolved")).ToBeVisibleAsync();
        await Expect(viewer.Page.GetByText("Hard conflict")).ToHaveCountAsync(0);
        manager.ShouldHaveNoFaults();
        viewer.ShouldHaveNoFaults();
    }

    /// <summary>Returns the address of the new entity's page.</summary>
    private static async Task<string> CreateAsync(Visitor manager)
    {
        await manager.Button("New entity").ClickAsync();
        await Expect(manager.Button("Create")).ToBeDisabledAsync();
        await manager.Page.GetByLabel("Label").FillAsync("Ann");
        await manager.Page.GetByLabel("age", new() { Exact = true }).FillAsync("30");
        await manager.Button("Create").ClickAsync();
        await Expect(manager.Page.GetByRole(AriaRole.Heading, new() { Name = "Ann", Level = 2 })).ToBeVisibleAsync();
        return new Uri(manager.Page.Url).Fragment[1..];
    }

    // Somebody else saves first: nothing is lost, and nothing is overwritten unseen.
    private static async Task EditAsync(Visitor manager, Census census, string entity)
    {
        var page = manager.Page;
        await manager.Button("Edit entity").ClickAsync();
        await Expect(manager.Button("Save")).ToBeDisabledAsync();
        await page.GetByLabel("age", new() { Exact = true }).FillAsync("40");
        var theirs = new { label = "Ann Smith", data = new { age = "31", first_name = "Ann" } };
        (await census.Programme.Admin.PatchJsonAsync($"{entity}?baseVersion=1", theirs)).ShouldBe(HttpStatusCode.OK);
        await manager.Button("Save").ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("changed the entity meanwhile");
        manager.Forgive("409");
        await Expect(dialog.GetByRole(AriaRole.Row, new() { Name = "age 30 31 40" })).ToBeVisibleAsync();
        await Expect(dialog.GetByRole(AriaRole.Row, new() { Name = "label Ann Ann Smith" })).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Label")).ToHaveValueAsync("Ann Smith");
        await manager.ShouldBeAccessibleAsync("entity edit");
        await manager.ScreenshotAsync("entity-edit");
        await manager.Button("Save").ClickAsync();
        await Expect(page.GetByText("The entity was saved.")).ToBeVisibleAsync();
        await Expect(page.GetByText("Changed: version 3")).ToBeVisibleAsync();
        var now = (await census.Programme.Admin.GetAsync(entity)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("currentVersion");
        Assert.Equal("{\"age\":\"40\",\"first_name\":\"Ann\"}", now.GetProperty("data").ToString());
        Assert.Equal("{\"age\":\"40\"}", now.GetProperty("dataReceived").ToString());
    }

    private static async Task LookAtConflictAsync(Visitor viewer, string path)
    {
        await viewer.Page.GetByRole(AriaRole.Link, new() { Name = "Entity lists" }).ClickAsync();
        await Expect(viewer.Page.GetByText("1 conflict", new() { Exact = true })).ToBeVisibleAsync();
        await viewer.Page.GotoAsync($"/#{path}");
        await Expect(viewer.Page.GetByRole(AriaRole.Heading, new() { Name = "Hard conflict" })).ToBeVisibleAsync();
        await Expect(viewer.Page.GetByRole(AriaRole.Row, new() { Name = "age 30 40 50" })).ToBeVisibleAsync();
        await Expect(viewer.Page.GetByText("Made from version 1")).ToBeVisibleAsync();
        foreach (var button in new[] { "Edit entity", "Mark as resolved", "Delete entity" })
        {
            await Expect(viewer.Button(button)).ToHaveCountAsync(0);
        }
        await viewer.ShouldBeAccessibleAsync("entity conflict");
        await viewer.ScreenshotAsync("entity-conflict");
    }

    private static async Task SettleAsync(Visitor manager, Census census)
    {
        var page = manager.Page;
        await page.ReloadAsync();
        await manager.Button("Edit entity").ClickAsync();
        await page.GetByLabel("age", new() { Exact = true }).FillAsync("45");
        await manager.Button("Save").ClickAsync();
        await Expect(page.GetByText("The entity was saved.")).ToBeVisibleAsync();
        await Expect(page.GetByText("Hard conflict")).ToBeVisibleAsync();
        await manager.Button("Mark as resolved").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Mark as resolved" }).ClickAsync();
        await Expect(page.GetByText("Hard conflict")).ToHaveCountAsync(0);
        await Expect(page.GetByText("Conflict resolved")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "by a submission" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Answers" })).ToBeVisibleAsync();
        Assert.Contains(census.Form, page.Url, StringComparison.Ordinal);
    }

    // More than the trash shows at once.
    private static async Task FindInTrashAsync(Visitor manager, Census census)
    {
        var (page, admin) = (manager.Page, census.Programme.Admin);
        var ids = Enumerable.Range(0, 101).Select(_ => Census.NewId()).ToList();
        var entities = ids.Select((uuid, number) => new { uuid, label = $"Person {number}" });
        var source = new { name = "people.csv" };
        (await admin.PostJsonAsync(census.EntitiesPath, new { entities, source })).ShouldBe(HttpStatusCode.OK);
        await page.GotoAsync($"/#{census.Programme.Path}/datasets/{census.Dataset}");
        await manager.Button("Count the entities").ClickAsync();
        await Expect(page.GetByText("102 entities", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Find" }).FillAsync("person 7");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(11);
        (await admin.PostJsonAsync($"{census.EntitiesPath}/bulk-delete", new { ids })).ShouldBe(HttpStatusCode.OK);
        await page.GetByText("Trash", new() { Exact = true }).ClickAsync();
        await Expect(manager.Page.Locator("details li")).ToHaveCountAsync(100);
        await manager.Button("Show more").ClickAsync();
        await Expect(manager.Page.Locator("details li")).ToHaveCountAsync(101);
        await Expect(manager.Button("Show more")).ToHaveCountAsync(0);
    }
}
