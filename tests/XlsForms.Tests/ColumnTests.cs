using Xunit;

namespace ServerlessRosa.XlsForms.Tests;

public sealed class ColumnTests
{
    [Theory]
    [InlineData("Label", "label")]
    [InlineData("label::French (fr)", "label/French (fr)")]
    [InlineData("Constraint Message", "bind/jr:constraintMsg")]
    [InlineData("bind:jr:count", "bind/jr:count")]
    [InlineData("jr:count", "control/jr:count")]
    [InlineData("media::image::fr", "media/image/fr")]
    [InlineData("image::fr", "media/image/fr")]
    [InlineData("My Notes", "My Notes")]
    public void Headers_are_recognised_XF_030(string header, string path)
    {
        var messages = new Messages(10);
        var sheet = new Sheet("survey", [new SheetHeader(header)], []);

        var table = new SheetColumns(KnownColumns.Survey, messages).Recognise(sheet, "survey", "default", cleanText: true);

        Assert.Equal(path, string.Join('/', table.Columns[0].Path));
        Assert.False(messages.HasErrors);
    }

    [Fact]
    public void Two_names_of_one_column_are_refused_XF_031()
    {
        var result = Forms.Convert("type|name|label|relevant|relevance", "text|a|A|1|2");

        var error = Assert.Single(result.Errors);
        Assert.Equal(("survey", 1, "relevance"), (error.Sheet, error.Row, error.Column));
    }

    [Fact]
    public void A_text_beside_languages_belongs_to_the_default_language_XF_032()
    {
        var xml = Forms.Xml("type|name|label|label::fr", "text|a|A|Fa");

        Assert.Contains("<translation lang=\"default\" default=\"true()\"><text id=\"/data/a:label\"><value>A</value>", xml);
        Assert.Contains("<translation lang=\"fr\"><text id=\"/data/a:label\"><value>Fa</value>", xml);
    }
}
