using System.Net;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.XlsForms.Tests;
using static ServerlessRosa.Protocol.Tests.Infrastructure.ProgrammeWorkbooks;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>Forms that are uploaded as XLSForm workbooks, as ODK Central takes them (XF-001 to XF-011).</summary>
public sealed class WorkbookUploadTests
{
    private const string Types = "type|name|label";

    [Theory, Clause("OR-163")]
    [InlineData(Xlsx)]
    [InlineData(Xls)]
    public async Task A_workbook_becomes_a_draft(string type)
    {
        var programme = await Programme.StartAsync();
        var created = (await programme.CreateFromWorkbookAsync(Trees("oak", "7"), type: type)).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(("oak", "7", "Trees & shrubs"), (Text(created, "xmlFormId"), Text(created, "version"), Text(created, "name")));
        Assert.Equal(JsonValueKind.Null, created.GetProperty("publishedAt").ValueKind);

        var xml = (await programme.Admin.GetAsync($"{programme.FormPath("oak")}/draft.xml")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Text(created, "hash"), ProgrammeForms.Md5(xml.Bytes));
        Assert.Contains("<h:title>Trees &amp; shrubs</h:title>", xml.Text, StringComparison.Ordinal);
        Assert.Equal(
            ["/species", "/meta", "/meta/instanceID"],
            (await programme.Admin.GetAsync($"{programme.FormPath("oak")}/draft/fields")).Json.EnumerateArray().Select(f => Text(f, "path"))
        );
    }

    [Fact, Clause("OR-163")]
    public async Task A_workbook_is_published_on_request_and_accepts_submissions()
    {
        var programme = await Programme.StartAsync();
        var created = (await programme.CreateFromWorkbookAsync(Trees("oak"), "?publish=true")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.NotEqual(JsonValueKind.Null, created.GetProperty("publishedAt").ValueKind);

        var phone = await programme.AppUserAsync("oak");
        Assert.Equal("md5:" + Text(created, "hash"), Assert.Single((await phone.GetAsync($"{programme.Path}/formList")).FormList()).Hash);
        var submission =
            "<data id=\"oak\" version=\"1\"><species>elm</species>"
            + $"<meta><instanceID>{Samples.NewInstanceId()}</instanceID></meta></data>";
        (await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(submission))).ShouldBe(HttpStatusCode.Created);
    }

    [Theory, Clause("OR-163")]
    [InlineData("my%20form", "my form")]
    [InlineData("%C3%A9rable", "érable")]
    [InlineData("a%2Fb%2Fc", "c")]
    [InlineData("q%26a", "q&amp;a")]
    [InlineData("", "data")]
    public async Task The_header_names_a_form_without_settings(string header, string id)
    {
        var programme = await Programme.StartAsync();
        var client = programme.Admin.With("X-XlsForm-FormId-Fallback", header);
        var created = (await client.PostAsync($"{programme.Path}/forms", Content(Trees(), Xlsx))).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal((id, id), (Text(created, "xmlFormId"), Text(created, "name")));
    }

    [Fact, Clause("OR-163")]
    public async Task Settings_go_before_the_header_and_without_either_the_id_is_random()
    {
        var programme = await Programme.StartAsync();
        var named = await programme.CreateFromWorkbookAsync(Trees("oak"), fallback: "other");
        Assert.Equal("oak", Text(named.ShouldBe(HttpStatusCode.OK).Json, "xmlFormId"));
        foreach (var _ in new[] { 1, 2 })
        {
            var random = await programme.CreateFromWorkbookAsync(Trees(), fallback: null);
            Assert.True(Guid.TryParse(Text(random.ShouldBe(HttpStatusCode.OK).Json, "xmlFormId"), out var _));
        }
    }

    [Fact, Clause("OR-163")]
    public async Task All_errors_of_a_workbook_come_at_once_and_nothing_is_stored()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var before = await StoredAsync(programme);
        var workbook = new WorkbookBuilder().Table("survey", Types, "texd|a|A", "text|b|${c}").Build().ToArray();

