using System.Text;
using ServerlessRosa.Core.Xml;
using Xunit;
using static ServerlessRosa.Core.Tests.Refusals;

namespace ServerlessRosa.Core.Tests.Xml;

/// <summary>Names and references that the framework's reader does not take, and phones write.</summary>
public sealed class FifthEditionNamesTests
{
    private const string Smile = "\U0001F60A";

    [Theory]
    [InlineData("ስም"), InlineData("\U00020BB7"), InlineData("ඔබ"), InlineData("a\U00020BB7-1"), InlineData("ខ្មែរ")]
    public void Names_of_every_script_are_read(string name)
    {
        foreach (
            var document in new[] { $"<{name}/>", $"<a><{name}>é</{name}></a>", $"<p:{name} xmlns:p=\"urn:{name}\" p:{name}=\"1>0\"/>" }
        )
        {
            foreach (var encoding in new Encoding[] { new UTF8Encoding(false), new UnicodeEncoding(false, true) })
            {
                byte[] bytes = [.. encoding.Preamble, .. encoding.GetBytes(document)];
                Assert.Contains(
                    name,
                    SafeXml.Read(
                        bytes,
                        xml =>
                        {
                            var names = new List<string>();
                            do
                            {
                                names.Add(xml.LocalName);
                            } while (xml.Read());
                            return names;
                        }
                    )
                );
            }
        }
    }

    [Fact]
    public void Text_like_an_escape_beside_such_a_name_is_unchanged() =>
        Assert.Equal(
            ["ስም", "_x1235_", "_x", "x_x0041_"],
            SafeXml.Read(
                Utf8("<ስም><_x1235_/><_x/><x_x0041_/></ስም>"),
                xml =>
                {
                    var names = new List<string> { xml.LocalName };
                    while (xml.Read())
                    {
                        if (xml.NodeType == System.Xml.XmlNodeType.Element)
                            names.Add(xml.LocalName);
                    }
                    return names;
                }
            )
        );

    [Theory]
    [InlineData("<a\uFFFE/>"), InlineData("<\u2014/>"), InlineData("<ስም></ስ>"), InlineData("<ስም a='1' a='2'/>")]
    [InlineData("<\u0300ስ/>")]
    [InlineData("<ስም>&#55357;</ስም>"), InlineData("<ስ\u00D7/>")]
    public void What_is_no_name_is_refused(string document) => Expect(400.1, () => SafeXml.Read(Utf8(document), xml => xml.LocalName));

    [Theory]
    [InlineData("&#55357;&#56842;")]
    [InlineData("&#xD83D;&#xDE0A;")]
    [InlineData("&#x00d83d;&#56842;")]
    [InlineData("<![CDATA[]]>&#55357;&#56842;<!-- &#55357; -->")]
    public void Surrogate_pairs_are_joined_in_a_submission(string reference)
    {
        Assert.Equal($"a{Smile}b", SafeXml.Read(Utf8($"<a>a{reference}b</a>"), xml => xml.ReadTrimmedText()));
        Assert.Equal($"a{Smile}b", SafeXml.Read(Encoding.Unicode.GetBytes($"<a>a{reference}b</a>"), xml => xml.ReadTrimmedText()));
        Expect(400.1, () => SafeXml.Read(Utf8($"<a>a{reference}b</a>"), xml => xml.LocalName, isForm: true));
    }

    [Fact]
    public void Surrogate_pairs_are_joined_in_attributes_and_kept_in_CDATA()
    {
        Assert.Equal(Smile, SafeXml.Read(Utf8("<a b='&#55357;&#56842;'/>"), xml => xml.GetAttribute("b")));
        Assert.Equal("&#55357;&#56842;", SafeXml.Read(Utf8("<a><![CDATA[&#55357;&#56842;]]></a>"), xml => xml.ReadTrimmedText()));
    }

    [Theory]
    [InlineData("&#55357;"), InlineData("&#56842;"), InlineData("&#56842;&#55357;"), InlineData("&#55357; &#56842;")]
    [InlineData("&#55357;&#55357;&#56842;"), InlineData("&#xD83D;x"), InlineData("&#55357;&#"), InlineData("&#5535")]
    public void An_unpaired_surrogate_is_refused(string reference) =>
        Expect(400.1, () => SafeXml.Read(Utf8($"<a>{reference}</a>"), xml => xml.LocalName));
}
