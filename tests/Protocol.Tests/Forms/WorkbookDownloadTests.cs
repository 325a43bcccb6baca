using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.XlsForms.Tests;
using static ServerlessRosa.Protocol.Tests.Infrastructure.ProgrammeWorkbooks;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>The workbook that a form was made from, as it was uploaded (XF-009, XF-010).</summary>
public sealed class WorkbookDownloadTests
{
    [Theory, Clause("OR-118")]
    [InlineData(Xlsx, ".xlsx", ".xls")]
    [InlineData(Xls, ".xls", ".xlsx")]
    public async Task A_workbook_is_downloaded_from_the_form_its_draft_and_its_versions(string type, string ending, string other)
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        var (first, second) = (Trees(form), Trees(form, "2", "text|more|More"));
        (await programme.CreateFromWorkbookAsync(first, type: type)).ShouldBe(HttpStatusCode.OK);
        await HasAsync(first, "", "/draft");
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        await HasAsync(first, "", "/versions/1");
        await LacksAsync("/draft", "/versions/2");

        (await programme.ReplaceDraftFromWorkbookAsync(form, second, type: type)).ShouldBe(HttpStatusCode.OK);
        await HasAsync(first, "", "/versions/1");
        await HasAsync(second, "/draft");
        (await programme.PublishDraftAsync(form, "two")).ShouldBe(HttpStatusCode.OK);
        await HasAsync(first, "/versions/1");
        await HasAsync(second, "", "/versions/two");

        async Task HasAsync(byte[] workbook, params string[] places)
        {
            foreach (var place in places)
            {
                var found = (await programme.Admin.GetAsync(programme.FormPath(form) + place + ending)).ShouldBe(HttpStatusCode.OK);
                Assert.Equal(workbook, found.Bytes);
                Assert.Equal(
                    (type, $"attachment; filename=\"{form}{ending}\"; filename*=UTF-8''{form}{ending}", workbook.Length),
                    (found.Header("Content-Type"), found.Header("Content-Disposition"), found.ContentHeaders.ContentLength)
                );
                Assert.Equal($"\"{ProgrammeForms.Md5(workbook)}\"", found.Header("ETag"));
                (await programme.Admin.GetAsync(programme.FormPath(form) + place + other)).ShouldBeProblem(404.1m);
            }
        }

