using System.Text;
using ServerlessRosa.Core.Forms;
using Xunit;
using static ServerlessRosa.Core.Tests.Forms.FormSamples;
using static ServerlessRosa.Core.Tests.Refusals;

namespace ServerlessRosa.Core.Tests.Forms;

[Clause("OR-159")]
public sealed class XFormVersionTests
{
    private static string Rewrite(string document, string version) =>
        Encoding.UTF8.GetString(XFormVersion.Rewrite(Utf8(document), version));

    private static string Document(string tag) =>
        "<?xml version=\"1.0\"?><!-- <html><head><model><instance><x version=\"c\"/> --><html version=\"h\"><head version='h'>"
        + "<title>é</title>"
        + "<model version='m'><itext><instance><x version='i'/></instance></itext><instance version='n'><![CDATA[<x "
        + $"version='d'>]]>{tag}</instance>"
        + "<instance><data version=\"second\"/></instance></model></head></html>\n";

    [Theory]
    [InlineData("<data id='f' version='1'/>", "<data id='f' version='2'/>")]
    [InlineData("<data id='f' version=\"1\"></data>", "<data id='f' version=\"2\"></data>")]
    [InlineData("<data version = '1'\r\n\tid='f'/>", "<data version = '2'\r\n\tid='f'/>")]
    [InlineData("<data id='f' version=''/>", "<data id='f' version='2'/>")]
    [InlineData("<data xmlns:o='u' id='f' o:version='1'/>", "<data xmlns:o='u' id='f' o:version='2'/>")]
    [InlineData("<data xmlns:o='u' id='f' o:version='1' version='0'/>", "<data xmlns:o='u' id='f' o:version='2' version='0'/>")]
    [InlineData("<data id='f' a=\"version='9' > =\" b='\"' version='1'/>", "<data id='f' a=\"version='9' > =\" b='\"' version='2'/>")]
    [InlineData(
        "<data id='f' my-version='0' versions='0' xmlns:version='u' version='1'/>",
        "<data id='f' my-version='0' versions='0' xmlns:version='u' version='2'/>"
    )]
    [InlineData("<data id='f' version='1&lt;'><version version='8'/></data>", "<data id='f' version='2'><version version='8'/></data>")]
    [InlineData("<data id='f' größe='é' version='ü'/>", "<data id='f' größe='é' version='2'/>")]
    [InlineData("<data id='f'/>", "<data version=\"2\" id='f'/>")]
    [InlineData("<data\r\n  id='f'>t</data>", "<data version=\"2\"\r\n  id='f'>t</data>")]
    [InlineData("<p:data xmlns:p='u' id='f'/>", "<p:data version=\"2\" xmlns:p='u' id='f'/>")]
    public void Only_the_version_of_the_primary_instance_changes(string before, string after) =>
        Assert.Equal(Document(after), Rewrite(Document(before), "2"));

    [Fact]
    public void The_form_of_the_specification_keeps_its_prefix() =>
        Assert.Equal(Vector.Replace("orx:version=\"3\"", "orx:version=\"2024-05\"", StringComparison.Ordinal), Rewrite(Vector, "2024-05"));

    [Theory]
    [InlineData("a\"b'c<d>&e")]
    [InlineData("tab\tline\nreturn\r.")]
    [InlineData(" blanks ")]
    [InlineData("é 🌳")]
    [InlineData("")]
    public void Any_text_can_be_a_version(string version)
    {
        Assert.Equal(version, XFormReader.Read(XFormVersion.Rewrite(Utf8(Document("<data id='f' version='1'/>")), version)).Version);
        Assert.Equal(version, XFormReader.Read(XFormVersion.Rewrite(Utf8(Document("<data id='f' version=\"1\"/>")), version)).Version);
        Assert.Equal(version, XFormReader.Read(XFormVersion.Rewrite(Utf8(Document("<data id='f'/>")), version)).Version);
    }

    [Fact]
    public void The_version_that_it_has_already_changes_nothing() => Assert.Equal(Utf8(Vector), XFormVersion.Rewrite(Utf8(Vector), "3"));

    [Fact]
    public void A_byte_order_mark_and_line_ends_are_kept()
    {
        byte[] document = [.. Encoding.UTF8.Preamble, .. Utf8(Vector.ReplaceLineEndings("\r\n"))];
        byte[] expected =
        [
            .. Encoding.UTF8.Preamble,
            .. Utf8(Vector.ReplaceLineEndings("\r\n").Replace("version=\"3\"", "version=\"4\"", StringComparison.Ordinal)),
        ];
        Assert.Equal(expected, XFormVersion.Rewrite(document, "4"));
    }

    [Fact]
    public void A_form_with_duplicate_elements_gets_its_version_on_the_effective_one() =>
        Assert.Equal(
            "<html><head/><head><model/><model><instance><d id='f' version='2'/></instance></model></head></html>",
            Rewrite("<html><head/><head><model/><model><instance><d id='f' version='1'/></instance></model></head></html>", "2")
        );

    [Fact]
    public void Latin_1_accepts_only_versions_that_it_can_encode()
    {
        var document = "<?xml version='1.0' encoding='iso-8859-1'?>" + Document("<data id='é' version='1'/>")[21..];
        Assert.Equal(
            Encoding.Latin1.GetBytes(document.Replace("id='é' version='1'", "id='é' version='2'", StringComparison.Ordinal)),
            XFormVersion.Rewrite(Encoding.Latin1.GetBytes(document), "2")
        );
        Expect(400.8, () => XFormVersion.Rewrite(Encoding.Latin1.GetBytes(document), "ü"));
    }

    [Fact]
    public void A_version_in_a_UTF_16_definition_is_refused() =>
        Expect(400.8, () => XFormVersion.Rewrite(Encoding.Unicode.GetBytes(Vector), "4"));

    [Theory]
    [InlineData("\0")]
    [InlineData("\u001B")]
    [InlineData("\uFFFF")]
    public void Characters_that_xml_forbids_are_refused(string version) => Expect(400.8, () => XFormVersion.Rewrite(Utf8(Vector), version));

    [Fact]
    public void An_unpaired_surrogate_is_refused() => Expect(400.8, () => XFormVersion.Rewrite(Utf8(Vector), "\uD83C"));

    [Fact]
    public void A_version_that_is_too_long_is_refused() => Expect(400.13, () => XFormVersion.Rewrite(Utf8(Vector), new string('1', 250)));
}
