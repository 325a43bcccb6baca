using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>Which form definitions are taken in, and why others are not.</summary>
public sealed class UploadFormTests
{
    [Theory, Clause("OR-147")]
    [InlineData("<data id=\"\">")]
    [InlineData("<data id=\"  \">")]
    [InlineData("<data>")]
    [InlineData("<data xmlns=\"http://www.w3.org/2002/xforms\">")]
    public async Task A_form_without_an_id_is_refused(string root)
    {
        var programme = await Programme.StartAsync();
        var xml = Samples.Form("x").Replace("<data id=\"x\" version=\"1\">", root, StringComparison.Ordinal);
        Assert.Equal(
            "formId",
            (await programme.CreateFormAsync(xml))
                .ShouldBeProblem(400.2m, "formId")
                .Json.GetProperty("details")
                .GetProperty("field")
                .GetString()
        );
    }

    [Fact, Clause("OR-148")]
    public async Task The_namespace_of_the_instance_names_the_form_when_it_has_no_id()
    {
        var programme = await Programme.StartAsync();
        const string id = "http://openrosa.example.org/formdesigner/8E1F";
        var xml = Samples
            .Form("x")
            .Replace("<data id=\"x\" version=\"1\">", $"<data xmlns=\"{id}\" version=\"1\">", StringComparison.Ordinal);
        Assert.Equal(
            id,
            (await programme.CreateFormAsync(xml, "?publish=true")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("xmlFormId").GetString()
        );

        var phone = await programme.AppUserAsync(id);
        Assert.Equal(id, Assert.Single((await phone.GetAsync($"{programme.Path}/formList")).FormList()).FormId);
        var submission = $"<data xmlns=\"{id}\" version=\"1\"><meta><instanceID>{Samples.NewInstanceId()}</instanceID></meta></data>";
        (await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(submission))).ShouldBe(HttpStatusCode.Created);
    }

    [Theory, Clause("OR-149")]
    [InlineData("trees.xml")]
    [InlineData("trees.xls")]
    [InlineData("trees.XLSX")]
    public async Task An_id_that_ends_like_a_download_is_refused(string id)
    {
        var programme = await Programme.StartAsync();
        Assert.Equal(
            "formId",
            (await programme.CreateFormAsync(Samples.Form(id)))
                .ShouldBeProblem(400.8m)
                .Json.GetProperty("details")
                .GetProperty("field")
                .GetString()
        );
    }

