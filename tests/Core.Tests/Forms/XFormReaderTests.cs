using System.Text;
using ServerlessRosa.Core.Forms;
using Xunit;
using static ServerlessRosa.Core.Tests.Forms.FormSamples;
using static ServerlessRosa.Core.Tests.Refusals;

namespace ServerlessRosa.Core.Tests.Forms;

public sealed class XFormReaderTests
{
    private static string Slots(XForm form) => string.Join(' ', form.MediaSlots.Select(slot => $"{slot.Name}:{slot.Type}"));

    private static string Fields(XForm form) =>
        string.Join(
            ' ',
            form.Fields.Select(f => $"{f.Path}:{f.Type}{(f.Binary is true ? "*" : "")}{(f.SelectMultiple is true ? "+" : "")}")
        );

    [Fact, Clause("OR-176")]
    public void The_form_of_the_specification_is_read_as_it_says()
    {
        var form = XFormReader.Read(Utf8(Vector));

        Assert.Equal("media", form.Id.Value);
        Assert.Equal("3", form.Version);
        Assert.Equal("Media & more", form.Title);
        Assert.Null(form.PublicKey);
        Assert.Equal(
            "people.csv:file sites.geojson:file a.png:image a-big.png:image a.mp3:audio b.mp4:video start.png:image deep.png:image "
                + "itemsets.csv:file species.csv:file trees.csv:file",
            Slots(form)
        );
        Assert.Equal(
            "/pic:binary* /grp:structure /grp/deep:unknown /sp:string /meta:structure /meta/audit:unknown* /meta/instanceID:unknown",
            Fields(form)
        );
        Assert.Equal("instanceID", form.Fields[^1].Name);
        Assert.Equal(["/pic", "/meta/audit"], form.BinaryPaths);
    }

