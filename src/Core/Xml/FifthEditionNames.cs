using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

namespace ServerlessRosa.Core.Xml;

/// <summary>
/// Names of elements and attributes that the fifth edition of XML 1.0 allows and the framework's reader, made for an earlier one, does
/// not: those of scripts that Unicode has had only since (Ethiopic, Khmer, Sinhala), and of all above U+FFFF. They are escaped before
/// the document is read (`_x1235_`, as <see cref="XmlConvert"/> does), and <see cref="FifthEditionNamesReader"/> gives them back.
/// </summary>
internal static class FifthEditionNames
{
    private static readonly SearchValues<char> NameEnds = SearchValues.Create(" \t\r\n/>=");

    /// <summary>Whether a tag has such a name.</summary>
    public static bool IsIn(ReadOnlySpan<byte> tag) =>
        tag.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) >= 0 && IsIn(Encoding.UTF8.GetString(tag));

    public static bool IsIn(ReadOnlySpan<char> tag)
    {
        if (tag.IndexOfAnyExceptInRange('\0', '\u00FF') < 0)
            return false;
        foreach (var name in Names(tag))
        {
            foreach (var rune in tag[name].EnumerateRunes())
            {
                if (IsFifthEdition(rune))
                    return true;
            }
        }
        return false;
    }

    /// <summary>The document with all its names escaped.</summary>
    public static string Escape(string document, int maxTagLength)
    {
        var escaped = new StringBuilder(document.Length + 256);
        var tags = new TagScanner<ushort>(MemoryMarshal.Cast<char, ushort>(document.AsSpan()), maxTagLength);
        var copied = 0;
        while (tags.MoveNext())
        {
            var tag = document.AsSpan(tags.Start, tags.Tag.Length);
            foreach (var name in Names(tag))
            {
                var start = tags.Start + name.Start.Value;
                escaped.Append(document, copied, start - copied);
                Append(escaped, tag[name]);
                copied = tags.Start + name.End.Value;
            }
        }
        return escaped.Append(document, copied, document.Length - copied).ToString();
    }

    public static string Unescape(string name) => name.Contains("_x", StringComparison.Ordinal) ? XmlConvert.DecodeName(name)! : name;

    private static void Append(StringBuilder escaped, ReadOnlySpan<char> name)
    {
        var isStart = true;
        for (var i = 0; i < name.Length;)
        {
            Rune.DecodeFromUtf16(name[i..], out var rune, out var length);
            if (IsFifthEdition(rune) && (!isStart || MayStart(rune)))
                escaped.Append("_x").Append(rune.Value.ToString(rune.IsBmp ? "X4" : "X8", CultureInfo.InvariantCulture)).Append('_');
            else if (name[i..].StartsWith("_x"))
                escaped.Append("_x005F_");
            else
                escaped.Append(name.Slice(i, length));
            isStart = rune.Value == ':';
            i += length;
        }
    }

    private static bool IsFifthEdition(Rune rune) => MayContinue(rune) && (!rune.IsBmp || !XmlConvert.IsNCNameChar((char)rune.Value));

    private static bool MayStart(Rune rune) =>
        rune.Value
            is >= 0xF8
                and <= 0x2FF
                or >= 0x370
                and <= 0x37D
                or >= 0x37F
                and <= 0x1FFF
                or >= 0x200C
                and <= 0x200D
                or >= 0x2070
                and <= 0x218F
                or >= 0x2C00
                and <= 0x2FEF
                or >= 0x3001
                and <= 0xD7FF
                or >= 0xF900
                and <= 0xFDCF
                or >= 0xFDF0
                and <= 0xFFFD
                or >= 0x10000
                and <= 0xEFFFF;

    private static bool MayContinue(Rune rune) =>
        MayStart(rune) || rune.Value is 0xB7 or (>= 0x300 and <= 0x36F) or (>= 0x203F and <= 0x2040);

    /// <summary>The positions of the names of the element and its attributes in a tag.</summary>
    private static List<Range> Names(ReadOnlySpan<char> tag)
    {
        var names = new List<Range>();
        for (var at = tag.Length > 1 && tag[1] == '/' ? 2 : 1; at < tag.Length;)
        {
            var length = 1;
            if (tag[at] is '"' or '\'')
            {
                var value = tag[(at + 1)..].IndexOf(tag[at]);
                length = value < 0 ? tag.Length - at : value + 2;
            }
            else if (!NameEnds.Contains(tag[at]))
            {
                var name = tag[at..].IndexOfAny(NameEnds);
                length = name < 0 ? tag.Length - at : name;
                names.Add(at..(at + length));
            }
            at += length;
        }
        return names;
    }
}
