using Xunit;

namespace ServerlessRosa.XlsForms.Tests;

public sealed class MessageTests
{
    [Fact]
    public void All_errors_are_reported_at_once_with_their_places()
    {
        var errors = Forms.Errors(
            new WorkbookBuilder()
                .Table(
                    "survey",
                    "type|name|label|relevant|parameters",
                    "text||A||",
                    "wrong|b|B||",
                    "select_one nolist|c|C||",
                    "text|d|D|${missing} = 1|",
                    "range|e|E||start=x",
                    "text|f|||",
                    "text|f|F||",
                    "begin group|g|G||"
                )
                .Table("choices", "list_name|name|label", "l||One", "l|a|A", "l|a|B")
                .Table("settings", "form_id|name", "x|1 bad")
        );

        Assert.Equal(
            [
                "settings 2 name",
                "choices 2 name",
                "choices 4 name",
                "survey 2 name",
                "survey 3 type",
                "survey 4 type",
                "survey 6 parameters",
                "survey 9 type",
                "survey 8 name",
                "survey 5 relevant",
                "survey 7 label",
            ],
            errors
        );
    }

    [Fact]
    public void A_misspelled_sheet_is_reported_XF_027()
    {
        var result = Forms.Convert(
            new WorkbookBuilder().Table("survey", "type|name|label", "select_one l|a|A").Table("chioces", "list_name|name|label", "l|1|One")
        );

        Assert.Contains("'chioces'", Assert.Single(result.Errors).Text);
    }

    [Theory]
    [InlineData("concatx('a', 'b')", "'concat'")]
    [InlineData("1 +", "the end")]
    [InlineData("if(1, 2, 3", "')'")]
    [InlineData("'open", "quote")]
    [InlineData("/data/nowhere + 1", "/data/nowhere")]
    [InlineData("../b > 1", "../b")]
    [InlineData("a b", "'b'")]
    public void Expressions_are_checked(string expression, string expected)
    {
        var check = Assert.Single(Forms.Checks("type|name|label|relevant", $"text|a|A|{expression}"));

        Assert.Equal(("survey", 2, "relevant"), (check.Sheet, check.Row, check.Column));
        Assert.Contains(expected, check.Text);
    }

    [Theory]
    [InlineData("concat(${a}, 'x') = \"y\" and not(selected(../a, '1')) or -1 * 2 div 3 mod 4 < 5")]
    [InlineData("instance('l')/root/item[name = current()/../a and position() = 1]/label != ''")]
    [InlineData("count(/data/*) > 0 and string-length(.) > 1")]
    [InlineData("(1 + 2) * 3 = 9")]
    public void Valid_expressions_pass(string expression) =>
        Assert.Empty(Forms.Checks("type|name|label|constraint", $"text|a|A|{expression}"));

    [Fact]
    public void Cycles_and_empty_groups_are_found()
    {
        var checks = Forms.Checks(
            "type|name|label|calculation|relevant",
            "integer|a|A|${b} + 1|",
            "integer|b|B|${a} + 1|",
            "begin group|g|G||",
            "end group"
        );

        Assert.Equal(
            ["The group 'g' has no questions.", "The value or relevance depends on itself: a → b → a."],
            checks.Select(check => check.Text)
        );
    }

    [Fact]
    public void Checks_end_at_the_limit()
    {
        var lines = Enumerable.Range(0, 300).Select(i => $"text|q{i}|Q|nofunction()");

        Assert.Equal(200, Forms.Checks(["type|name|label|relevant", .. lines]).Length);
    }

    [Fact]
    public void Messages_beyond_the_limit_are_counted()
    {
        var lines = Enumerable.Range(0, 300).Select(i => $"wrong{i}|q{i}|Q");

        var errors = Forms.Convert(["type|name|label", .. lines]).Errors;

        Assert.Equal(201, errors.Count);
        Assert.Equal("100 further messages are left out.", errors[^1].Text);
    }
}
