using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

/// <summary>A supervisor of a CommCare-style programme: workers, cases, and what a phone would get.</summary>
public sealed partial class CommCareStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Password = "1988 & more";

    [Story]
    public async Task A_supervisor_sees_workers_cases_and_what_a_phone_would_get()
    {
        var programme = await Programme.StartAsync(browser.Server);
        var (_, email, password) = await programme.WebUserAsync("manager");
        await using var visitor = await browser.OpenAsync();
        await visitor.SignInAsync(email, password);

        var domain = await GiveDomainAsync(visitor, programme);
        await AddWorkerAsync(visitor);
        await AddGroupAsync(visitor);
        var at = $"{programme.Server.BaseUrl.GetLeftPart(UriPartial.Authority)}/a/{domain}";
        var workers = (await programme.Admin.GetAsync($"{at}/api/user/v1")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("objects");
        var phone = new Phone(
            Api.WithBasic(programme.Server, $"ada@{domain}.commcarehq.org", Password),
            at,
            workers[0].GetProperty("id").GetString()!
        );
        await SubmitAsync(phone, Create("home", "household", "Bello <b>&</b> co") + Create("child", "patient", "Amina", "home"));
        await SubmitAsync(phone, Block("home", "<update><size>5</size></update>") + Stock("home", "ors", 1200));
        await LookAtCasesAsync(visitor);
        await LookAtPhoneAsync(visitor, phone);
        await LookupSteps.UploadAsync(visitor);
        await LookupSteps.ChangeRowsAsync(visitor);
        await LookupSteps.ProductsAsync(visitor);
        await LocationSteps.MakeTreeAsync(visitor);
        await LocationSteps.AssignAsync(visitor);
        await ViewerAsync(programme);
        await DeactivateAsync(visitor);
        await DeleteAsync(visitor);
        visitor.ShouldHaveNoFaults();
    }

    private static async Task<string> GiveDomainAsync(Visitor visitor, Programme programme)
    {
        var domain = Samples.Unique("clinic");
        await visitor.Page.GotoAsync($"/#{programme.Path}/settings");
        await Expect(visitor.Tab("Roles")).ToBeVisibleAsync();
        Assert.Equal(0, await visitor.Tab("Workers").CountAsync());
        await visitor.Page.GetByLabel("Domain for CommCare phones").FillAsync(domain);
        await visitor.Button("Save").ClickAsync();
        await visitor.Tab("Workers").ClickAsync();
        await Expect(visitor.Page.GetByText("There is no worker yet.")).ToBeVisibleAsync();
        return domain;
    }

    private static async Task AddWorkerAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.Button("New worker").ClickAsync();
        await page.GetByLabel("Username").FillAsync("ada");
        await page.GetByLabel("Password").FillAsync("not yet");
        await page.GetByLabel("First name").FillAsync("Ada");
        await page.GetByLabel("Phone numbers").FillAsync("+234 1\n+234 2");
        await visitor.Button("Add a value").ClickAsync();
        await page.GetByLabel("Name of the value").FillAsync("village");
        await page.GetByLabel("Value of village").FillAsync("Kano");
        await visitor.ShouldBeAccessibleAsync("new worker");
        await visitor.ScreenshotAsync("worker");
        await visitor.Button("Create").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = "ada" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "+234 1, +234 2" })).ToBeVisibleAsync();

        await visitor.Button("Edit: ada").ClickAsync();
        await Expect(page.GetByLabel("Value of village")).ToHaveValueAsync("Kano");
        await page.GetByLabel("Last name").FillAsync("Lovelace");
        await visitor.Button("Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "Ada Lovelace" })).ToBeVisibleAsync();

        await visitor.Button("Reset password: ada").ClickAsync();
        await page.GetByLabel("New password", new() { Exact = true }).FillAsync(Password);
        await visitor.Button("Save").ClickAsync();
        await Expect(page.GetByText("The password of ada was changed.")).ToBeVisibleAsync();
    }

    private static async Task AddGroupAsync(Visitor visitor)
    {
        await visitor.Button("New group").ClickAsync();
        await visitor.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("North team");
        await visitor.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Case sharing" }).CheckAsync();
        await visitor.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Ada Lovelace (ada)" }).CheckAsync();
        await visitor.Button("Save").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Rowheader, new() { Name = "North team" })).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator(".el-message")).ToHaveCountAsync(0); // one that fades is not what people read
        await visitor.ShouldBeAccessibleAsync("workers");
        await visitor.ScreenshotAsync("workers");
    }

    private static async Task LookAtCasesAsync(Visitor visitor)
    {
        var page = visitor.Page;
        await visitor.Tab("Cases").ClickAsync();
        await Expect(visitor.Link("Amina")).ToBeVisibleAsync();
        await page.GetByLabel("Name, external id").FillAsync("BELLO");
        await visitor.Button("Find").ClickAsync();
        await Expect(visitor.Link("Amina")).ToHaveCountAsync(0);
        await page.GetByLabel("State").SelectOptionAsync("closed");
        await Expect(page.GetByText("No case matches.")).ToBeVisibleAsync();
        await page.GetByLabel("State").SelectOptionAsync("");
        await page.GetByLabel("Owner").SelectOptionAsync(new SelectOptionValue { Label = "Ada Lovelace" });
        await Expect(visitor.Link("Bello <b>&</b> co")).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("cases");
        await visitor.ScreenshotAsync("cases");

        await visitor.Link("Bello <b>&</b> co").ClickAsync();
        await Expect(page.GetByText("Forms that made this case")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "parent (child)" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "stock ors 1,200" })).ToBeVisibleAsync();
        await Expect(page.Locator("ol > li")).ToHaveCountAsync(2);
        await Expect(page.Locator("ol > li").First).ToContainTextAsync("Ada Lovelace");
        await Expect(page.Locator("ol > li").First).ToContainTextAsync("size");
        await visitor.ShouldBeAccessibleAsync("case");
        await visitor.ScreenshotAsync("case");

        await page.Locator("ol > li").First.GetByRole(AriaRole.Link, new() { Name = "Visit" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Answers" })).ToBeVisibleAsync();
        await page.GoBackAsync();
        await visitor.Link("Amina").ClickAsync();
        await Expect(visitor.Link("Bello <b>&</b> co")).ToBeVisibleAsync();
    }

    private static async Task LookAtPhoneAsync(Visitor visitor, Phone phone)
    {
        var page = visitor.Page;
        await visitor.Tab("Phone’s view").ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Worker" })
            .SelectOptionAsync(new SelectOptionValue { Label = "Ada Lovelace (ada)" });
        await Expect(page.GetByText("This worker has not synced")).ToBeVisibleAsync();
        await Expect(page.GetByText("1 case below")).ToBeVisibleAsync();
        await page.Locator("summary", new() { HasText = "Amina" }).ClickAsync();
        await page.Locator("summary", new() { HasText = "user-groups" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "North team" })).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("phone's view");
        await visitor.ScreenshotAsync("phone-view");

        // The size on the page is that of what the phone then gets, apart from the number in the comment about its cost.
        var shown = (await page.GetByText("bytes before compression").TextContentAsync())!;
        var restore = (await phone.Client.GetAsync($"{phone.At}/phone/restore/?version=2.0&device_id=tablet")).ShouldBe(HttpStatusCode.OK);
        var bytes = int.Parse(Digits().Replace(shown, ""), CultureInfo.InvariantCulture);
        Assert.InRange(restore.Bytes.Length, bytes, bytes + 1);

        await SubmitAsync(phone, Create("late", "patient", "Chidi"));
        await page.ReloadAsync();
        await Expect(page.GetByText("Last sync of this worker")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "What the phone has" })
            .SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await Expect(page.Locator("summary", new() { HasText = "Chidi" })).ToBeVisibleAsync();
        await Expect(page.Locator("summary", new() { HasText = "Amina" })).ToHaveCountAsync(0);
        var token = TokenShape().Match(restore.Text).Groups[1].Value;
        Assert.Contains(token, page.Url, StringComparison.Ordinal);

        // The phone is not disturbed.
        var next = (await phone.Client.GetAsync($"{phone.At}/phone/restore/?version=2.0&device_id=tablet&since={token}")).ShouldBe(
            HttpStatusCode.OK
        );
        Assert.Contains("Chidi", next.Text, StringComparison.Ordinal);

        await page.GotoAsync($"{page.Url.Split("&since=")[0]}&since=unknown");
        await Expect(page.GetByText("The phone would start over")).ToBeVisibleAsync();
        visitor.Forgive("412");
    }

    private async Task ViewerAsync(Programme programme)
    {
        var (_, email, password) = await programme.WebUserAsync("viewer");
        await using var viewer = await browser.OpenAsync();
        await viewer.SignInAsync(email, password);
        await viewer.Page.GotoAsync($"/#{programme.Path}/workers");
        await Expect(viewer.Page.GetByRole(AriaRole.Rowheader, new() { Name = "ada" })).ToBeVisibleAsync();
        Assert.Equal(
            ["Forms", "Entity lists", "Workers", "Cases", "Phone’s view", "Lookup tables", "Products", "Locations"],
            await viewer.Page.Locator(".tabs a").AllTextContentsAsync()
        );
        await ShouldOnlyLookAsync(viewer);
        await viewer.Tab("Lookup tables").ClickAsync();
        await ShouldOnlyLookAsync(viewer, viewer.Link("drug"));
        await viewer.Link("drug").ClickAsync();
        await ShouldOnlyLookAsync(viewer, viewer.Page.GetByRole(AriaRole.Cell, new() { Name = "Amox" }), "Excel workbook");
        await viewer.Tab("Products").ClickAsync();
        await ShouldOnlyLookAsync(viewer, viewer.Page.GetByRole(AriaRole.Rowheader, new() { Name = "Soap" }), "Excel workbook");
        await viewer.Tab("Locations").ClickAsync();
        await ShouldOnlyLookAsync(viewer, viewer.Page.GetByRole(AriaRole.Rowheader, new() { Name = "District" }), "Excel workbook");
        viewer.ShouldHaveNoFaults();
    }

    // The only buttons of such a page open what is below something.
    private static async Task ShouldOnlyLookAsync(Visitor viewer, ILocator? shown = null, string? download = null)
    {
        if (shown is not null)
        {
            await Expect(shown).ToBeVisibleAsync();
        }
        if (download is not null)
        {
            await Expect(viewer.Link(download)).ToBeVisibleAsync();
        }
        Assert.Equal(0, await viewer.Page.Locator("main button:not([aria-expanded])").CountAsync());
    }

    private static async Task DeactivateAsync(Visitor visitor)
    {
        await visitor.Tab("Workers").ClickAsync();
        await visitor.Button("Deactivate").ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Deactivate" }).ClickAsync();
        await Expect(visitor.Page.GetByText("Deactivated", new() { Exact = true })).ToBeVisibleAsync();
        await visitor.Tab("Phone’s view").ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Combobox, new() { Name = "Worker" }).SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await Expect(visitor.Page.GetByText("Your account has been deactivated")).ToBeVisibleAsync();
        visitor.Forgive("406");
    }

    private static async Task DeleteAsync(Visitor visitor)
    {
        await visitor.Tab("Workers").ClickAsync();
        await visitor.Button("Delete worker: ada").ClickAsync();
        await visitor.Button("Delete worker").ClickAsync();
        await Expect(visitor.Page.GetByText("There is no worker yet.")).ToBeVisibleAsync();
        await visitor.Tab("Lookup tables").ClickAsync();
        await visitor.Link("drug").ClickAsync();
        await visitor.Button("Delete table").ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete table" }).ClickAsync();
        await Expect(visitor.Page.GetByText("There is no lookup table yet.")).ToBeVisibleAsync();
    }

    private static async Task SubmitAsync(Phone phone, string blocks)
    {
        var form =
            $"<data xmlns=\"http://example.org/visit\" name=\"Visit\" version=\"1\" uiVersion=\"1\"><weight>7.2</weight>{blocks}"
            + $"<meta xmlns=\"http://openrosa.org/jr/xforms\"><userID>{phone.Worker}</userID>"
            + $"<instanceID>{Guid.NewGuid()}</instanceID></meta></data>";
        using var content = new StringContent(
            form.Replace("{at}", phone.At.Split('/')[^1], StringComparison.Ordinal),
            Encoding.UTF8,
            "text/xml"
        );
        (await phone.Client.PostAsync($"{phone.At}/receiver/", content)).ShouldBe(HttpStatusCode.Created);
    }

    private static string Create(string id, string type, string name, string? parent = null) =>
        Block(
            id,
            $"<create><case_type>{type}</case_type><case_name>{WebUtility.HtmlEncode(name)}</case_name></create>"
                + (parent is null ? "" : $"<index><parent case_type=\"household\">{parent}-{{at}}</parent></index>")
        );

    // Case ids are unique on the server.
    private static string Block(string id, string inner) =>
        $"<case xmlns=\"http://commcarehq.org/case/transaction/v2\" case_id=\"{id}-{{at}}\" date_modified=\"2026-01-02T10:00:00Z\">"
        + $"{inner}</case>";

    private static string Stock(string id, string entry, int quantity) =>
        $"<balance xmlns=\"http://commcarehq.org/ledger/v1\" entity-id=\"{id}-{{at}}\" section-id=\"stock\" date=\"2026-01-02T10:00:00Z\">"
        + $"<entry id=\"{entry}\" quantity=\"{quantity}\"/></balance>";

    private sealed record Phone(Api Client, string At, string Worker);

    [GeneratedRegex("[^0-9]")]
    private static partial Regex Digits();

    [GeneratedRegex("<restore_id>([^<]+)")]
    private static partial Regex TokenShape();
}
