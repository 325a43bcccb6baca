using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>Which files a form expects beside it, and which fields it has.</summary>
public sealed class ExpectedMediaTests
{
    private const string Vector = """
        <h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:orx="http://openrosa.org/xforms">
        <h:head><h:title>Media &amp; more</h:title><model>
        <instance><data id="media" orx:version="3"><pic>jr://images/start.png</pic><grp><deep>jr://images/deep.png</deep></grp><sp/>
        <orx:meta><orx:audit/><orx:instanceID/></orx:meta></data></instance>
        <instance id="people" src="jr://file-csv/people.csv"/>
        <instance id="geo" src="jr://file/sites.geojson"/>
        <instance id="last" src="jr://instance/last-saved"/>
        <instance id="nested" src="jr://file/dir/x.xml"/>
        <instance id="web" src="https://h/x.xml"/>
        <itext><translation lang="en">
        <text id="a"><value>A</value><value form="image">jr://images/a.png</value><value form="big-image">jr://images/a-big.png</value>
        <value form="audio">jr://audio/a.mp3</value><value form="markdown">jr://images/no.png</value></text>
        <text id="b"><value form="video">jr://video/b.mp4</value><value form="image">jr://images/a.png</value></text>
        </translation></itext>
        <bind nodeset="/data/pic" type="binary"/><bind nodeset="/data/sp" type="string"/>
        </model></h:head>
        <h:body><group><input ref="/data/sp" query="instance('itemsets')/root/item[a=1]"><label/></input></group>
        <select1 ref="/data/sp" appearance="minimal search('species')"><label/></select1>
        <select1 ref="/data/sp" appearance="search(&quot;trees.csv&quot;, 'matches', 'a', /data/sp)"><label/></select1>
        <select1 ref="/data/sp" appearance="search(/data/sp)"><label/></select1>
        <select1 ref="/data/sp" appearance="search(' padded')"><label/></select1></h:body></h:html>
        """;