        async Task LacksAsync(params string[] places)
        {
            foreach (var place in places)
            {
                (await programme.Admin.GetAsync(programme.FormPath(form) + place + ending)).ShouldBeProblem(404.1m);
            }
        }
    }

    [Fact, Clause("OR-118")]
    public async Task A_form_from_XML_has_no_workbook()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        foreach (var place in new[] { ".xls", ".xlsx", "/draft.xls", "/draft.xlsx", "/versions/1.xls", "/versions/1.xlsx" })
        {
            (await programme.Admin.GetAsync(programme.FormPath(form) + place)).ShouldBeProblem(404.1m);
        }
    }

    [Fact, Clause("OR-118")]
    public async Task A_draft_copied_from_the_published_version_keeps_it_and_one_from_XML_does_not()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        var workbook = Trees(form);
        await programme.PublishWorkbookAsync(workbook, form);
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(
            workbook,
            (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft.xlsx")).ShouldBe(HttpStatusCode.OK).Bytes
        );

        var xml = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft.xml")).Text;
        (await programme.ReplaceDraftAsync(form, xml)).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft.xlsx")).ShouldBeProblem(404.1m);
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}.xlsx")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-118")]
    public async Task Reading_a_workbook_requires_reading_its_form()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWorkbookAsync();
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        var viewer = (await programme.WebUserAsync("viewer")).Api;
        var phone = await programme.AppUserAsync(form);
        foreach (var path in new[] { $"{programme.FormPath(form)}.xlsx", $"{programme.FormPath(form)}/versions/1.xlsx" })
        {
            (await viewer.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
            (await phone.GetAsync(path)).ShouldBe(HttpStatusCode.OK);
            (await (await programme.WebUserAsync()).Api.GetAsync(path)).ShouldBeProblem(403.1m);
            (await Api.Anonymous(programme.Server).GetAsync(path)).ShouldBeProblem(401.2m);
        }
        (await viewer.GetAsync($"{programme.FormPath(form)}/draft.xlsx")).ShouldBeProblem(403.1m);
    }

    [Fact, Clause("OR-261")]
    public async Task Extended_metadata_tell_the_content_type()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        var extended = programme.Admin.With("X-Extended-Metadata", "true");
        (await programme.CreateFromWorkbookAsync(Trees(form), "?publish=true", Xls)).ShouldBe(HttpStatusCode.OK);
        (await programme.ReplaceDraftFromWorkbookAsync(form, Trees(form, "2"))).ShouldBe(HttpStatusCode.OK);
        var path = programme.FormPath(form);
        Assert.Equal(Xls, TypeOf((await extended.GetAsync(path)).Json));
        Assert.Equal(Xls, TypeOf((await extended.GetAsync($"{path}/versions/1")).Json));
        Assert.Equal(Xls, TypeOf(Assert.Single((await extended.GetAsync($"{path}/versions")).Json.EnumerateArray())));
        Assert.Equal(Xls, TypeOf(Assert.Single((await extended.GetAsync($"{programme.Path}/forms")).Json.EnumerateArray())));
        Assert.Equal(Xlsx, TypeOf((await extended.GetAsync($"{path}/draft")).Json));
        var xml = (await programme.Admin.GetAsync($"{path}.xml")).Text;
        (await programme.ReplaceDraftAsync(form, xml)).ShouldBe(HttpStatusCode.OK);
        Assert.Null(TypeOf((await extended.GetAsync($"{path}/draft")).Json));
        Assert.False((await programme.Admin.GetAsync(path)).Json.TryGetProperty("excelContentType", out var _));

        static string? TypeOf(JsonElement shape) => shape.GetProperty("excelContentType").GetString();
    }

    [Fact, Clause("OR-170"), Clause("OR-178")]
    public async Task External_choices_become_the_attachment_that_the_form_expects()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("towns");
        (await programme.CreateFromWorkbookAsync(Towns("Kano"), "?ignoreWarnings=true")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("\"list_name\",\"name\",\"label\"\n\"town\",\"kano\",\"Kano\"\n", await CsvAsync("/draft"));
        var slot = Assert.Single((await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft/attachments")).Json.EnumerateArray());
        Assert.True(slot.GetProperty("blobExists").GetBoolean());
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(
            "itemsets.csv",
            Assert.Single((await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(form)}/manifest")).Manifest()).Name
        );

        // The next workbook's choices replace the file that would be carried over; a copy keeps it.
        (await programme.ReplaceDraftFromWorkbookAsync(form, Towns("Dala", "2"), "?ignoreWarnings=true")).ShouldBe(HttpStatusCode.OK);
        Assert.Contains("\"dala\"", await CsvAsync("/draft"), StringComparison.Ordinal);
        Assert.Contains("\"kano\"", await CsvAsync(""), StringComparison.Ordinal);
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Contains("\"dala\"", await CsvAsync("/draft"), StringComparison.Ordinal);

        byte[] Towns(string town, string version = "1") =>
            new WorkbookBuilder()
                .Table("survey", "type|name|label", "select_one_external town|town|Town")
                .Table("external_choices", "list_name|name|label", $"town|{town.ToLowerInvariant()}|{town}")
                .Table("settings", "form_id|version", $"{form}|{version}")
                .Build()
                .ToArray();

        async Task<string> CsvAsync(string below)
        {
            var csv = await programme.Admin.GetAsync($"{programme.FormPath(form)}{below}/attachments/itemsets.csv");
            Assert.Equal("text/csv; charset=utf-8", csv.ShouldBe(HttpStatusCode.OK).Header("Content-Type"));
            return csv.Text.Replace("\r\n", "\n", StringComparison.Ordinal);
        }
    }
}
