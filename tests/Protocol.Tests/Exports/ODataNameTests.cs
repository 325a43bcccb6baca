using System.Net;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Exports;

/// <summary>What OData calls the fields of a form, what of them it shows, and whether there is a service at all (OR-276 to
/// OR-279).</summary>
public sealed class ODataNameTests
{
    [Fact, Clause("OR-276")]
    public async Task Names_that_fall_together_are_told_apart_everywhere()
    {
        var inbox = await Inbox.OpenAsync(definition: Colliding);
        await inbox.SendAsync(
            $"<data id=\"{inbox.Form}\" version=\"1\"><名前>Ann</名前><年齢>30</年齢><r-1><x>one</x></r-1><r.1><x>two</x></r.1>"
                + "<meta><instanceID>uuid:1</instanceID></meta></data>"
        );

        var row = (await inbox.ODataAsync("/Submissions")).GetProperty("value")[0];
        var properties = row.EnumerateObject().Select(property => property.Name).ToList();
        Assert.Equal(properties.Count, properties.Distinct().Count());
        Assert.Equal("Ann", row.GetProperty("__").GetString());
        var age = properties.Single(name => name.StartsWith("___", StringComparison.Ordinal));
        Assert.Equal(30, row.GetProperty(age).GetInt32());
        var tables = (await inbox.ODataAsync(""))
            .GetProperty("value")
            .EnumerateArray()
            .Select(table => table.GetProperty("name").GetString()!);
        var rounds = new List<string?>();
        foreach (var table in tables.Skip(1))
        {
            rounds.Add((await inbox.ODataAsync($"/{table}")).GetProperty("value")[0].GetProperty("x").GetString());
        }
        Assert.Equal(["one", "two"], rounds);
        Assert.Equal(30, (await inbox.ODataAsync($"/Submissions?%24select={age}")).GetProperty("value")[0].GetProperty(age).GetInt32());

        var model = XDocument.Parse((await inbox.Programme.Admin.GetAsync(inbox.ODataPath("/$metadata"))).Text);
        foreach (var element in model.Descendants())
        {
            var names = element.Elements().Select(child => child.Attribute("Name")?.Value).OfType<string>().ToList();
            Assert.Equal(names.Count, names.Distinct().Count());
        }
        var fields = (await inbox.Programme.Admin.GetAsync($"{inbox.Programme.FormPath(inbox.Form)}/fields?odata=true")).Json;
        Assert.Contains($"/{age}", fields.EnumerateArray().Select(field => field.GetProperty("path").GetString()));

        // A version that asks for the age first changes no name.
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form, Colliding(inbox.Form, "2", "<年齢/><名前/>"))).ShouldBe(HttpStatusCode.OK);
        (await inbox.Programme.PublishDraftAsync(inbox.Form)).ShouldBe(HttpStatusCode.OK);
        var later = (await inbox.ODataAsync("/Submissions")).GetProperty("value")[0];
        Assert.Equal(("Ann", 30), (later.GetProperty("__").GetString(), later.GetProperty(age).GetInt32()));
    }

    [Fact, Clause("OR-278")]
    public async Task Everything_can_be_selected_and_a_repeat_s_row_can_name_the_row_that_it_is_in()
    {
        var inbox = await ExportForms.OpenAsync();
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:1", ExportForms.Family));

        Assert.Equal(
            (await inbox.ODataAsync("/Submissions")).GetProperty("value").GetRawText(),
            (await inbox.ODataAsync("/Submissions?%24select=*")).GetProperty("value").GetRawText()
        );
        Assert.Equal(
            """{"__Submissions-id":"uuid:1","name":"Bo"}""",
            (await inbox.ODataAsync("/Submissions.children.child?%24select=__Submissions-id,name")).GetProperty("value")[0].GetRawText()
        );
        Assert.Equal(
            ["__id", "__Submissions-children-child-id"],
            (await inbox.ODataAsync("/Submissions.children.child.toys.toy?%24select=__id,__Submissions-children-child-id"))
                .GetProperty("value")[0]
                .EnumerateObject()
                .Select(property => property.Name)
        );
        (await inbox.Programme.Admin.GetAsync(inbox.ODataPath("/Submissions?%24select=__Submissions-id"))).ShouldBeProblem(400.23m);
        (await inbox.Programme.Admin.GetAsync(inbox.ODataPath("/Submissions.children.child?%24select=__system"))).ShouldBeProblem(400.23m);
    }

    [Theory, Clause("OR-278")]
    [InlineData("/Submissions", 4), InlineData("/Submissions.children.child", 8), InlineData("/Submissions('uuid%3A1')/children/child", 2)]
    public async Task A_page_after_a_token_skips_nothing_more(string path, int all)
    {
        var inbox = await ExportForms.OpenAsync();
        foreach (var id in new[] { "uuid:1", "uuid:2", "uuid:3", "uuid:4" })
        {
            await inbox.SendAsync(ExportForms.Answer(inbox, id, ExportForms.Family));
        }
        var seen = new List<string?>();
        for (var query = "?%24top=1&%24skip=1"; ;)
        {
            var page = await inbox.ODataAsync(path + query);
            seen.AddRange(page.GetProperty("value").EnumerateArray().Select(row => row.GetProperty("__id").GetString()));
            if (!page.TryGetProperty("@odata.nextLink", out var next))
            {
                break;
            }
            var token = next.GetString()!.Split("skiptoken=")[1].Split('&')[0];
            query = $"?%24top=1&%24skip=1&%24skiptoken={token}";
        }
        Assert.Equal(all - 1, seen.Distinct().Count());
        Assert.Equal(all - 1, seen.Count);
    }

    [Fact, Clause("OR-276")]
    public async Task The_service_says_its_format_and_is_not_there_before_the_form_is_published()
    {
        var inbox = await Inbox.OpenAsync();
        var admin = inbox.Programme.Admin;
        Assert.Contains(
            "odata.metadata=minimal",
            (await admin.GetAsync(inbox.ODataPath(""))).ShouldBe(HttpStatusCode.OK).Header("Content-Type"),
            StringComparison.Ordinal
        );
        var draft = await inbox.Programme.CreateDraftAsync();
        foreach (var path in new[] { "", "/$metadata", "/Submissions" })
        {
            (await admin.GetAsync($"{inbox.Programme.FormPath(draft)}.svc{path}")).ShouldBeProblem(404.1m);
            (await admin.GetAsync($"{inbox.Programme.FormPath(draft)}/draft.svc{path}")).ShouldBe(HttpStatusCode.OK);
        }
    }

    private static string Colliding(string id) => Colliding(id, "1", "<名前/><年齢/>");

    private static string Colliding(string id, string version, string questions) =>
        $"""
            <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>T</h:title><model>
            <instance><data id="{id}" version="{version}">{questions}
            <r-1><x/></r-1><r.1><x/></r.1><meta><instanceID/></meta></data></instance>
            <bind nodeset="/data/年齢" type="int"/></model></h:head>
            <h:body><repeat nodeset="/data/r-1"/><repeat nodeset="/data/r.1"/></h:body></h:html>
            """;
}