    [Fact, Clause("OR-176"), Clause("OR-151"), Clause("OR-174")]
    public async Task A_form_with_every_kind_of_file_expects_exactly_those_files()
    {
        var programme = await Programme.StartAsync();
        var created = (await programme.CreateFormAsync(Vector)).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            ("media", "3", "Media & more"),
            (
                created.GetProperty("xmlFormId").GetString(),
                created.GetProperty("version").GetString(),
                created.GetProperty("name").GetString()
            )
        );
        foreach (var below in new[] { "/draft", "" })
        {
            Assert.Equal(
                [
                    ("a-big.png", "image"),
                    ("a.mp3", "audio"),
                    ("a.png", "image"),
                    ("b.mp4", "video"),
                    ("deep.png", "image"),
                    ("itemsets.csv", "file"),
                    ("people.csv", "file"),
                    ("sites.geojson", "file"),
                    ("species.csv", "file"),
                    ("start.png", "image"),
                    ("trees.csv", "file"),
                ],
                await programme.SlotsAsync("media", below)
            );
        }
    }

    [Fact, Clause("OR-176")]
    public async Task Fields_of_a_form_are_listed_in_order_with_their_types()
    {
        var programme = await Programme.StartAsync();
        (await programme.CreateFormAsync(Vector, "?publish=true")).ShouldBe(HttpStatusCode.OK);
        var fields = (await programme.Admin.GetAsync($"{programme.FormPath("media")}/fields?odata=false")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            [
                "/pic pic binary true",
                "/grp grp structure null",
                "/grp/deep deep unknown null",
                "/sp sp string null",
                "/meta meta structure null",
                "/meta/audit audit unknown true",
                "/meta/instanceID instanceID unknown null",
            ],
            fields
                .EnumerateArray()
                .Select(field =>
                    $"{field.GetProperty("path").GetString()} {field.GetProperty("name").GetString()} "
                    + $"{field.GetProperty("type").GetString()} {field.GetProperty("binary").GetRawText()}"
                )
        );
        Assert.All(fields.EnumerateArray(), field => Assert.Equal("null", field.GetProperty("selectMultiple").GetRawText()));
    }

    /// <summary>Parts of the model and of the body, and the slots that they make.</summary>
    public static TheoryData<string, string, string> Places { get; } =
        new()
        {
            { "<instance id=\"a\" src=\"jr://images/a.png\"/><instance id=\"b\" src=\"jr://file/b.xml\"/>", "", "a.png:file b.xml:file" },
            {
                "<instance id=\"a\" src=\"jr://audio/a.mp3\"/><instance id=\"b\" src=\"jr://video/b.mp4\"/><instance id=\"c\" "
                    + "src=\"jr://file-csv/c.csv\"/>",
                "",
                "a.mp3:file b.mp4:file c.csv:file"
            },
            {
                "<instance id=\"a\" src=\"jr://files/a.csv\"/><instance id=\"b\" src=\"jr://file/\"/><instance id=\"c\" "
                    + "src=\"jr://file/d/c.csv\"/>",
                "",
                ""
            },
            { "<instance id=\"a\" src=\"http://h/a.xml\"/><instance id=\"b\" src=\"jr://instance/last-saved\"/>", "", "" },
            { "<instance id=\"a\" src=\"jr://file/..\"/><instance id=\"b\" src=\"jr://file/.\"/>", "", "" },
            {
                "<itext><translation lang=\"a\"><text id=\"t\"><value form=\"image\"> jr://images/a.png </value></text></translation>"
                    + "<translation lang=\"b\"><text id=\"t\"><value form=\"big-image\">jr://images/b.png</value></text></translation>"
                    + "</itext>",
                "",
                "a.png:image b.png:image"
            },
            {
                "<itext><translation lang=\"a\"><text id=\"t\"><value form=\"markdown\">jr://images/a.png</value><value "
                    + "form=\"short\">jr://images/b.png</value><value form=\"guidance\">jr://images/c.png</value>"
                    + "<value>jr://images/d.png</value></text></translation></itext>",
                "",
                ""
            },
            { "", "<group><input ref=\"/data/species\" query=\"instance('x')/root/item\"><label/></input></group>", "itemsets.csv:file" },
            {
                "",
                "<select ref=\"/data/species\" appearance=\"search('x')\"><label/></select><select1 ref=\"/data/species\" "
                    + "appearance=\"quick search(&quot;y.csv&quot;)\"><label/></select1>",
                "x.csv:file y.csv:file"
            },
            {
                "",
                "<select ref=\"/data/species\" appearance=\"a b search('x')\"><label/></select><select1 ref=\"/data/species\" "
                    + "appearance=\"search('x') minimal\"><label/></select1>",
                ""
            },
            {
                "",
                "<select ref=\"/data/species\" appearance=\"search(/data/x)\"><label/></select><select1 ref=\"/data/species\" "
                    + "appearance=\"minimal search( concat('a', 'b') )\"><label/></select1>",
                ""
            },
            {
                "<instance id=\"a\" src=\"jr://file-csv/x.csv\"/>",
                "<select1 ref=\"/data/species\" appearance=\"search('x')\"><label/></select1>",
                "x.csv:file"
            },
        };

    [
        Theory,
        Clause("OR-164"),
        Clause("OR-165"),
        Clause("OR-166"),
        Clause("OR-167"),
        Clause("OR-168"),
        Clause("OR-170"),
        Clause("OR-171"),
        Clause("OR-172"),
        Clause("OR-174")
    ]
    [MemberData(nameof(Places))]
    public async Task Slots_are_declared_by_the_elements_that_name_files(string model, string body, string slots)
    {
        var programme = await Programme.StartAsync();
        (await programme.CreateFormAsync(Form(model, body))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(slots, string.Join(' ', (await programme.SlotsAsync("f")).Select(slot => $"{slot.Name}:{slot.Type}")));
    }

    [Fact, Clause("OR-169")]
    public async Task A_picture_in_any_default_value_is_expected()
    {
        var programme = await Programme.StartAsync();
        var xml = Form("<instance id=\"choices\"><root><item><label>jr://images/choice.png</label></item></root></instance>", "")
            .Replace("<photo/>", "<photo> jr://images/a.png </photo>", StringComparison.Ordinal)
            .Replace("<leaf/>", "<leaf>jr://images/b.png</leaf><sound>jr://audio/c.mp3</sound>", StringComparison.Ordinal);
        (await programme.CreateFormAsync(xml)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal([("a.png", "image"), ("b.png", "image")], await programme.SlotsAsync("f"));
    }

    [Theory, Clause("OR-173")]
    [InlineData("search('x)")]
    [InlineData("minimal search(&quot;x')")]
    [InlineData("search('x', 'matches)")]
    public async Task An_appearance_with_unbalanced_quotes_is_refused(string appearance)
    {
        var programme = await Programme.StartAsync();
        var refused = await programme.CreateFormAsync(
            Form("", $"<select1 ref=\"/data/species\" appearance=\"{appearance}\"><label/></select1>")
        );
        Assert.Equal("search() appearance", refused.ShouldBeProblem(400.8m).Json.GetProperty("details").GetProperty("field").GetString());
    }

    [Fact, Clause("OR-175")]
    public async Task One_name_with_two_types_is_refused()
    {
        var programme = await Programme.StartAsync();
        var refused = await programme.CreateFormAsync(
            Form(
                "<instance id=\"a\" src=\"jr://file/a.png\"/><itext><translation lang=\"a\"><text id=\"t\"><value "
                    + "form=\"image\">jr://images/a.png</value></text></translation></itext>",
                ""
            )
        );
        Assert.Equal("attachment", refused.ShouldBeProblem(400.8m).Json.GetProperty("details").GetProperty("field").GetString());
    }

    private static string Form(string model, string body) =>
        Samples
            .Form("f")
            .Replace("<bind nodeset=\"/data/species\"", model + "<bind nodeset=\"/data/species\"", StringComparison.Ordinal)
            .Replace("<h:body>", "<h:body>" + body, StringComparison.Ordinal);
}
