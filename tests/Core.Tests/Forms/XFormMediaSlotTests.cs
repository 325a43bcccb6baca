using ServerlessRosa.Core.Forms;
using Xunit;
using static ServerlessRosa.Core.Tests.Forms.FormSamples;
using static ServerlessRosa.Core.Tests.Refusals;

namespace ServerlessRosa.Core.Tests.Forms;

/// <summary>The files that a form expects beside it.</summary>
public sealed class XFormMediaSlotTests
{
    [Theory, Clause("OR-164")]
    [InlineData("jr://images/a.png", "a.png:file")]
    [InlineData("jr://audio/a.mp3", "a.mp3:file")]
    [InlineData("jr://video/a.mp4", "a.mp4:file")]
    [InlineData("jr://file/a.xml", "a.xml:file")]
    [InlineData("jr://file-csv/a.csv", "a.csv:file")]
    [InlineData(" jr://file/a b.xml ", "a b.xml:file")]
    [InlineData("jr://files/a.xml", "")]
    [InlineData("JR://file/a.xml", "")]
    [InlineData("jr://file/", "")]
    [InlineData("jr://file", "")]
    [InlineData("jr://file//a.xml", "")]
    [InlineData("file/a.xml", "")]
    public void An_external_instance_expects_its_file(string source, string slots) =>
        Assert.Equal(slots, Slots(XFormReader.Read(Form(model: $"<instance id='x' src='{source}'><root/></instance>"))));

    [Fact, Clause("OR-167")]
    public void The_last_saved_submission_is_no_file() =>
        Assert.Empty(XFormReader.Read(Form(model: "<instance id='x' src='jr://instance/last-saved'/>")).MediaSlots);

    [Theory, Clause("OR-168")]
    [InlineData("jr://file/dir/x.xml")]
    [InlineData("http://example.org/x.xml")]
    [InlineData("https://example.org/x.xml")]
    public void Folders_and_web_addresses_are_no_files(string source) =>
        Assert.Empty(XFormReader.Read(Form(model: $"<instance id='x' src='{source}'/>")).MediaSlots);

    [Theory, Clause("OR-165")]
    [InlineData("image", "jr://images/x", "x:image")]
    [InlineData("big-image", "jr://images/x", "x:image")]
    [InlineData("audio", "jr://audio/x", "x:audio")]
    [InlineData("video", "jr://video/x", "x:video")]
    [InlineData("video", " jr://images/x\n", "x:video")]
    [InlineData("image", "jr://images/a &amp; b", "a & b:image")]
    [InlineData("image", "jr://images/dir/x", "")]
    [InlineData("image", "x", "")]
    public void Media_of_a_translation_is_expected(string form, string value, string slots) =>
        Assert.Equal(slots, Slots(XFormReader.Read(Form(model: Itext($"<value form='{form}'>{value}</value>")))));

    [Theory, Clause("OR-166")]
    [InlineData("form='markdown'")]
    [InlineData("form='short'")]
    [InlineData("form='guidance'")]
    [InlineData("form='Image'")]
    [InlineData("")]
    public void Other_forms_of_a_text_declare_no_slot(string form) =>
        Assert.Empty(XFormReader.Read(Form(model: Itext($"<value {form}>jr://images/x</value>"))).MediaSlots);

    [Theory, Clause("OR-169")]
    [InlineData("<a>jr://images/x.png</a>", "x.png:image")]
    [InlineData("<g><a/><h><b> jr://images/x.png </b></h></g>", "x.png:image")]
    [InlineData("<r><a>jr://images/x.png</a></r><r><a>jr://images/y.png</a></r>", "x.png:image y.png:image")]
    [InlineData("<a>jr://images/<![CDATA[x&y.png]]></a>", "x&y.png:image")]
    [InlineData("<a>jr://audio/x.mp3</a>", "")]
    [InlineData("<a>jr://file/x.csv</a>", "")]
    [InlineData("<a>jr://images/d/x.png</a>", "")]
    [InlineData("<a>see jr://images/x.png</a>", "")]
    [InlineData("<a>jr://images/x.png<b/></a>", "")]
    [InlineData("<a><b/>jr://images/x.png</a>", "")]
    public void A_default_value_may_declare_an_image(string children, string slots) =>
        Assert.Equal(slots, Slots(XFormReader.Read(Form($"<data id='f'>{children}</data>"))));

