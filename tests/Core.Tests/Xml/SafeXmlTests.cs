using System.Diagnostics;
using System.Text;
using System.Xml;
using ServerlessRosa.Core.Xml;
using Xunit;
using static ServerlessRosa.Core.Tests.Refusals;

namespace ServerlessRosa.Core.Tests.Xml;

public sealed class SafeXmlTests
{
    private static string Root(ReadOnlyMemory<byte> document) => SafeXml.Read(document, xml => xml.LocalName);

    [Theory, Clause("OR-153")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("hello")]
    [InlineData("<a>")]
    [InlineData("<a><b></a></b>")]
    [InlineData("<a b=1/>")]
    [InlineData("<a b=\"1/>")]
    [InlineData("<a/><b/>")]
    [InlineData("<a/>junk")]
    [InlineData("<a></a><!-- open")]
    [InlineData("<a><![CDATA[</a>")]
    [InlineData("<p:a/>")]
    [InlineData("<a>&nothing;</a>")]
    [InlineData("<a>&#1;</a>")]
    [InlineData("<a>\u0001</a>")]
    [InlineData("<a b=\"1\" b=\"2\"/>")]
    public void What_is_not_well_formed_is_refused(string document) => Expect(400.1, () => Root(Utf8(document)));

    [Theory, Clause("OR-154")]
    [InlineData("<!DOCTYPE a><a/>")]
    [InlineData("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>")]
    [InlineData("<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><a>&e;</a>")]
    [InlineData("<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>")]
    public void A_document_type_is_refused(string document) => Expect(400.1, () => Root(Utf8(document)));

