using Xunit;

namespace ServerlessRosa.XlsForms.Tests;

public sealed class ConversionTests
{
    [Fact]
    public void Repeats_have_a_template_and_a_copy_XF_092_to_XF_094()
    {
        var xml = Forms.Xml(
            "type|name|label",
            "begin repeat|r|R",
            "begin group|g|G",
            "begin repeat|s|S",
            "text|a|A",
            "end repeat",
            "end group",
            "end repeat"
        );

        Assert.Contains("<r jr:template=\"\"><g><s jr:template=\"\"><a/></s><s><a/></s></g></r><r><g><s><a/></s></g></r>", xml);
    }

    [Fact]
    public void A_count_that_is_an_expression_gets_a_node_XF_123a()
    {
        var xml = Forms.Xml("type|name|label|repeat_count", "integer|k|K|", "begin repeat|r|R|${k} + 1", "text|a|A|", "end repeat");

        Assert.Contains("<bind nodeset=\"/data/r_count\" type=\"string\" readonly=\"true()\" calculate=\" /data/k  + 1\"/>", xml);
        Assert.Contains("<repeat nodeset=\"/data/r\" jr:count=\" /data/r_count \">", xml);
    }

    [Fact]
    public void Dynamic_defaults_are_set_by_actions_XF_122()
    {
        var xml = Forms.Xml("type|name|label|default", "begin repeat|r|R|", "date|d|D|today()", "text|t|T|plain", "end repeat");

        Assert.Contains("<setvalue ref=\"/data/r/d\" event=\"odk-instance-first-load\" value=\"today()\"/>", xml);
        Assert.Contains("<setvalue ref=\"/data/r/d\" event=\"odk-new-repeat\" value=\"today()\"/></repeat>", xml);
        Assert.Contains("<r><d/><t>plain</t></r>", xml);
    }

    [Fact]
    public void Lists_become_instances_whether_used_or_not_XF_146()
    {
        var xml = Forms.Xml(
            new WorkbookBuilder()
                .Table("survey", "type|name|label|choice_filter|parameters", "select_one l|a|A|f = 1|randomize=true seed=5")
                .Table("choices", "list_name|name|label|f", "l|1|One|1", "unused|2||x")
        );

        Assert.Contains("<instance id=\"l\"><root><item><name>1</name><label>One</label><f>1</f></item></root></instance>", xml);
        Assert.Contains("<instance id=\"unused\"><root><item><name>2</name><f>x</f></item></root></instance>", xml);
        Assert.Contains("<itemset nodeset=\"randomize(instance('l')/root/item[f = 1], 5)\">", xml);
    }

    [Fact]
    public void Missing_translations_are_filled_with_hyphens_XF_203()
    {
        var xml = Forms.Xml("type|name|label::en|label::fr|hint::en", "text|a|A|Fa|H", "text|b||Fb|");

        Assert.Contains(
            "<translation lang=\"fr\"><text id=\"/data/a:label\"><value>Fa</value></text>"
                + "<text id=\"/data/b:label\"><value>Fb</value></text>"
                + "<text id=\"/data/a:hint\"><value>-</value></text></translation>",
            xml
        );
    }

    [Fact]
    public void An_entity_in_a_repeat_is_declared_in_its_meta_XF_223_to_XF_229()
    {
        var xml = Forms.Xml(
            new WorkbookBuilder()
                .Table("survey", "type|name|label|save_to", "begin repeat|r|R|", "text|n|N|pname", "end repeat")
                .Table("entities", "list_name|label", "people|${n}")
        );

        Assert.Contains("entities:entities-version=\"2025.1.0\"", xml);
        Assert.Contains("<r><n/><meta><entity dataset=\"people\" create=\"1\" id=\"\"><label/></entity></meta></r>", xml);
        Assert.Contains(
            "<bind nodeset=\"/data/r/meta/entity/label\" calculate=\" ../../../n \" readonly=\"true()\" type=\"string\"/>",
            xml
        );
        Assert.Contains("<setvalue ref=\"/data/r/meta/entity/@id\" event=\"odk-new-repeat\" value=\"uuid()\"/></repeat>", xml);
    }

    [Fact]
    public void External_choices_become_itemsets_csv_XF_170()
    {
        var result = Forms.Convert(
            new WorkbookBuilder()
                .Table("survey", "type|name|label|choice_filter", "text|a|A|", "select_one_external town|b|B|p=${a}")
                .Table("external_choices", "list_name|name|label|p", "town|x|X \"1\"|1", "town|y||2")
        );

        Assert.Equal(
            "\"list_name\",\"name\",\"label\",\"p\"\r\n\"town\",\"x\",\"X \"\"1\"\"\",\"1\"\r\n\"town\",\"y\",\"2\"\r\n",
            result.Form!.Itemsets
        );
        Assert.Contains("<input ref=\"/data/b\" query=\"instance('town')/root/item[p= /data/a ]\">", result.Form.Xml);
    }

    [Fact]
    public void Settings_shape_the_form_XF_041()
    {
        var form = Forms
            .Convert(
                new WorkbookBuilder()
                    .Table("survey", "type|name|label", "text|a|A")
                    .Table("settings", "form_title|form_id|version|name|style|public_key", "My form|f1|7|root|pages|KEY")
            )
            .Form!;

        Assert.Equal(("My form", "f1", "7"), (form.Title, form.FormId, form.Version));
        Assert.Contains("<submission base64RsaPublicKey=\"KEY\"/>", form.Xml);
        Assert.Contains("<root id=\"f1\" version=\"7\"><a/><meta><instanceID/></meta></root>", form.Xml);
        Assert.Contains("<h:body class=\"pages\">", form.Xml);
    }

    [Fact]
    public void Attributes_come_from_columns_XF_035_XF_085()
    {
        var xml = Forms.Xml(
            new WorkbookBuilder()
                .Table("survey", "type|name|label|bind::foo|body::b|instance::i|body::ref|body::x::y", "text|a|A|1|2|3|/no|4")
                .Table("choices", "list_name|name|label|Área", "l|1|One|x")
        );

        Assert.Contains("<bind nodeset=\"/data/a\" type=\"string\" foo=\"1\"/>", xml);
        Assert.Contains("<input ref=\"/data/a\" b=\"2\" x=\"{'y': '4'}\">", xml);
        Assert.Contains("<a i=\"3\"/>", xml);
        Assert.Contains("<Área>x</Área>", xml);
    }

    [Fact]
    public void Names_that_XML_cannot_have_are_refused()
    {
        var errors = Forms.Errors(
            new WorkbookBuilder()
                .Table("survey", "type|name|label|bind::1x|instance::tag", "text|a|A|1|2", "text|p:b|B||")
                .Table("choices", "list_name|name|label|2x", "l|1|One|x")
                .Table("settings", "form_id|attribute::p:c", "f|1")
        );

        Assert.Equal(["settings 1 attribute::p:c", "choices 1 2x", "survey 2 bind::1x", "survey 2 instance::tag", "survey 3 name"], errors);
    }
}
