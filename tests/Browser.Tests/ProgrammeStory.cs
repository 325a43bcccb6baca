using System.IO.Compression;
using System.Net;
using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

public sealed class ProgrammeStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Story]
    public async Task A_manager_takes_a_form_from_upload_to_download()
    {
        await using var visitor = await browser.OpenAsync();
        await visitor.SignInAsync();
        var project = Samples.Unique("Forest");
        var form = Samples.Unique("trees");

        await CreateProjectAsync(visitor, project);
        await PublishAsync(visitor, form);
        var phone = await GiveAccessAsync(visitor, form);
        await SubmitAsync(visitor, phone, form);
        await ReviewAsync(visitor, form);
        await DownloadAsync(visitor, form);
        visitor.ShouldHaveNoFaults();
    }

    private static async Task CreateProjectAsync(Visitor visitor, string name)
    {
        await visitor.Button("New project").ClickAsync();
        await visitor.Page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await visitor.Button("Create").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText("There is no form yet.")).ToBeVisibleAsync();
    }

    private static async Task PublishAsync(Visitor visitor, string form)
    {
        await visitor.Button("New form").ClickAsync();
        await visitor.UploadAsync(visitor.Page.GetByLabel("Drop an XLSForm"), "trees.xml", Samples.Form(form, pictures: "leaf.png"));

        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Test on a phone" })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText("Files that are still missing: 1.")).ToBeVisibleAsync();
        await visitor.UploadAsync(visitor.Page.GetByLabel("Drop the files"), "leaf.png", "a picture", "image/png");
        await Expect(visitor.Page.GetByText("Uploaded", new() { Exact = true })).ToBeVisibleAsync();
        await visitor.ScreenshotAsync("draft");

        await visitor.Page.GetByLabel("What changed").FillAsync("First version");
        await visitor.Button("Publish").ClickAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "What to do next" })).ToBeVisibleAsync();
    }

    /// <summary>Returns the app user as a phone that has scanned the code.</summary>
    private static async Task<Api> GiveAccessAsync(Visitor visitor, string form)
    {
        await visitor.Link("Give phones access to it").ClickAsync();
        await Expect(visitor.Page.GetByText("Access is granted here")).ToBeVisibleAsync();
        await visitor.Tab("App users").ClickAsync();
        await visitor.Button("New app user").ClickAsync();
        await visitor.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Tablet 7");
        var created = await visitor.Page.RunAndWaitForResponseAsync(
            () => visitor.Button("Create").ClickAsync(),
            response => response.Url.EndsWith("/app-users", StringComparison.Ordinal) && response.Request.Method == "POST"
        );
        await Expect(visitor.Page.GetByRole(AriaRole.Img, new() { Name = "QR code of Tablet 7" })).ToBeVisibleAsync();
        await visitor.ScreenshotAsync("qr-code");
        await visitor.Page.Keyboard.PressAsync("Escape");

        await visitor.Tab("Form access").ClickAsync();
        var box = visitor.Page.GetByRole(AriaRole.Checkbox, new() { Name = "Tablet 7 may use" });
        await visitor.Page.RunAndWaitForResponseAsync(
            () => box.ClickAsync(),
            response => response.Url.Contains($"/forms/{form}/assignments/app-user/", StringComparison.Ordinal)
        );
        await Expect(box).ToBeCheckedAsync();
        return Api.WithKey(visitor.Server, (await created.JsonAsync())!.Value.GetProperty("token").GetString()!);
    }

    private static async Task SubmitAsync(Visitor visitor, Api phone, string form)
    {
        using var upload = Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId(), species: "silver birch"));
        (await phone.PostAsync($"{visitor.ProjectPath}/submission", upload)).ShouldBe(HttpStatusCode.Created);
    }

    private static async Task ReviewAsync(Visitor visitor, string form)
    {
        await visitor.Tab("Forms").ClickAsync();
        await visitor.Link("Trees & shrubs").ClickAsync();
        await visitor.Tab("Submissions").ClickAsync();
        await Expect(visitor.Page.GetByText("1 submission", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Cell, new() { Name = "silver birch" })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Cell, new() { Name = "Tablet 7" })).ToBeVisibleAsync();
        await visitor.ScreenshotAsync("submissions");

        await visitor.Page.GetByRole(AriaRole.Rowheader).GetByRole(AriaRole.Link).ClickAsync();
        await visitor.Page.GetByLabel("Comment").FillAsync("Seen on the map");
        await visitor.Button("Approve").ClickAsync();
        await Expect(visitor.Page.GetByText("Approved", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText("Seen on the map")).ToBeVisibleAsync();
        await visitor.ScreenshotAsync("submission");

        await visitor.Link("All submissions").ClickAsync();
        await visitor.Page.GetByLabel("Review").SelectOptionAsync("rejected");
        await Expect(visitor.Page.GetByText("No submission matches these filters.")).ToBeVisibleAsync();
        await visitor.Page.GetByLabel("Review").SelectOptionAsync("approved");
        await Expect(visitor.Page.GetByRole(AriaRole.Cell, new() { Name = "silver birch" })).ToBeVisibleAsync();
        Assert.Contains(form, visitor.Page.Url, StringComparison.Ordinal);
    }

    private static async Task DownloadAsync(Visitor visitor, string form)
    {
        await visitor.Tab("Downloads").ClickAsync();
        var download = await visitor.Page.RunAndWaitForDownloadAsync(() => visitor.Link("Download ZIP").ClickAsync());
        await using var stream = await download.CreateReadStreamAsync();
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        using var zip = new ZipArchive(copy, ZipArchiveMode.Read);
        using var reader = new StreamReader(zip.GetEntry($"{form}.csv")!.Open());
        Assert.Contains("silver birch", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        await ConnectAsync(visitor, form);
    }

    private static async Task ConnectAsync(Visitor visitor, string form)
    {
        var page = visitor.Page;
        await Expect(visitor.Link("GeoJSON")).ToHaveCountAsync(0); // the form asks for no place
        await page.GetByLabel("Review").SelectOptionAsync("rejected");
        Assert.Contains("%24filter=", await visitor.Link("Download ZIP").GetAttributeAsync("href"), StringComparison.Ordinal);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await visitor.Button("Copy the address").ClickAsync();
        await Expect(page.GetByText("Copied.")).ToBeVisibleAsync();
        var address = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.EndsWith($"/forms/{form}.svc", address, StringComparison.Ordinal);
        (await Api.WithBasic(visitor.Server, Server.AdminEmail, Server.AdminPassword).SendAsync(HttpMethod.Get, address)).ShouldBe(
            HttpStatusCode.OK
        );
        foreach (var program in new[] { "Power BI", "Excel", "R (ruODK)" })
        {
            await page.GetByText(program, new() { Exact = true }).ClickAsync();
        }
        await Expect(page.GetByText("odata_submission_get()")).ToBeVisibleAsync();
        await Expect(page.GetByText("Tick the table “Submissions”")).ToHaveCountAsync(2);
        await visitor.ShouldBeAccessibleAsync("downloads");
        await visitor.ScreenshotAsync("downloads");
    }
}
