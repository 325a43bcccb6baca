using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>How a form gets its next version: drafts, their files, and publishing them.</summary>
public sealed class DraftTests
{
    [Fact, Clause("OR-158")]
    public async Task A_version_is_published_once()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        var refused = (await programme.PublishDraftAsync(form)).ShouldBeProblem(409.6m).Json.GetProperty("details");
        Assert.Equal($$"""{"xmlFormId":"{{form}}","version":"1"}""", refused.GetRawText());

        (await programme.PublishDraftAsync(form, "2")).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBeProblem(404.1m);
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form, "1")).ShouldBeProblem(409.6m);
        Assert.Equal("2", Assert.Single((await programme.FormListAsync()).FormList()).Version);
    }

    [Fact, Clause("OR-158")]
    public async Task A_blank_version_too_is_published_once()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("blank");
        await programme.PublishAsync(Samples.Form(form, version: null), form);
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBeProblem(409.6m);
    }

    [Fact, Clause("OR-159")]
    public async Task Publishing_under_a_version_rewrites_it_in_the_XML()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("rewritten");
        await programme.DraftAsync(Samples.Form(form, "draft", pictures: "leaf.png"), form);
        (await programme.PutFileAsync(form, "leaf.png", Samples.Bytes(10), "image/png")).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form, "2 & <3>")).ShouldBe(HttpStatusCode.OK);

        var listed = Assert.Single((await programme.FormListAsync()).FormList());
        var xml = (await programme.Admin.GetAsync(listed.DownloadUrl)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("2 & <3>", listed.Version);
        Assert.Equal(
            Samples.Form(form, "draft", pictures: "leaf.png").Replace("\"draft\"", "\"2 &#38; &#60;3&#62;\"", StringComparison.Ordinal),
            xml.Text
        );
        Assert.Equal(listed.Hash, "md5:" + ProgrammeForms.Md5(xml.Bytes));
        Assert.Equal("leaf.png", Assert.Single((await programme.Admin.OpenRosa.GetAsync(listed.ManifestUrl!)).Manifest()).Name);
    }

    [Fact, Clause("OR-160")]
    public async Task A_draft_keeps_the_form_s_id()
    {
        var programme = await Programme.StartAsync();
        foreach (var form in new[] { await programme.PublishAsync(), await programme.DraftAsync() })
        {
            var refused = (await programme.ReplaceDraftAsync(form, Samples.Form("other"))).ShouldBeProblem(400.8m);
            Assert.Equal("xmlFormId", refused.Json.GetProperty("details").GetProperty("field").GetString());
        }
    }

    [Fact, Clause("OR-161")]
    public async Task A_field_keeps_its_type_unless_it_becomes_text()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        string Changed(string path, string from, string to) =>
            Samples
                .Form(form, "2")
                .Replace($"nodeset=\"{path}\" type=\"{from}\"", $"nodeset=\"{path}\" type=\"{to}\"", StringComparison.Ordinal);

        var refused = await programme.ReplaceDraftAsync(form, Changed("/data/species", "string", "int"), "?ignoreWarnings=true");
        Assert.Equal("""{"path":"/species","type":"string"}""", refused.ShouldBeProblem(400.17m).Json.GetProperty("details").GetRawText());
        (await programme.ReplaceDraftAsync(form, Changed("/data/photo", "binary", "string"))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-162")]
    public async Task Removing_fields_is_a_warning_that_may_be_ignored()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var xml = Samples
            .Form(form, "2")
            .Replace("<photo/>", "", StringComparison.Ordinal)
            .Replace("<plot><leaf/></plot>", "<plot><bark/></plot>", StringComparison.Ordinal);
        var warnings = (await programme.ReplaceDraftAsync(form, xml))
            .ShouldBeProblem(400.16m)
            .Json.GetProperty("details")
            .GetProperty("warnings")
            .GetProperty("workflowWarnings");
        Assert.Equal("""[{"type":"structureChanged","details":["photo","leaf"]}]""", JsonSerializer.Serialize(warnings));
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft")).ShouldBeProblem(404.1m);

        (await programme.ReplaceDraftAsync(form, xml, "?ignoreWarnings=true")).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory, Clause("OR-153"), Clause("OR-154"), Clause("OR-163")]
    [InlineData("", "application/xml", 400.1)]
    [InlineData("<h:html>", "application/xml", 400.1)]
    [InlineData("<!DOCTYPE a><a/>", "application/xml", 400.1)]
    [InlineData("PK", "application/vnd.ms-excel", 400.15)]
    public async Task A_draft_is_checked_like_a_form(string body, string type, double code)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var content = new StringContent(body);
        content.Headers.ContentType = new(type);
        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/draft", content)).ShouldBeProblem((decimal)code);
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft")).ShouldBeProblem(404.1m);
    }

    [Fact, Clause("OR-177")]
    public async Task Files_go_only_into_slots_that_the_draft_has()
    {
        var programme = await Programme.StartAsync();
        var (draft, published) = (Samples.Unique("draft"), Samples.Unique("published"));
        await programme.DraftAsync(Samples.Form(draft, pictures: "leaf.png"), draft);
        await programme.PublishAsync(Samples.Form(published, pictures: "leaf.png"), published);

        foreach (var (form, name) in new[] { (draft, "other.png"), (draft, "LEAF.png"), (published, "leaf.png"), ("nothing", "leaf.png") })
        {
            (await programme.PutFileAsync(form, name, Samples.Bytes(10), "image/png")).ShouldBeProblem(404.1m);
        }
        (await programme.Admin.DeleteAsync($"{programme.FormPath(draft)}/draft/attachments/leaf.png")).ShouldBeProblem(404.1m);
        (await programme.PutFileAsync(draft, "leaf.png", Samples.Bytes(10), "image/png")).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.DeleteAsync($"{programme.FormPath(draft)}/draft/attachments/leaf.png")).ShouldBe(HttpStatusCode.OK);
        Assert.Empty((await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(draft)}/draft/manifest")).Manifest());
    }

    [Fact, Clause("OR-178")]
    public async Task Files_carry_over_to_the_next_draft_by_name_and_type()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithFilesAsync(
            ("kept.png", Samples.Bytes(10, 1), "image/png"),
            ("retyped.png", Samples.Bytes(10, 2), "image/png")
        );
        (await programme.ReplaceDraftAsync(form, Next("2", "kept.png", "new.png"))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal([("kept.png", Hash(1))], await FilesAsync());

        (await programme.PutFileAsync(form, "kept.png", Samples.Bytes(10, 3), "image/png")).ShouldBe(HttpStatusCode.OK);
        (await programme.PutFileAsync(form, "new.png", Samples.Bytes(10, 4), "image/png")).ShouldBe(HttpStatusCode.OK);
        (await programme.ReplaceDraftAsync(form, Next("3", "kept.png", "new.png"))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal([("kept.png", Hash(3)), ("new.png", Hash(4))], await FilesAsync());

        // A new draft copied from the published version, with that version's files.
        (await programme.Admin.DeleteAsync($"{programme.FormPath(form)}/draft")).ShouldBe(HttpStatusCode.OK);
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal([("kept.png", Hash(1)), ("retyped.png", Hash(2))], await FilesAsync());

        string Next(string version, params string[] pictures) =>
            Samples
                .Form(form, version, pictures: pictures)
                .Replace(
                    "<bind nodeset=\"/data/species\"",
                    "<instance id=\"r\" src=\"jr://file/retyped.png\"/><bind nodeset=\"/data/species\"",
                    StringComparison.Ordinal
                );
        static string Hash(int seed) => ProgrammeForms.Md5(Samples.Bytes(10, seed));
        async Task<IReadOnlyList<(string, string)>> FilesAsync()
        {
            var files = new List<(string, string)>();
            foreach (var file in (await programme.Admin.OpenRosa.GetAsync($"{programme.FormPath(form)}/draft/manifest")).Manifest())
            {
                files.Add(
                    (file.Name, ProgrammeForms.Md5((await programme.Admin.GetAsync(file.DownloadUrl)).ShouldBe(HttpStatusCode.OK).Bytes))
                );
            }
            return files;
        }
    }

    [Fact, Clause("OR-177")]
    public async Task A_file_in_a_slot_is_described_and_may_be_replaced()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        await programme.DraftAsync(Samples.Form(form, pictures: "leaf.png"), form);
        var empty = Assert.Single(
            (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft/attachments"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.EnumerateArray()
        );
        Assert.Equal(
            """{"name":"leaf.png","type":"image","hash":null,"exists":false,"blobExists":false,"datasetExists":false}""",
            empty.GetRawText()
        );

        foreach (var content in new[] { Samples.Bytes(10, 1), Samples.Bytes(20, 2) })
        {
            var filled = (await programme.PutFileAsync(form, "leaf.png", content, "image/png")).ShouldBe(HttpStatusCode.OK).Json;
            Assert.Equal(
                (ProgrammeForms.Md5(content), content.Length),
                (filled.GetProperty("hash").GetString(), filled.GetProperty("size").GetInt32())
            );
            Assert.Equal(
                content,
                (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft/attachments/leaf.png")).ShouldBe(HttpStatusCode.OK).Bytes
            );
        }
    }
}
