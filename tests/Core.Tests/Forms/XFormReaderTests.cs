using System.Text;
using ServerlessRosa.Core.Forms;
using Xunit;
using static ServerlessRosa.Core.Tests.Forms.FormSamples;
using static ServerlessRosa.Core.Tests.Refusals;

namespace ServerlessRosa.Core.Tests.Forms;

public sealed class XFormReaderTests
{
    private static string Fields(XForm form) =>
        string.Join(
            ' ',
            form.Fields.Select(f => $"{f.Path}:{f.Type}{(f.Binary is true ? "*" : "")}{(f.SelectMultiple is true ? "+" : "")}")
        );

    [Fact, Clause("OR-176")]
    public void The_form_of_the_specification_is_read_as_specified()
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
    public void Elements_below_a_bound_element_are_no_fields() =>
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

    [Fact]
    public void Fifty_thousand_choices_allocate_less_than_a_megabyte()
    {
        var choices = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"<item><name>choice {i}</name><label>A label</label></item>"));
        var document = Form(model: $"<instance id='c'><root>{choices}</root></instance>");
        var before = GC.GetAllocatedBytesForCurrentThread();
        XFormReader.Read(document);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Paths_of_excessive_total_length_are_refused()
    {
        var name = new string('n', 1_000);
        var nested =
            string.Concat(Enumerable.Repeat($"<{name}>", 100))
            + string.Concat(Enumerable.Repeat("<a/>", 10_000))
            + string.Concat(Enumerable.Repeat($"</{name}>", 100));
        Expect(400.8, () => XFormReader.Read(Form($"<data id='f'>{nested}</data>")));
    }
}
