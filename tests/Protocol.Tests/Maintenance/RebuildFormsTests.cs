using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

public sealed class RebuildFormsTests
{
    [Fact]
    public async Task Rebuilt_forms_answer_as_before()
    {
        await using var storage = await OwnStorage.TakeAsync();
        var programme = await Programme.StartAsync(storage.Server);
        var forms = await FillAsync(programme);
        var phone = await programme.AppUserAsync(forms.Pictures, forms.Restored);
        var asked = Addresses(programme, forms);
        var before = await programme.Admin.OpenRosa.AskAsync(asked);
        var beforePhone = await phone.AskAsync(asked[0], asked[4]);

        (await storage.RunAsync("rebuild")).ShouldFail("--replace");
        await storage.LoseAsync(LostTables.OfForms);
        (await storage.RunAsync("rebuild")).ShouldSucceed();
        (await storage.RunAsync("rebuild")).ShouldFail("--replace");
        (await storage.RunAsync("rebuild", "--replace")).ShouldSucceed();

        Assert.Equal(before, await programme.Admin.OpenRosa.AskAsync(asked));
        Assert.Equal(beforePhone, await phone.AskAsync(asked[0], asked[4]));

        // Rights refer to the number of a form, so no number is used twice.
        var created = (await programme.Admin.PostXmlAsync($"{programme.Path}/forms?publish=true", Samples.Form("one-more"))).ShouldBe(
            HttpStatusCode.OK
        );
        (await programme.Admin.DeleteAsync($"{programme.Path}/forms/one-more")).ShouldBe(HttpStatusCode.OK);
        var numbers = (await programme.Admin.GetAsync($"{programme.Path}/forms?deleted=true"))
            .Json.EnumerateArray()
            .Select(form => form.GetProperty("id").GetInt32())
            .ToList();
        Assert.True(numbers.Max() > forms.Number, created.Text);
    }

    // Forms in every state: with files, several versions and a draft; closing; only a draft; in the trash; restored.
    private static async Task<Forms> FillAsync(Programme programme)
    {
        var pictures = await programme.PublishWithFilesAsync(
            ("oak.png", Samples.Bytes(300), "image/png"),
            ("öl \"1\".png", Samples.Bytes(200, 2), null)
        );
        await programme.PublishVersionAsync(pictures, "2", "oak.png", "elm.png");
        (await programme.ReplaceDraftAsync(pictures, Samples.Form(pictures, "3", pictures: ["oak.png", "fir.png"]))).ShouldBe(
            HttpStatusCode.OK
        );
        (await programme.PutFileAsync(pictures, "fir.png", Samples.Bytes(100, 3), "image/png")).ShouldBe(HttpStatusCode.OK);
        var closing = await programme.PublishAsync();
        await programme.SetStateAsync(closing, "closing");
        (await programme.Admin.PatchJsonAsync(programme.FormPath(closing), new { description = "Fûr später" })).ShouldBe(HttpStatusCode.OK);
        var draft = await programme.CreateDraftAsync("pine.png");
        var trashed = await programme.PublishAsync();
        (await programme.Admin.DeleteAsync(programme.FormPath(trashed))).ShouldBe(HttpStatusCode.OK);
        var back = await programme.PublishAsync();
        (await programme.Admin.DeleteAsync(programme.FormPath(back))).ShouldBe(HttpStatusCode.OK);
        var number = (await programme.Admin.GetAsync($"{programme.Path}/forms?deleted=true"))
            .Json.EnumerateArray()
            .Single(form => form.GetProperty("xmlFormId").GetString() == back)
            .GetProperty("id")
            .GetInt32();
        (await programme.Admin.PostAsync($"{programme.Path}/forms/{number}/restore")).ShouldBe(HttpStatusCode.OK);
        return new Forms(pictures, closing, draft, back, number);
    }

    private static string[] Addresses(Programme programme, Forms forms) =>
        [
            $"{programme.Path}/formList",
            $"{programme.Path}/formList?listAllVersions=true&verbose=true",
            $"{programme.Path}/forms",
            $"{programme.Path}/forms?deleted=true",
            $"{programme.FormPath(forms.Pictures)}/manifest",
            $"{programme.FormPath(forms.Pictures)}/versions",
            $"{programme.FormPath(forms.Pictures)}/versions/1/attachments",
            $"{programme.FormPath(forms.Pictures)}/draft",
            $"{programme.FormPath(forms.Pictures)}/draft/attachments",
            $"{programme.FormPath(forms.Pictures)}/draft/attachments/fir.png",
            $"{programme.FormPath(forms.Pictures)}/versions/1/attachments/{Uri.EscapeDataString("öl \"1\".png")}",
            $"{programme.FormPath(forms.Draft)}/draft/attachments",
            $"{programme.FormPath(forms.Closing)}",
        ];

    private sealed record Forms(string Pictures, string Closing, string Draft, string Restored, int Number);
}