        foreach (var query in new[] { "", "?publish=true&ignoreWarnings=true" })
        {
            CheckRefusal(await programme.CreateFromWorkbookAsync(workbook, query));
            CheckRefusal(await programme.ReplaceDraftFromWorkbookAsync(form, workbook, query));
        }
        Assert.Equal(before, await StoredAsync(programme));

        static void CheckRefusal(Answer answer)
        {
            var details = answer.ShouldBeProblem(400.15m).Json.GetProperty("details");
            Assert.Equal(["error", "warnings"], details.EnumerateObject().Select(property => property.Name));
            Assert.Equal(JsonValueKind.Null, details.GetProperty("warnings").ValueKind);
            var errors = Text(details, "error").Split('\n');
            Assert.Contains(errors, error => error.StartsWith("survey, row 2, column 'type':", StringComparison.Ordinal));
        }
    }

    [Fact, Clause("OR-163")]
    public async Task Warnings_of_a_workbook_refuse_it_unless_they_are_ignored()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        var workbook = Trees(form, more: "image|photo|Photo");
        var before = await StoredAsync(programme);
        var warnings = Warnings(await programme.CreateFromWorkbookAsync(workbook));
        Assert.Equal(["xlsFormWarnings"], warnings.EnumerateObject().Select(property => property.Name));
        Assert.Contains("max-pixels", Assert.Single(Texts(warnings, "xlsFormWarnings")), StringComparison.Ordinal);
        Assert.Equal(before, await StoredAsync(programme));

        (await programme.CreateFromWorkbookAsync(workbook, "?ignoreWarnings=true&publish=true")).ShouldBe(HttpStatusCode.OK);
        Assert.Single(Texts(Warnings(await programme.ReplaceDraftFromWorkbookAsync(form, workbook)), "xlsFormWarnings"));
        (await programme.ReplaceDraftFromWorkbookAsync(form, workbook, "?ignoreWarnings=true")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-157"), Clause("OR-162"), Clause("OR-163")]
    public async Task Both_kinds_of_warnings_come_in_one_answer()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWorkbookAsync();
        var next = new WorkbookBuilder()
            .Table("survey", Types, "image|photo|Photo")
            .Table("settings", "form_id|version", $"{form}|2")
            .Build()
            .ToArray();
        var warnings = Warnings(await programme.ReplaceDraftFromWorkbookAsync(form, next));
        Assert.Equal("""[{"type":"structureChanged","details":["species"]}]""", warnings.GetProperty("workflowWarnings").GetRawText());
        Assert.Single(Texts(warnings, "xlsFormWarnings"));

        (await programme.Admin.DeleteAsync(programme.FormPath(form))).ShouldBe(HttpStatusCode.OK);
        warnings = Warnings(await programme.CreateFromWorkbookAsync(Trees(form)));
        Assert.Equal(["workflowWarnings"], warnings.EnumerateObject().Select(property => property.Name));
        warnings = Warnings(await programme.CreateFromWorkbookAsync(Trees(form, more: "image|photo|Photo")));
        Assert.Equal(["xlsFormWarnings", "workflowWarnings"], warnings.EnumerateObject().Select(property => property.Name));
    }

    [Fact, Clause("OR-163")]
    public async Task Findings_of_checks_refuse_nothing_and_come_with_the_answer()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        var workbook = new WorkbookBuilder()
            .Table("survey", "type|name|label|relevant", "text|a|A|frobnicate(1)")
            .Table("settings", "form_id|version", $"{form}|1")
            .Build()
            .ToArray();
        var created = (await programme.CreateFromWorkbookAsync(workbook, "?publish=true")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Contains("survey, row 2, column 'relevant'", Assert.Single(Texts(created, "xlsFormChecks")), StringComparison.Ordinal);
        var replaced = (await programme.ReplaceDraftFromWorkbookAsync(form, workbook)).ShouldBe(HttpStatusCode.OK).Json;
        Assert.True(replaced.GetProperty("success").GetBoolean());
        Assert.Single(Texts(replaced, "xlsFormChecks"));

        var warned = new WorkbookBuilder().Table("survey", "type|name|label|relevant", "image|a|A|frobnicate(1)").Build().ToArray();
        Assert.Equal(2, Texts(Warnings(await programme.CreateFromWorkbookAsync(warned)), "xlsFormWarnings").Count);
    }

    [Theory, Clause("OR-163")]
    [InlineData("application/octet-stream")]
    [InlineData("application/vnd.ms-excel.sheet.macroEnabled.12")]
    [InlineData("application/vnd.ms-excel; charset=binary")]
    public async Task Any_other_content_type_is_no_workbook(string type)
    {
        var programme = await Programme.StartAsync();
        (await programme.CreateFromWorkbookAsync(Trees("oak"), type: type)).ShouldBeProblem(400.1m);
        (await programme.CreateFromWorkbookAsync(System.Text.Encoding.UTF8.GetBytes(Samples.Form("oak")))).ShouldBeProblem(400.15m);
    }

    [Fact, Clause("OR-149"), Clause("OR-152"), Clause("OR-155"), Clause("OR-160"), Clause("OR-161")]
    public async Task A_converted_form_is_checked_like_every_upload()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWorkbookAsync();
        (await programme.CreateFromWorkbookAsync(Trees("a.xls"))).ShouldBeProblem(400.8m);
        (await programme.CreateFromWorkbookAsync(Trees(form))).ShouldBeProblem(409.3m);
        (await programme.ReplaceDraftFromWorkbookAsync(form, Trees("other"))).ShouldBeProblem(400.8m);
        var number = new WorkbookBuilder()
            .Table("survey", Types, "integer|species|Species")
            .Table("settings", "form_id|version", $"{form}|2")
            .Build()
            .ToArray();
        (await programme.ReplaceDraftFromWorkbookAsync(form, number)).ShouldBeProblem(400.17m);
        var bare = new WorkbookBuilder().Table("survey", Types, "text|a|A").Table("settings", "omit_instanceID", "yes").Build().ToArray();
        (await programme.CreateFromWorkbookAsync(bare)).ShouldBeProblem(400.27m);
    }

    [Fact, Clause("OR-163")]
    public async Task Hostile_workbooks_are_refused_with_a_reason_and_nothing_is_stored()
    {
        var programme = await Programme.StartAsync();
        var before = await StoredAsync(programme);
        foreach (var (name, make) in HostileWorkbooks.Refused)
        {
            using var file = new MemoryStream();
            await make().CopyToAsync(file);
            var refused = await programme.CreateFromWorkbookAsync(file.ToArray(), "?ignoreWarnings=true", fallback: name);
            Assert.NotEqual("", Text(refused.ShouldBeProblem(400.15m).Json.GetProperty("details"), "error"));
        }
        (await programme.CreateFromWorkbookAsync(new byte[(32 << 20) + 1])).ShouldBeProblem(413.1m);
        Assert.Equal(before, await StoredAsync(programme));
        Assert.Empty((await programme.Admin.GetAsync($"{programme.Path}/forms")).Json.EnumerateArray());
    }

    private static string Text(JsonElement json, string property) => json.GetProperty(property).GetString()!;

    private static List<string> Texts(JsonElement json, string property) =>
        [.. json.GetProperty(property).EnumerateArray().Select(text => text.GetString()!)];

    private static JsonElement Warnings(Answer answer) =>
        answer.ShouldBeProblem(400.16m).Json.GetProperty("details").GetProperty("warnings");

    private static async Task<List<string>> StoredAsync(Programme programme)
    {
        var container = new BlobContainerClient(await Server.StorageAsync(), "forms");
        return
        [
            .. container
                .GetBlobs(BlobTraits.None, BlobStates.None, $"{programme.Id}/", CancellationToken.None)
                .Select(blob => $"{blob.Name} {blob.Properties.ETag}"),
        ];
    }
}
