using System.Text;
using System.Xml;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Xml;
using Xunit;

namespace ServerlessRosa.Core.Tests.Xml;

/// <summary>What the fast reader finds in a document is what the framework's reader finds there.</summary>
public sealed class AcceptedXmlTests
{
    private static readonly string[] Pieces =
    [
        "<a>",
        "</a>",
        "<x:b xmlns:x='u'>",
        "</x:b>",
        "<c/>",
        "<d e=\"1>2\" f='&quot;/>'/>",
        "text",
        " é 😀 ",
        "&lt;&amp;&gt;&quot;&apos;",
        "&#13;&#x1F600;&#233;",
        "&#xD83D;&#xDE00;",
        "\r\n",
        "\r",
        "<!-- <a> -- -->",
        "<!-- <a> -->",
        "<![CDATA[<a>&amp;\r\n]]>",
        "<?target <a> ?>",
        "]]>",
        "\u2028\u0085\f",
        "<",
        "&",
    ];

    [Theory]
    [InlineData("utf-8", "")]
    [InlineData("utf-8", "\uFEFF")]
    [InlineData("utf-8", "<?xml version='1.0'?>")]
    [InlineData("utf-8", "\uFEFF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- é -->")]
    [InlineData("utf-16", "\uFEFF")]
    [InlineData("utf-16", "\uFEFF<?xml version='1.0' encoding='utf-16'?>")]
    [InlineData("utf-16BE", "\uFEFF")]
    [InlineData("iso-8859-1", "<?xml version='1.0' encoding='iso-8859-1'?>")]
    public void Encodings_and_beginnings(string encoding, string start) =>
        ShouldBeTheSame(Encoding.GetEncoding(encoding).GetBytes($"{start}<d v='&amp;é'>é&#8232;<n>\r\n1</n></d>\r\n<!-- end -->"));

    [Theory]
    [InlineData("<d encrypted='yes'/>", true)]
    [InlineData("<d a = 'encrypted=' x:encrypted\n=\n\"y&#101;s\"\t/>", true)]
    [InlineData("<d encrypted='no' x:encrypted='yes'/>", false)]
    [InlineData("<d xmlns:encrypted='yes'/>", false)]
    [InlineData("<d encrypted='yes '/>", false)]
    [InlineData("<d><encrypted>yes</encrypted></d>", false)]
    public void An_attribute_is_found_by_its_local_name(string xml, bool expected) =>
        Assert.Equal(expected, AcceptedXml.Open(Encoding.UTF8.GetBytes(xml)).FirstAttributeIs("encrypted"u8, "yes"));

    [Theory]
    [InlineData("text")]
    [InlineData("<d><a>")]
    [InlineData("<d><a")]
    [InlineData("<d><![CDATA[ ")]
    public void A_document_that_does_not_end_is_an_error(string xml) =>
        Assert.Throws<XmlException>(() =>
        {
            var reader = AcceptedXml.Open(Encoding.UTF8.GetBytes(xml));
            while (reader.Read()) { }
        });

    [Fact]
    public void Random_documents()
    {
        var random = new Random(7);
        var accepted = 0;
        for (var i = 0; i < 30_000; i++)
        {
            var pieces = Enumerable.Range(0, random.Next(12)).Select(_ => Pieces[random.Next(Pieces.Length)]);
            accepted += ShouldBeTheSame(Encoding.UTF8.GetBytes($"<root>{string.Concat(pieces)}</root>")) ? 1 : 0;
        }
        Assert.True(accepted > 500, $"{accepted} of the documents are well-formed.");
    }

    [Fact]
    public void The_corpus()
    {
        foreach (var folder in new[] { "commcare", "xforms" })
        {
            foreach (var file in Corpus.Files(folder))
            {
                ShouldBeTheSame(File.ReadAllBytes(file));
            }
        }
    }

    private static bool ShouldBeTheSame(byte[] document)
    {
        List<string> expected;
        try
        {
            expected = SafeXml.Read(document, Tokens);
        }
        catch (ProblemException)
        {
            return false; // It is refused when it is received.
        }
        Assert.Equal(expected, Tokens(AcceptedXml.Open(document)));
        return true;
    }

    private static List<string> Tokens(XmlReader xml)
    {
        var (found, text) = (new List<string>(), new StringBuilder());
        do
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    Add(found, text, $"<{xml.LocalName}{(xml.IsEmptyElement ? "/" : "")}>");
                    break;
                case XmlNodeType.EndElement:
                    Add(found, text, "</>");
                    break;
                default:
                    text.Append(xml.IsText() && xml.Depth > 0 ? xml.Value : "");
                    break;
            }
        } while (xml.Read());
        return found;
    }

    private static List<string> Tokens(AcceptedXml xml)
    {
        var (found, text) = (new List<string>(), new StringBuilder());
        do
        {
            if (xml.Token == XmlToken.Text)
            {
                text.Append(xml.GetText());
            }
            else
            {
                var name = xml.Token == XmlToken.End ? "/" : Encoding.UTF8.GetString(xml.LocalName);
                Add(found, text, $"<{name}{(xml.Token == XmlToken.Empty ? "/" : "")}>");
            }
        } while (xml.Read());
        return found;
    }

    private static void Add(List<string> found, StringBuilder text, string tag)
    {
        found.Add(text.ToString());
        found.Add(tag);
        text.Clear();
    }
}