    [Theory, Clause("OR-117")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task An_id_or_version_that_an_address_cannot_contain_is_refused(string dots)
    {
        var programme = await Programme.StartAsync();
        (await programme.CreateFormAsync(Samples.Form(dots))).ShouldBeProblem(400.8m);
        (await programme.CreateFormAsync(Samples.Form("trees", dots))).ShouldBeProblem(400.8m);
    }

    [Fact, Clause("OR-150")]
    public async Task An_id_may_have_249_characters_and_no_more()
    {
        var programme = await Programme.StartAsync();
        (await programme.CreateFormAsync(Samples.Form(new string('x', 249)))).ShouldBe(HttpStatusCode.OK);
        (await programme.CreateFormAsync(Samples.Form(new string('x', 250)))).ShouldBeProblem(400.13m);
    }

    [Theory, Clause("OR-151")]
    [InlineData("version=\"2 &amp; 3\"", "2 & 3")]
    [InlineData("orx:version=\"4\"", "4")]
    [InlineData("", "")]
    [InlineData("version=\"\"", "")]
    public async Task The_version_is_read_with_or_without_prefix_and_may_be_absent(string attribute, string version)
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("v");
        var xml = Samples.Form(form).Replace("version=\"1\">", attribute + ">", StringComparison.Ordinal);
        Assert.Equal(
            version,
            (await programme.CreateFormAsync(xml, "?publish=true")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("version").GetString()
        );
        Assert.Equal(version, Assert.Single((await programme.FormListAsync()).FormList()).Version);
        var submission = Samples.Submission(form, Samples.NewInstanceId(), version.Length == 0 ? null : version);
        (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", Samples.Multipart(submission))).ShouldBe(
            HttpStatusCode.Created
        );
    }

    [Theory, Clause("OR-152")]
    [InlineData("")]
    [InlineData("<meta/>")]
    [InlineData("<orx:meta/>")]
    public async Task A_new_form_needs_a_meta_group_with_something_in_it(string meta)
    {
        var programme = await Programme.StartAsync();
        var xml = Samples.Form("x").Replace("<orx:meta><orx:instanceID/></orx:meta>", meta, StringComparison.Ordinal);
        (await programme.CreateFormAsync(xml)).ShouldBeProblem(400.27m, "does not contain a 'meta' group");
        Assert.Empty((await programme.Admin.GetAsync($"{programme.Path}/forms")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray());
    }

    [Theory, Clause("OR-153")]
    [InlineData("")]
    [InlineData("formId,name")]
    [InlineData("{\"xmlFormId\":\"x\"}")]
    [InlineData("<h:html xmlns:h=\"http://www.w3.org/1999/xhtml\"><h:head>")]
    [InlineData("<data id=\"x\"><meta><instanceID/></meta></data")]
    [InlineData("<a/><b/>")]
    [InlineData("<a>&nbsp;</a>")]
    [InlineData(" <?xml version=\"1.0\"?><a/>")]
    public async Task Malformed_XML_is_refused(string xml)
    {
        var programme = await Programme.StartAsync();
        (await programme.CreateFormAsync(xml)).ShouldBeProblem(400.1m, $"Could not parse the given data ({xml.Length} chars) as xml");
    }

    [Fact, Clause("OR-153")]
    public async Task Malformed_encodings_and_truncated_forms_are_refused()
    {
        var programme = await Programme.StartAsync();
        var whole = Encoding.UTF8.GetBytes(Samples.Form("x"));
        foreach (
            var xml in new[]
            {
                whole[..^10],
                whole[..(whole.Length / 2)],
                [.. whole[..300], 0xFF, 0xFE, .. whole[300..]],
                [0x50, 0x4B, 3, 4, 0, 0],
                [.. whole, .. "junk"u8],
            }
        )
        {
            (await programme.CreateFormAsync(xml)).ShouldBeProblem(400.1m);
        }
    }

    [Theory, Clause("OR-154")]
    [InlineData("<!DOCTYPE html>")]
    [InlineData("<!DOCTYPE h [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>")]
    [InlineData("<!DOCTYPE h [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>")]
    public async Task A_document_type_is_refused(string doctype)
    {
        var programme = await Programme.StartAsync();
        var xml = Samples.Form("x", title: "T").Replace("<?xml version=\"1.0\"?>", doctype, StringComparison.Ordinal);
        (await programme.CreateFormAsync(xml)).ShouldBeProblem(400.1m);
    }

    [Fact, Clause("OR-155"), Clause("OR-156")]
    public async Task A_form_id_is_unique_per_project()
    {
        var (programme, other) = (await Programme.StartAsync(), await Programme.StartAsync());
        (await programme.CreateFormAsync(Samples.Form("trees"))).ShouldBe(HttpStatusCode.OK);
        var taken = (await programme.CreateFormAsync(Samples.Form("trees", "2"), "?publish=true"))
            .ShouldBeProblem(409.3m)
            .Json.GetProperty("details");
        Assert.Equal(
            $$"""{"fields":["projectId","xmlFormId"],"values":["{{programme.Id}}","trees"],"table":"forms"}""",
            taken.GetRawText()
        );
        (await other.CreateFormAsync(Samples.Form("trees"))).ShouldBe(HttpStatusCode.OK);
        (await programme.CreateFormAsync(Samples.Form("Trees"))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-155")]
    public async Task Of_concurrent_uploads_of_one_form_id_one_succeeds()
    {
        var programme = await Programme.StartAsync();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => programme.CreateFormAsync(Samples.Form("trees", $"{i}"), "?publish=true"))
        );
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => answer.ShouldBeProblem(409.3m));
        var winner = answers.Single(answer => answer.Status == HttpStatusCode.OK).Json;
        var listed = Assert.Single((await programme.FormListAsync()).FormList());
        Assert.Equal("md5:" + winner.GetProperty("hash").GetString(), listed.Hash);
        Assert.Equal(listed.Hash, "md5:" + ProgrammeForms.Md5((await programme.Admin.GetAsync(listed.DownloadUrl)).Bytes));
    }

    [Theory, Clause("OR-111")]
    [InlineData(null)]
    [InlineData("text/xml; charset=utf-8")]
    [InlineData("application/octet-stream")]
    public async Task Any_content_type_but_a_workbook_s_is_read_as_XML(string? type)
    {
        var programme = await Programme.StartAsync();
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes(Samples.Form("trees")));
        body.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        (await programme.Admin.PostAsync($"{programme.Path}/forms?publish=TRUE", body)).ShouldBe(HttpStatusCode.OK);
        Assert.Single((await programme.FormListAsync()).FormList());
    }

    [Fact, Clause("OR-180")]
    public async Task A_form_with_its_own_key_is_stored_untouched()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("secret");
        var xml = Samples
            .Form(form)
            .Replace(
                "</model>",
                "<submission method=\"post\" base64RsaPublicKey=\"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\"/></model>",
                StringComparison.Ordinal
            );
        var created = (await programme.CreateFormAsync(xml, "?publish=true")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal("1", created.GetProperty("version").GetString());
        Assert.Equal(xml, (await programme.Admin.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK).Text);
    }

    [Theory, Clause("OR-262")]
    [InlineData("open ")]
    [InlineData("Open")]
    [InlineData("paused")]
    [InlineData("")]
    public async Task An_unknown_state_is_refused(string state)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var refused = (await programme.Admin.PatchJsonAsync(programme.FormPath(form), new { state })).ShouldBeProblem(
            400.8m,
            "not a recognized state name"
        );
        Assert.Equal("state", refused.Json.GetProperty("details").GetProperty("field").GetString());
    }

    [Fact, Clause("OR-261")]
    public async Task A_created_form_is_returned_with_the_values_of_the_form_list()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("trees");
        var created = (await programme.CreateFormAsync(Samples.Form(form), "?publish=true")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal((form, "1", "Trees & shrubs", "open"), (Text("xmlFormId"), Text("version"), Text("name"), Text("state")));
        Assert.Equal("md5:" + Text("hash"), Assert.Single((await programme.FormListAsync()).FormList()).Hash);
        string? Text(string name) => created.GetProperty(name).GetString();
    }
}
