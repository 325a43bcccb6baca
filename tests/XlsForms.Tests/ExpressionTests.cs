using Xunit;

namespace ServerlessRosa.XlsForms.Tests;

public sealed class ExpressionTests
{
    [Theory]
    [InlineData("2020-01-01", "text", false)]
    [InlineData("1-2", "text", false)]
    [InlineData("a-b", "text", false)]
    [InlineData("-5", "text", false)]
    [InlineData("hello (x)", "text", false)]
    [InlineData("jr://images/a.jpg", "text", false)]
    [InlineData("+1", "text", true)]
    [InlineData("- x", "text", true)]
    [InlineData("foo(1)", "text", true)]
    [InlineData("a|b", "text", true)]
    [InlineData("10 - 3", "text", true)]
    [InlineData("10 - 3", "date", false)]
    [InlineData("${a}", "date", true)]
    public void Expressions_are_distinguished_from_text_XF_120(string text, string type, bool expected) =>
        Assert.Equal(expected, DynamicDefault.Is(text, type));

    [Theory]
    [InlineData("${a}", true)]
    [InlineData("${last-saved#a}", true)]
    [InlineData("${ a}", false)]
    [InlineData("${a:b}", false)]
    [InlineData("${", false)]
    [InlineData("${1}", false)]
    public void References_have_one_form_XF_055(string text, bool expected) => Assert.Equal(expected, Reference.Whole(text) is not null);

    [Theory]
    [InlineData("a", true)]
    [InlineData("p:a", true)]
    [InlineData("a-b.c1", true)]
    [InlineData("é", true)]
    [InlineData("À", false)]
    [InlineData("1a", false)]
    [InlineData("a b", false)]
    [InlineData("p:a:b", false)]
    [InlineData("", false)]
    public void Names_are_checked_XF_054(string name, bool expected) => Assert.Equal(expected, XmlName.IsName(name));

    [Fact]
    public void Paths_are_relative_inside_a_common_repeat_XF_060_to_XF_064()
    {
        var xml = Forms.Xml(
            "type|name|label|relevant",
            "integer|k|K|",
            "begin repeat|r|R|${k} > 0",
            "text|a|A|${a} = ${k}",
            "begin group|g|G|${a} = 1",
            "text|b|B|${a} = 1",
            "end group",
            "end repeat",
            "text|z|Z|${b} = 1"
        );

        Assert.Contains("nodeset=\"/data/r\" relevant=\" /data/k  &gt; 0\"", xml);
        Assert.Contains("nodeset=\"/data/r/a\" type=\"string\" relevant=\" ../a  =  /data/k \"", xml);
        Assert.Contains("nodeset=\"/data/r/g\" relevant=\" ../a  = 1\"", xml);
        Assert.Contains("nodeset=\"/data/r/g/b\" type=\"string\" relevant=\" ../../a  = 1\"", xml);
        Assert.Contains("nodeset=\"/data/z\" type=\"string\" relevant=\" /data/r/g/b  = 1\"", xml);
    }

    [Fact]
    public void Predicates_of_secondary_instances_get_current_XF_066()
    {
        var xml = Forms.Xml(
            "type|name|label|calculation",
            "begin repeat|r|R",
            "text|a|A",
            "calculate|c||instance('l')/root/item[name = ${a}]/x + ${a}",
            "end repeat"
        );

        Assert.Contains("calculate=\"instance('l')/root/item[name =  current()/../a ]/x +  ../a \"", xml);
    }

    [Fact]
    public void Indexed_repeat_has_absolute_targets_XF_068()
    {
        var xml = Forms.Xml(
            "type|name|label|calculation",
            "begin repeat|r|R",
            "integer|a|A",
            "calculate|c||indexed-repeat(${a}, ${r}, ${a} - 1)",
            "calculate|d||indexed-repeat(${a}, ${r}, ${c}) + ${c}",
            "end repeat"
        );

        Assert.Contains("calculate=\"indexed-repeat( /data/r/a ,  /data/r ,  ../c ) +  ../c \"", xml);
    }

    [Fact]
    public void Labels_with_references_have_outputs_XF_070_XF_073()
    {
        var xml = Forms.Xml(
            "type|name|label",
            "text|a|A",
            "note|n|Hi ${a}, bye",
            "note|o|is instance('l')/root/item[name=${a} and x < 3]/label ok"
        );

        Assert.Contains("<label> Hi <output value=\" /data/a \"/>, bye </label>", xml);
        Assert.Contains("<label> is <output value=\"instance('l')/root/item[name= /data/a  and x &amp;lt; 3]/label\"/> ok </label>", xml);
    }
}