    [Theory, Clause("OR-147")]
    [InlineData("<data><a/></data>")]
    [InlineData("<data id=''><a/></data>")]
    [InlineData("<data id='  '><a/></data>")]
    [InlineData("<data xmlns='http://www.w3.org/2002/xforms'/>")]
    [InlineData("<data xmlns=''/>")]
    [InlineData("<data xml:id='x'/>")]
    [InlineData("")]
    [InlineData("text")]
    public void Without_a_form_id_a_form_is_refused(string instance) =>
        Assert.Contains("formId", Expect(400.2, () => XFormReader.Read(Form(instance))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("<data id='x'/>")]
    [InlineData("<h:html xmlns:h='u'/>")]
    [InlineData("<html><head/><body/></html>")]
    [InlineData("<html><head><model/></head></html>")]
    [InlineData("<html><head><model><instance/><instance><data id='second'/></instance></model></head></html>")]
    public void A_document_without_a_primary_instance_has_no_form_id(string document) =>
        Expect(400.2, () => XFormReader.Read(Utf8(document)));

    [Theory, Clause("OR-148")]
    [InlineData("<data xmlns='http://example.org/f'/>", "http://example.org/f")]
    [InlineData("<data xmlns='http://example.org/f' id=''/>", "http://example.org/f")]
    [InlineData("<data xmlns='http://example.org/f' id='mine'/>", "mine")]
    public void The_namespace_identifies_a_form_without_id(string instance, string id) =>
        Assert.Equal(id, XFormReader.Read(Form(instance)).Id.Value);

    [Fact]
    public void A_form_id_is_decoded_and_kept_as_it_is() =>
        Assert.Equal(" a&b/é#? ", XFormReader.Read(Form("<data id=' a&amp;b/é#? '/>")).Id.Value);

    [Theory, Clause("OR-149")]
    [InlineData("a.xml")]
    [InlineData("a.XLS")]
    [InlineData("a.Xlsx")]
    public void A_form_id_may_not_end_like_a_file(string id) =>
        Assert.Contains("formId", Expect(400.8, () => XFormReader.Read(Form($"<data id='{id}'/>"))).Message, StringComparison.Ordinal);

    [Fact, Clause("OR-150")]
    public void Ids_and_versions_have_up_to_249_characters()
    {
        var (fits, tooLong) = (new string('x', 249), new string('x', 250));
        Assert.Equal(fits, XFormReader.Read(Form($"<data id='{fits}' version='{fits}'/>")).Version);
        Expect(400.13, () => XFormReader.Read(Form($"<data id='{tooLong}'/>")));
        Expect(400.13, () => XFormReader.Read(Form($"<data id='f' version='{tooLong}'/>")));
    }

    [Theory, Clause("OR-151")]
    [InlineData("version='1'", "1")]
    [InlineData("orx:version='2'", "2")]
    [InlineData("orx:version='2' version='1'", "2")]
    [InlineData("version='a&amp;b'", "a&b")]
    [InlineData("version=''", "")]
    [InlineData("xmlns:version='9'", "")]
    [InlineData("", "")]
    public void The_version_is_an_attribute_with_any_prefix(string attribute, string version) =>
        Assert.Equal(version, XFormReader.Read(Form($"<data id='f' {attribute}/>")).Version);

    [Theory]
    [InlineData("<h:title> A &lt;b&gt; </h:title>", "A <b>")]
    [InlineData("<h:title> </h:title>", null)]
    [InlineData("<h:title/>", null)]
    [InlineData("", null)]
    public void The_title_is_decoded_and_trimmed(string title, string? expected) =>
        Assert.Equal(
            expected,
            XFormReader.Read(Utf8(Encoding.UTF8.GetString(Form()).Replace("<h:title>T</h:title>", title, StringComparison.Ordinal))).Title
        );

    [Fact, Clause("OR-180")]
    public void An_encrypted_form_has_a_public_key() =>
        Assert.Equal("MIIB", XFormReader.Read(Form(model: "<submission base64RsaPublicKey='MIIB' action='x'/>")).PublicKey);

    [Fact]
    public void The_model_may_come_in_any_order()
    {
        var form = XFormReader.Read(
            Utf8(
                """
                <html><body><select ref="/d/a"/></body><head><model><bind nodeset="/d/a" type="string"/>
                <itext><translation><text><value form="audio">jr://audio/x.mp3</value></text></translation></itext>
                <instance><d id="f"><a/></d></instance></model><title>T</title></head></html>
                """
            )
        );
        Assert.Equal("/a:string+", Fields(form));
        Assert.Equal("x.mp3:audio", Slots(form));
        Assert.Equal("T", form.Title);
    }

    [Theory]
    [InlineData("<bind nodeset='/data/g/a' type='int'/>")]
    [InlineData("<bind nodeset=' /data/g/a ' type='int'/>")]
    [InlineData("<bind nodeset='g/a' type='int'/>")]
    [InlineData("<bind nodeset='./g/a' type='int'/>")]
    [InlineData("<bind nodeset='/orx:data/x:g/orx:a' type='int'/>")]
    [InlineData("<bind nodeset='/data/g/a' type='int'/><bind nodeset='/data/g/a' type='string'/>")]
    [InlineData("<bind nodeset='/data/g/a' required='true()'/><bind nodeset='/data/g/a' type='int'/>")]
    public void A_bind_gives_the_type(string bind) =>
        Assert.Equal("/g:structure /g/a:int", Fields(XFormReader.Read(Form("<data id='f'><g><orx:a/></g></data>", bind))));

    [Theory]
    [InlineData("<bind nodeset='/other/g/a' type='int'/>")]
    [InlineData("<bind nodeset='/data/g/a'/>")]
    [InlineData("<bind nodeset='/data/g/a' type=' '/>")]
    [InlineData("<bind type='int'/>")]
    public void A_bind_elsewhere_or_without_type_gives_none(string bind) =>
        Assert.Equal("/g:structure /g/a:unknown", Fields(XFormReader.Read(Form("<data id='f'><g><a/></g></data>", bind))));

    [Fact]
    public void What_is_below_a_bound_element_is_no_field() =>
        Assert.Equal(
            "/g:string /b:unknown",
            Fields(XFormReader.Read(Form("<data id='f'><g><a><x/></a></g><b/></data>", "<bind nodeset='/data/g' type='string'/>")))
        );

    [Fact]
    public void A_repeat_is_one_field_however_often_it_occurs() =>
        Assert.Equal(
            "/r:repeat /r/a:unknown /r/q:repeat /r/q/b:unknown /z:unknown",
            Fields(
                XFormReader.Read(
                    Form(
                        "<data id='f'><r template=''><a/><q><b/></q><q><c/></q></r><r><a/><q><d/></q></r><z/></data>",
                        body: "<group><repeat nodeset='/data/r'><group><repeat nodeset='/data/r/q'/></group></repeat></group>"
                    )
                )
            )
        );

    [Fact]
    public void A_select_of_many_is_marked() =>
        Assert.Equal(
            "/a:unknown+ /b:unknown",
            Fields(
                XFormReader.Read(
                    Form("<data id='f'><a/><b/></data>", body: "<group><select ref='/data/a'/><select1 ref='/data/b'/></group>")
                )
            )
        );

    [Fact]
    public void An_entity_is_a_structure_even_when_empty()
    {
        var form = XFormReader.Read(
            Form(
                "<data id='f'><a/><meta><entity dataset=' trees ' create='' id=''/></meta></data>",
                "<bind nodeset='/data/a' type='string' entities:saveto='height'/>",
                modelAttributes: "entities:entities-version='2024.1.0'"
            )
        );
        Assert.Equal("/a:string /meta:structure /meta/entity:structure", Fields(form));
        Assert.Equal("height", form.Fields[0].EntityProperty);
        Assert.Equal("2024.1.0", form.EntitiesVersion);
        Assert.Equal([new EntityDeclaration("/meta/entity", "trees", Create: true, Update: false)], form.Entities);
    }

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
    public void Other_forms_of_a_text_expect_nothing(string form) =>
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
    public void A_default_value_may_be_an_image(string children, string slots) =>
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
    public void A_computed_or_padded_name_expects_nothing(string appearance) =>
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

    [Fact]
    public void Fifty_thousand_choices_cost_next_to_nothing()
    {
        var choices = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"<item><name>choice {i}</name><label>A label</label></item>"));
        var document = Form(model: $"<instance id='c'><root>{choices}</root></instance>");
        var before = GC.GetAllocatedBytesForCurrentThread();
        XFormReader.Read(document);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Paths_that_would_fill_the_memory_are_refused()
    {
        var name = new string('n', 1_000);
        var nested =
            string.Concat(Enumerable.Repeat($"<{name}>", 100))
            + string.Concat(Enumerable.Repeat("<a/>", 10_000))
            + string.Concat(Enumerable.Repeat($"</{name}>", 100));
        Expect(400.8, () => XFormReader.Read(Form($"<data id='f'>{nested}</data>")));
    }

    private static string Itext(string values) => $"<itext><translation lang='en'><text id='t'>{values}</text></translation></itext>";
}
