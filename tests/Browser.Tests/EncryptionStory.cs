using System.IO.Compression;
using Microsoft.Playwright;
using ServerlessRosa.Protocol.Tests.Encryption;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static Microsoft.Playwright.Assertions;

namespace ServerlessRosa.Browser.Tests;

public sealed class EncryptionStory(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Story]
    public async Task An_encrypted_form_is_named_before_it_is_opened_and_downloaded_with_its_passphrase()
    {
        var inbox = await EncryptedInbox.OpenAsync(browser.Server);
        await inbox.SendEncryptedAsync(await inbox.PhoneAsync(), Samples.NewInstanceId());
        await using var visitor = await browser.OpenAsync();
        var page = visitor.Page;
        await visitor.SignInAsync();
        var form = $"/#{inbox.Programme.Path}/forms/{Uri.EscapeDataString(inbox.Form)}";
        foreach (var path in new[] { form, $"{form}/public-links" })
        {
            await page.GotoAsync(path);
            await Expect(page.GetByText("can only be filled in with ODK Collect")).ToBeVisibleAsync();
        }
        await page.GotoAsync(form);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What to do next" })).ToBeVisibleAsync();
        await Expect(page.GetByText("can only be filled in with ODK Collect")).ToBeVisibleAsync();
        await Expect(visitor.Link("Fill in in the browser")).ToHaveCountAsync(0);

        await visitor.Tab("Downloads").ClickAsync();
        await Expect(page.GetByText($"Hint: {EncryptedInbox.Hint}")).ToBeVisibleAsync();
        await visitor.ShouldBeAccessibleAsync("encrypted download");
        await page.GetByLabel("Passphrase").FillAsync("not that one");
        await visitor.Button("Download decrypted ZIP").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("passphrase");
        await visitor.ScreenshotAsync("encrypted");
        visitor.Forgive("submissions.csv.zip?", "console: ");
        await page.GetByLabel("Passphrase").FillAsync(EncryptedInbox.Passphrase);
        var file = await page.RunAndWaitForDownloadAsync(() => visitor.Button("Download decrypted ZIP").ClickAsync());
        Assert.Equal($"{inbox.Form}.zip", file.SuggestedFilename);
        await using var content = await file.CreateReadStreamAsync();
        using var copy = new MemoryStream();
        await content.CopyToAsync(copy);
        using var zip = new ZipArchive(copy, ZipArchiveMode.Read);
        using var reader = new StreamReader(zip.Entries.First(entry => entry.Name == $"{inbox.Form}.csv").Open());
        Assert.Contains("Ann", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        visitor.ShouldHaveNoFaults();
    }
}
