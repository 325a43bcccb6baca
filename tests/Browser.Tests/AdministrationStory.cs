using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Datasets;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

public sealed class AdministrationStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Story]
    public async Task An_administrator_invites_a_viewer_who_then_signs_in()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var email = $"{Samples.Unique("viewer")}@example.org";
        const string password = "correct horse battery";
        await using var visitor = await browser.OpenAsync();
        await visitor.SignInAsync();

        var link = await InviteAsync(visitor, email);
        await visitor.Page.GotoAsync($"/#{programme.Path}/roles");
        await visitor.Page.GetByLabel("Name").SelectOptionAsync(new SelectOptionValue { Label = email });
        await visitor.Page.GetByLabel("Role", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Viewer" });
        await visitor.Button("Give role").ClickAsync();
        await Expect(visitor.Page.GetByLabel($"Role: {email}")).ToBeVisibleAsync();
        await visitor.Link("Audit log").ClickAsync();
        await visitor.Page.GetByLabel("Changes of").SelectOptionAsync("user");
        await Expect(visitor.Page.GetByText("user.create").First).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("audits");
        await ConfigureAsync(visitor);

        await using var viewer = await browser.OpenAsync();
        await viewer.Page.GotoAsync("/");
        await Expect(viewer.Page.GetByRole(AriaRole.Heading, new() { Name = "<b>Forest</b>", Exact = true })).ToBeVisibleAsync();
        await Expect(viewer.Page.GetByText("Ask Ann for a password.")).ToBeVisibleAsync();
        await Expect(viewer.Page.Locator("img[src*='/config/public/logo']")).ToBeVisibleAsync();
        await viewer.ScreenshotAsync("sign-in");
        await ResetConfigurationAsync(visitor);

        await ChoosePasswordAsync(viewer, link, password);
        await viewer.SignInAsync(email, password);
        await Expect(viewer.Link("Server")).ToHaveCountAsync(0);
        await Expect(viewer.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link)).ToHaveCountAsync(1);
        await SetUpAccountAsync(viewer);
        await viewer.Button("Sign out").ClickAsync();
        await Expect(viewer.Button("Sign in")).ToBeVisibleAsync();

        await visitor.Link("Users").ClickAsync();
        await visitor.Button("Edit user: Vera").ClickAsync();
        await visitor.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Vera Viewer");
        await visitor.Button("Save").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Rowheader, new() { Name = $"Vera Viewer {email}" })).ToBeVisibleAsync();
        viewer.ShouldHaveNoFaults();
        visitor.ShouldHaveNoFaults();
    }

    // Returns the link to hand over.
    private static async Task<string> InviteAsync(Visitor visitor, string email)
    {
        await visitor.Link("Users").ClickAsync();
        await visitor.Button("New user").ClickAsync();
        await visitor.Page.GetByLabel("E-mail address").FillAsync(email);
        await visitor.Button("Create").ClickAsync();
        var dialog = visitor.Page.GetByRole(AriaRole.Dialog, new() { Name = "A link to hand over" });
        var link = await dialog.Locator("code").InnerTextAsync();
        await visitor.ScreenshotAsync("invitation");
        await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Rowheader, new() { Name = email })).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("users");
        return link;
    }

    private static async Task ChoosePasswordAsync(Visitor viewer, string link, string password)
    {
        await viewer.Page.GotoAsync(link);
        await viewer.Page.GetByLabel("New password").FillAsync(password);
        await viewer.ShouldBeAccessibleAsync("claim");
        await viewer.Button("Save").ClickAsync();
        await Expect(viewer.Page.GetByText("The password is set.")).ToBeVisibleAsync();
        await viewer.Page.ReloadAsync();
        await Expect(viewer.Page.GetByText("This link does not work any more.")).ToBeVisibleAsync();
    }

    private static async Task SetUpAccountAsync(Visitor viewer)
    {
        await viewer.Page.GotoAsync("/#/account");
        await viewer.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Vera");
        await viewer.Button("Save").First.ClickAsync();
        await Expect(viewer.Page.GetByRole(AriaRole.Heading, new() { Name = "Vera", Exact = true })).ToBeVisibleAsync();
        await viewer.Page.GetByLabel("What the key is for").FillAsync("Monthly export");
        await viewer.Button("Create key").ClickAsync();
        await Expect(viewer.Page.Locator("code")).ToHaveTextAsync(new Regex("^[0-9a-f]{40}$"));
        await Expect(viewer.Page.GetByRole(AriaRole.Rowheader, new() { Name = "Monthly export" })).ToBeVisibleAsync();
        await viewer.ShouldBeAccessibleAsync("account");
        await viewer.ScreenshotAsync("account");
        await viewer.Button("Revoke key").ClickAsync();
        await viewer.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke key" }).ClickAsync();
        await Expect(viewer.Page.GetByRole(AriaRole.Rowheader, new() { Name = "Monthly export" })).ToHaveCountAsync(0);
    }

    // The sign-in page, and a setting that only clients of Central's API read.
    private static async Task ConfigureAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.Link("Server").ClickAsync();
        await page.GetByLabel("Title").FillAsync("<b>Forest</b>");
        await page.GetByLabel("Description").FillAsync("Ask Ann for a password.");
        await visitor.Button("Save").First.ClickAsync();
        await Expect(visitor.Button("Reset")).ToBeVisibleAsync();
        await visitor.UploadAsync(page.GetByLabel("Logo: Drop"), "logo.png", Pictures.Png, "image/png");
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "Logo" })).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("server");
        await visitor.ScreenshotAsync("server");
        await page.GetByText("Usage reports").ClickAsync();
        await Expect(page.GetByText("Reports are wanted")).ToBeVisibleAsync();
        visitor.Forgive("404"); // nobody has chosen
        await page.GetByText("Reports are wanted").ClickAsync();
        await page.GetByLabel("Organization").FillAsync("Forest Service");
        await page.Locator("details").GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByText("The configuration was saved.").Last).ToBeVisibleAsync();
    }

    private static async Task ResetConfigurationAsync(Visitor visitor)
    {
        // The logo stays: the sign-in page of another story may be about to show it.
        await Expect(visitor.Button("Remove")).ToBeVisibleAsync();
        await visitor.Button("Reset").ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Reset" }).ClickAsync();
        await Expect(visitor.Button("Reset")).ToHaveCountAsync(0);
        (await (await Api.AdministratorAsync(visitor.Server)).DeleteAsync("/config/analytics")).ShouldBe(System.Net.HttpStatusCode.OK);
    }

    [Story]
    public async Task A_deleted_form_comes_back_from_the_trash()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var form = await programme.PublishAsync();
        await using var visitor = await browser.OpenAsync();
        await visitor.SignInAsync();
        await visitor.Page.GotoAsync($"/#{programme.Path}/forms/{form}/settings");
        await visitor.Button("Delete form").ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete form" }).ClickAsync();
        await Expect(visitor.Page.GetByText("There is no form yet.")).ToBeVisibleAsync();
        await visitor.Page.GetByText("Trash (1)").ClickAsync();
        await visitor.Button("Restore: Trees & shrubs").ClickAsync();
        await Expect(visitor.Link("Trees & shrubs")).ToBeVisibleAsync();
        visitor.ShouldHaveNoFaults();
    }

    [Story]
    public async Task Entities_come_from_a_spreadsheet_after_a_preview()
    {
        var programme = await Programme.StartAsync(browser.Server);
        await using var visitor = await browser.OpenAsync();
        await visitor.SignInAsync();
        await visitor.Page.GotoAsync($"/#{programme.Path}/datasets");
        await CreateDatasetAsync(visitor, Samples.Unique("trees"), "height", "geometry");
        await visitor.Button("Upload CSV").ClickAsync();
        await visitor.UploadAsync(
            visitor.Page.GetByLabel("Drop a CSV file"),
            "trees.csv",
            "label,height,colour,geometry\n\"Old oak, north\",21,green,47.5 7.6 0 0\n=1+1,3,red,\n",
            "text/csv"
        );
        await Expect(visitor.Page.GetByText("2 rows, of which the first are:")).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText("are left out: colour")).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("upload of entities");
        await visitor.Button("Create entities").ClickAsync();
        await Expect(visitor.Page.GetByText("2 entities", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Rowheader, new() { Name = "Old oak, north" })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Cell, new() { Name = "21" })).ToBeVisibleAsync();
        await FindOnMapAndDeleteAsync(visitor);
        await visitor.Page.Locator("summary", new() { HasText = "Settings" }).ClickAsync();
        await visitor.Button("Delete entity list").ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete entity list" }).ClickAsync();
        await Expect(visitor.Button("New entity list")).ToBeVisibleAsync();
        await SeeWhatADraftDoesToListsAsync(visitor, programme);
        visitor.ShouldHaveNoFaults();
    }

    private static async Task CreateDatasetAsync(Visitor visitor, string name, params string[] properties)
    {
        var page = visitor.Page;
        await visitor.Button("New entity list").ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await visitor.Button("Create").ClickAsync();
        await Expect(page.GetByText("The list is empty.")).ToBeVisibleAsync();
        await page.Locator("summary", new() { HasText = "Settings" }).ClickAsync();
        foreach (var property in properties)
        {
            await page.GetByLabel("New property").FillAsync(property);
            await visitor.Button("Add property").ClickAsync();
            await Expect(page.Locator("details", new() { HasText = "Settings" })).ToContainTextAsync(property);
        }
        var approval = page.GetByLabel("Submissions make entities only when they are approved");
        await approval.ClickAsync();
        await Expect(approval).ToBeCheckedAsync();
        await approval.ClickAsync();
        await Expect(approval).Not.ToBeCheckedAsync();
        await visitor.ShouldBeAccessibleAsync("settings of an entity list");
        await page.Locator("summary", new() { HasText = "Settings" }).ClickAsync();
    }

    // Then the project is encrypted.
    private static async Task SeeWhatADraftDoesToListsAsync(Visitor visitor, Programme programme)
    {
        var (page, form) = (visitor.Page, Samples.Unique("census"));
        (
            await programme.Admin.PostXmlAsync(
                $"{programme.Path}/forms",
                EntityForms.Filling(form, Samples.Unique("people"), "create=\"1\"")
            )
        ).ShouldBe(System.Net.HttpStatusCode.OK);
        await page.GotoAsync($"/#{programme.Path}/forms/{form}/draft");
        await Expect(page.GetByText("new list", new() { Exact = true })).ToBeVisibleAsync();

        await page.GotoAsync($"/#{programme.Path}/settings");
        await page.GetByText("Encryption", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("Passphrase").FillAsync("a long passphrase");
        await visitor.Button("Encrypt this project").ClickAsync();
        await Expect(page.GetByText("This project is encrypted.")).ToBeVisibleAsync();
    }

    private static async Task FindOnMapAndDeleteAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.AnswerForTilesAsync();
        await visitor.Link("Map").ClickAsync();
        await Expect(page.GetByText("1 entity with a place")).ToBeVisibleAsync();
        await visitor.ClickMiddleOfMapAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Old oak, north" })).ToBeVisibleAsync();
        visitor.Forgive($"another server: {BrowserFixture.MapTiles}");
        await visitor.ShouldBeAccessibleAsync("entity");
        await visitor.ScreenshotAsync("entity");
        await visitor.Button("Delete entity").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete entity" }).ClickAsync();
        await Expect(page.GetByText("1 entity", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByText("Trash", new() { Exact = true }).ClickAsync();
        await visitor.Button("Restore: Old oak, north").ClickAsync();
        await Expect(page.GetByText("2 entities", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Story]
    public async Task A_wrong_password_and_an_expired_session_are_explained()
    {
        var programme = await Programme.StartAsync(browser.Server);
        await using var visitor = await browser.OpenAsync();
        await visitor.Page.GotoAsync($"/#{programme.Path}");
        await visitor.Page.GetByLabel("E-mail address").FillAsync("nobody@example.org");
        await visitor.Page.GetByLabel("Password").FillAsync("not the password");
        await visitor.Button("Sign in").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Check e-mail address and password");
        await visitor.ShouldBeAccessibleAsync("sign-in");
        visitor.Forgive("401");

        await visitor.Page.GetByLabel("E-mail address").FillAsync(Server.AdminEmail);
        await visitor.Page.GetByLabel("Password").FillAsync(Server.AdminPassword);
        await visitor.Button("Sign in").ClickAsync();
        await Expect(visitor.Page.GetByText("There is no form yet.")).ToBeVisibleAsync();
        await visitor.Page.Context.ClearCookiesAsync();
        await visitor.Tab("App users").ClickAsync();
        await Expect(visitor.Button("Sign in")).ToBeVisibleAsync();
        Assert.Contains("app-users", visitor.Page.Url, StringComparison.Ordinal); // where the next sign-in leads
        visitor.Forgive("401");
        visitor.ShouldHaveNoFaults();
    }
}