    [Fact, Clause("OR-169")]
    public void Images_among_the_choices_are_no_default_values() =>
        Assert.Empty(
            XFormReader.Read(Form(model: "<instance id='c'><root><item><name>jr://images/x.png</name></item></root></instance>")).MediaSlots
        );

    [Theory, Clause("OR-170")]
    [InlineData("<input query='x'/>", "itemsets.csv:file")]
    [InlineData("<group><input query='x'/><input query='y'/></group>", "itemsets.csv:file")]
    [InlineData("<input ref='x'/>", "")]
    [InlineData("<select1 query='x'/>", "")]
    public void A_query_expects_the_itemsets(string body, string slots) => Assert.Equal(slots, Slots(XFormReader.Read(Form(body: body))));

    [Theory, Clause("OR-171")]
    [InlineData("search('x')", "x.csv:file")]
    [InlineData("search('x.csv')", "x.csv:file")]
    [InlineData("search(&quot;x&quot;)", "x.csv:file")]
    [InlineData(" minimal  search ( 'x' , 'contains', 'a', /data/a ) ", "x.csv:file")]
    [InlineData("columns-2 search('x', &quot;it's&quot;, concat('(', ')'))", "x.csv:file")]
    [InlineData("search('it''s')", "it's.csv:file")]
    [InlineData("search('a, b')", "a, b.csv:file")]
    [InlineData("search('a', search)", "a.csv:file")]
    [InlineData("search('x.CSV')", "x.CSV.csv:file")]
    [InlineData("a b search('x')", "")]
    [InlineData("search('x') minimal", "")]
    [InlineData("research('x')", "")]
    [InlineData("search 'x'", "")]
    [InlineData("search", "")]
    [InlineData("search()", "")]
    [InlineData("search('')", "")]
    [InlineData("search('x'", "")]
    [InlineData("minimal", "")]
    [InlineData("", "")]
    public void A_search_expects_its_csv_file(string appearance, string slots)
    {
        Assert.Equal(slots, Slots(XFormReader.Read(Form(body: $"<select1 appearance=\"{appearance}\"/>"))));
        Assert.Equal(slots, Slots(XFormReader.Read(Form(body: $"<group><select appearance=\"{appearance}\"/></group>"))));
        Assert.Empty(XFormReader.Read(Form(body: $"<input appearance=\"{appearance}\"/>")).MediaSlots);
    }

    [Theory, Clause("OR-172")]
    [InlineData("search(/data/x)")]
    [InlineData("search(concat('a', 'b'))")]
    [InlineData("search(' padded')")]
    [InlineData("search('padded ')")]
    public void A_computed_or_padded_file_name_declares_no_slot(string appearance) =>
        Assert.Empty(XFormReader.Read(Form(body: $"<select1 appearance=\"{appearance}\"/>")).MediaSlots);

    [Theory, Clause("OR-173")]
    [InlineData("search('x)")]
    [InlineData("search('x&quot;)")]
    [InlineData("search('x'y)")]
    [InlineData("search('x', 'matches)")]
    [InlineData("search('x'')")]
    [InlineData("minimal search(')")]
    public void Unbalanced_quotes_in_a_search_are_refused(string appearance)
    {
        var problem = Expect(400.8, () => XFormReader.Read(Form(body: $"<select1 appearance=\"{appearance}\"/>")));
        Assert.Contains("search() appearance", problem.Message, StringComparison.Ordinal);
    }

    [Fact, Clause("OR-174")]
    public void A_file_that_is_named_twice_is_one_slot() =>
        Assert.Equal(
            "y.csv:file x.png:image",
            Slots(
                XFormReader.Read(
                    Form(
                        "<data id='f'><a>jr://images/x.png</a></data>",
                        "<instance src='jr://file-csv/y.csv'/><instance src='jr://file/y.csv'/>"
                            + Itext("<value form='image'>jr://images/x.png</value>")
                            + Itext("<value form='image'>jr://images/x.png</value>"),
                        "<select1 appearance=\"search('y')\"/>"
                    )
                )
            )
        );

    [Fact]
    public void A_file_name_has_up_to_255_characters()
    {
        Assert.Single(XFormReader.Read(Form(model: $"<instance src='jr://file/{new string('x', 255)}'/>")).MediaSlots);
        Expect(400.13, () => XFormReader.Read(Form(model: $"<instance src='jr://file/{new string('x', 256)}'/>")));
    }

    private static string Itext(string values) => $"<itext><translation lang='en'><text id='t'>{values}</text></translation></itext>";
}