    [Fact]
    public void The_refusal_says_where_the_document_breaks()
    {
        var problem = Expect(400.1, () => Root(Utf8("<a>\n  <b></c>\n</a>")));
        Assert.Contains("line 2, column 8", problem.Message, StringComparison.Ordinal);
        Assert.StartsWith("Could not parse the given data (18 chars) as xml", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<a>\u0001</a>")]
    [InlineData("<a>&#xFFFF;</a>")]
    [InlineData("<a\uFFFE/>")]
    public void The_reason_of_a_refusal_can_be_written_as_xml(string document) =>
        XmlConvert.VerifyXmlChars(Expect(400.1, () => Root(Utf8(document))).Message);

    [Fact]
    public void The_reason_of_a_refusal_is_short_even_when_the_names_are_not() =>
        Assert.InRange(Expect(400.1, () => Root(Utf8($"<a><{new string('b', 100_000)}></a>"))).Message.Length, 1, 500);

    [Theory]
    [InlineData(new byte[] { (byte)'<', (byte)'a', (byte)'>', 0xC3, 0x28, (byte)'<', (byte)'/', (byte)'a', (byte)'>' })]
    [InlineData(new byte[] { (byte)'<', (byte)'a', (byte)'>', 0xFF, (byte)'<', (byte)'/', (byte)'a', (byte)'>' })]
    [InlineData(new byte[] { (byte)'<', (byte)'a', (byte)'>', 0xED, 0xA0, 0x80, (byte)'<', (byte)'/', (byte)'a', (byte)'>' })]
    [InlineData(
        new byte[] { 0xFF, 0xFE, (byte)'<', 0, (byte)'a', 0, (byte)'>', 0, 0, 0xD8, (byte)'<', 0, (byte)'/', 0, (byte)'a', 0, (byte)'>', 0 }
    )]
    public void Invalid_encodings_are_refused(byte[] document) => Expect(400.1, () => Root(document));

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public void Utf_16_is_read_with_and_without_a_byte_order_mark(bool bigEndian, bool mark)
    {
        var encoding = new UnicodeEncoding(bigEndian, mark);
        byte[] document = [.. encoding.GetPreamble(), .. encoding.GetBytes("<?xml version=\"1.0\" encoding=\"utf-16\"?><a x=\"é>\">ü</a>")];
        Assert.Equal("ü", SafeXml.Read(document, xml => xml.ReadTrimmedText()));
    }

    [Fact]
    public void A_utf_8_byte_order_mark_is_skipped() => Assert.Equal("a", Root((byte[])[.. Encoding.UTF8.Preamble, .. "<a/>"u8]));

    [Fact]
    public void Latin_1_is_read_when_declared() =>
        Assert.Equal(
            "é",
            SafeXml.Read(Encoding.Latin1.GetBytes("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>é</a>"), xml => xml.ReadTrimmedText())
        );

    [Theory]
    [InlineData("utf-32")]
    [InlineData("utf-7")]
    [InlineData("windows-1252")]
    [InlineData("ebcdic-cp-us")]
    [InlineData("utf-16")]
    [InlineData("no-such-encoding")]
    public void Other_declared_encodings_are_refused(string encoding) =>
        Expect(400.1, () => Root(Utf8($"<?xml version=\"1.0\" encoding=\"{encoding}\"?><a/>")));

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public void Utf_32_is_refused(bool bigEndian, bool mark)
    {
        var encoding = new UTF32Encoding(bigEndian, mark);
        Expect(400.1, () => Root((byte[])[.. encoding.GetPreamble(), .. encoding.GetBytes("<a/>")]));
    }

    [Fact]
    public void A_depth_of_512_is_read() => Assert.Equal("a", Root(Nested(512)));

    [Theory]
    [InlineData(513)]
    [InlineData(100_000)]
    [InlineData(2_000_000)]
    public void A_deeper_document_is_refused_at_once(int depth)
    {
        var document = Nested(depth);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        Expect(400.1, () => Root(document));
        Assert.InRange(watch.ElapsedMilliseconds, 0, 5_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void A_deep_document_in_utf_16_is_refused_too() =>
        Expect(400.1, () => Root(Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(Nested(600)))));

    [Fact]
    public void Many_siblings_are_not_deep() =>
        Assert.Equal(
            "a",
            Root(Utf8($"<a>{string.Concat(Enumerable.Repeat("<b/><c x='/'>&gt;</c><!-- <d> --><![CDATA[<e>]]><?f <g> ?>", 2_000))}</a>"))
        );

    [Fact]
    public void A_tag_with_a_million_attributes_is_refused_at_once()
    {
        var document = Utf8($"<a {string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $"a{i}='' "))}/>");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var problem = Expect(400.1, () => Root(document));
        Assert.Contains("longer than", problem.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void A_document_with_a_new_name_for_every_element_is_refused_before_it_fills_the_memory()
    {
        var document = Utf8($"<r>{string.Concat(Enumerable.Range(0, 1_000_000).Select(i => $"<n{i}/>"))}</r>");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("names", Expect(400.1, () => Root(document)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
    }

    [Fact]
    public void A_form_with_twenty_thousand_names_is_read() =>
        Assert.Equal("r", Root(Utf8($"<r>{string.Concat(Enumerable.Range(0, 20_000).Select(i => $"<n{i} a{i}=''/>"))}</r>")));

    [Fact]
    public void A_long_value_is_no_long_tag() =>
        Assert.Equal(
            1_000_000,
            SafeXml.Read(Utf8($"<a><!--{new string('<', 300_000)}-->{new string('x', 1_000_000)}</a>"), xml => xml.ReadTrimmedText().Length)
        );

    [Theory]
    [InlineData("<a> x </a>", "x")]
    [InlineData("<a> x y </a>", "x y")]
    [InlineData("<a>x<!-- c --> <!-- c -->y</a>", "x y")]
    [InlineData("<a>x<![CDATA[ <y> ]]>z</a>", "x <y> z")]
    [InlineData("<a>&amp;&#65;<b>no</b>c</a>", "&Ac")]
    [InlineData("<a/>", "")]
    [InlineData("<a></a>", "")]
    [InlineData("<a> \n </a>", "")]
    public void A_value_is_decoded_joined_and_trimmed(string document, string value) =>
        Assert.Equal(value, SafeXml.Read(Utf8(document), xml => xml.ReadTrimmedText()));

    [Theory]
    [InlineData("<a v='1'/>", "1")]
    [InlineData("<a xmlns:p='u' p:v='2'/>", "2")]
    [InlineData("<a xmlns:p='u' p:v='2' v='1'/>", "2")]
    [InlineData("<a xmlns:v='3'/>", null)]
    [InlineData("<a xml:v='3'/>", null)]
    [InlineData("<a/>", null)]
    public void An_attribute_is_found_by_its_local_name(string document, string? value) =>
        Assert.Equal(value, SafeXml.Read(Utf8(document), xml => xml.FirstAttribute("v")));

    [Fact]
    public void Children_are_visited_whatever_was_read_of_the_one_before()
    {
        var names = SafeXml.Read(
            Utf8("<r> <a><x/>t<x/></a><b/><c>t</c>t<d><x/></d><e/></r>"),
            xml =>
            {
                var seen = new List<string>();
                var children = xml.Children();
                while (children.MoveNext())
                {
                    seen.Add(xml.LocalName);
                    if (xml.LocalName == "a")
                        xml.Read();
                    if (xml.LocalName is "b" or "c" or "d")
                        xml.ReadTrimmedText();
                }
                Assert.False(children.MoveNext());
                return string.Concat(seen);
            }
        );
        Assert.Equal("abcde", names);
    }

    [Fact]
    public void An_empty_tag_has_no_children_and_its_siblings_are_left_alone() =>
        Assert.Equal(
            "a",
            SafeXml.Read(
                Utf8("<r><a/><b/></r>"),
                xml =>
                {
                    var children = xml.Children();
                    Assert.True(children.MoveNext());
                    var grandchildren = xml.Children();
                    Assert.False(grandchildren.MoveNext());
                    return xml.LocalName;
                }
            )
        );

    private static byte[] Nested(int depth) =>
        Utf8(new StringBuilder(depth * 7).Insert(0, "<a>", depth).Insert(depth * 3, "</a>", depth).ToString());
}
