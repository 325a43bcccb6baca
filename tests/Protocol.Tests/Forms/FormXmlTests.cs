using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>Downloading a form's XML: the exact bytes that were uploaded.</summary>
public sealed class FormXmlTests
{
    [Fact, Clause("OR-111"), Clause("OR-093")]
    public async Task A_definition_is_returned_byte_for_byte()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Form("x", title: "Bäume 🌳").Replace("\r\n", "\n", StringComparison.Ordinal);
        byte[] Variant(string id, Func<string, string> change) =>
            Encoding.UTF8.GetBytes(change(form.Replace("\"x\"", $"\"{id}\"", StringComparison.Ordinal)));
        var variants = new Dictionary<string, byte[]>
        {
            ["lf"] = Variant("lf", xml => xml),
            ["crlf"] = Variant("crlf", xml => xml.Replace("\n", "\r\n", StringComparison.Ordinal)),
            ["mark"] = [0xEF, 0xBB, 0xBF, .. Variant("mark", xml => xml)],
            ["tail"] = Variant("tail", xml => xml + "\r\n\r\n<!-- the end -->\t \n"),
            ["quirks"] = Variant(
                "quirks",
                xml =>
                    xml.Replace("<h:body>", "<!--c--><?pi x?><h:body  >", StringComparison.Ordinal)
                        .Replace("Species", "<![CDATA[S&pecies]]>&#x20;", StringComparison.Ordinal)
            ),
            ["bare"] = Variant("bare", xml => xml.Replace("<?xml version=\"1.0\"?>\n", "", StringComparison.Ordinal)),
        };

        foreach (var (id, xml) in variants)
        {
            (await programme.CreateFormAsync(xml, "?publish=true")).ShouldBe(HttpStatusCode.OK);
            var served = (await programme.Admin.GetAsync($"{programme.FormPath(id)}.xml")).ShouldBe(HttpStatusCode.OK);
            Assert.Equal(xml, served.Bytes);
            Assert.Equal("application/xml; charset=utf-8", served.Header("Content-Type"));
            Assert.Equal($"{xml.Length}", served.Header("Content-Length"));
        }
        foreach (var listed in (await programme.FormListAsync()).FormList())
        {
            Assert.Equal("md5:" + ProgrammeForms.Md5(variants[listed.FormId]), listed.Hash);
        }
    }

    [Fact, Clause("OR-111")]
    public async Task A_download_needs_no_OpenRosa_header_and_is_revalidated()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        var served = (await phone.With("X-OpenRosa-Version", null).GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK);
        Assert.Null(served.Header("X-OpenRosa-Version"));
        Assert.Equal("no-cache, private", string.Join(", ", served.Header("Cache-Control")!.Split(", ").Order(StringComparer.Ordinal)));
        var head = (await phone.HeadAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(
            (served.Header("ETag"), served.Header("Content-Length"), served.Header("Content-Type")),
            (head.Header("ETag"), head.Header("Content-Length"), head.Header("Content-Type"))
        );
        Assert.Empty(head.Bytes);
    }

    [Fact, Clause("OR-112")]
    public async Task The_XML_of_a_form_never_published_is_its_draft_s_for_those_who_may_edit_it()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.DraftAsync();
        var xml = (await programme.Admin.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Samples.Form(form), xml.Text);

        (await (await programme.AppUserAsync(form)).GetAsync($"{programme.FormPath(form)}.xml")).ShouldBeProblem(403.1m);
        (await (await programme.WebUserAsync("viewer")).Api.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBeProblem(403.1m);
    }

    [Fact, Clause("OR-113"), Clause("OR-114")]
    public async Task Every_published_version_stays_downloadable_by_its_name()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("versions");
        await programme.PublishAsync(Samples.Form(form, version: null), form);
        await programme.PublishVersionAsync(form, "2024/05 #2?");
        var phone = await programme.AppUserAsync(form);

        Assert.Equal(
            Samples.Form(form, version: null),
            (await phone.GetAsync($"{programme.FormPath(form)}/versions/___.xml")).ShouldBe(HttpStatusCode.OK).Text
        );
        var current = (await phone.GetAsync($"{programme.FormPath(form)}/versions/{Uri.EscapeDataString("2024/05 #2?")}.xml")).ShouldBe(
            HttpStatusCode.OK
        );
        Assert.Equal(Samples.Form(form, "2024/05 #2?"), current.Text);
        Assert.Equal(current.Text, (await phone.GetAsync($"{programme.FormPath(form)}.xml")).Text);
    }

    [Fact, Clause("OR-115"), Clause("OR-116")]
    public async Task A_missing_resource_is_a_JSON_404()
    {
        var programme = await Programme.StartAsync();
        var (published, draft) = (await programme.PublishAsync(), await programme.DraftAsync());
        foreach (
            var path in new[]
            {
                $"{programme.FormPath("nothing")}.xml",
                $"{programme.FormPath(published)}/versions/2.xml",
                $"{programme.FormPath(published)}/versions/___.xml",
                $"{programme.FormPath(published)}/draft.xml",
                $"{programme.FormPath(draft)}/versions/1.xml",
                "/projects/2000000000/forms/x.xml",
            }
        )
        {
            (await programme.Admin.GetAsync(path)).ShouldBeProblem(404.1m, "Could not find the resource");
        }
    }

    [Fact, Clause("OR-116")]
    public async Task The_draft_s_XML_is_for_those_who_may_edit_the_form()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        (await programme.ReplaceDraftAsync(form, Samples.Form(form, "2"))).ShouldBe(HttpStatusCode.OK);

        Assert.Equal(
            Samples.Form(form, "2"),
            (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft.xml")).ShouldBe(HttpStatusCode.OK).Text
        );
        Assert.Equal(
            Samples.Form(form),
            (await programme.Admin.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK).Text
        );
        (await (await programme.WebUserAsync("viewer")).Api.GetAsync($"{programme.FormPath(form)}/draft.xml")).ShouldBeProblem(403.1m);
    }

    [Fact, Clause("OR-119")]
    public async Task A_client_with_the_current_file_gets_304()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var path = $"{programme.FormPath(form)}.xml";
        var etag = (await programme.Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Header("ETag")!;
        Assert.Equal($"\"{ProgrammeForms.Md5(Encoding.UTF8.GetBytes(Samples.Form(form)))}\"", etag);

        foreach (var condition in new[] { etag, $"W/{etag}", "*", $"\"other\", {etag}", $"\"other\",W/{etag}" })
        {
            var same = (await programme.Admin.With("If-None-Match", condition).GetAsync(path)).ShouldBe(HttpStatusCode.NotModified);
            Assert.Empty(same.Bytes);
            Assert.Equal(etag, same.Header("ETag"));
        }
        foreach (var condition in new[] { "\"other\"", etag.Trim('"'), "\"\"" })
        {
            (await programme.Admin.With("If-None-Match", condition).GetAsync(path)).ShouldBe(HttpStatusCode.OK);
        }
    }
}
