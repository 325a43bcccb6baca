using System.Text;
using System.Xml;

namespace ServerlessRosa.XlsForms;

/// <summary>Names as the reference accepts them (XF-054).</summary>
internal static class XmlName
{
    /// <summary>Whether the whole text is a name, which may have one prefix.</summary>
    public static bool IsName(string text)
    {
        var end = EndOfNcName(text, 0);
        if (end > 0 && end < text.Length && text[end] == ':')
        {
            var local = EndOfNcName(text, end + 1);
            return local > end + 1 && local == text.Length;
        }
        return end > 0 && end == text.Length;
    }

    /// <summary>Whether XML itself allows the name, which is a little more than the reference allows for questions.</summary>
    public static bool IsXmlName(string text) =>
        text.Split(':') is { Length: <= 2 } parts
        && Array.TrueForAll(parts, part => part.Length > 0 && XmlConvert.IsStartNCNameChar(part[0]) && part.All(XmlConvert.IsNCNameChar));

    public static bool IsNcName(string text) => text.Length > 0 && EndOfNcName(text, 0) == text.Length;

    /// <summary>Where a name without prefix that begins at `start` ends; `start` if none begins there.</summary>
    public static int EndOfNcName(string text, int start)
    {
        var at = start;
        while (at < text.Length && Rune.TryGetRuneAt(text, at, out var rune))
        {
            if (!(at == start ? IsStart(rune.Value) : IsPart(rune.Value)))
                break;
            at += rune.Utf16SequenceLength;
        }
        return at;
    }

    private static bool IsStart(int c) =>
        c < 0x80
            ? c is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or '_'
            : c
                is (>= 0xD8 and <= 0xF6)
                    or (>= 0xF8 and <= 0x2FF)
                    or (>= 0x370 and <= 0x37D)
                    or (>= 0x37F and <= 0x1FFF)
                    or 0x200C
                    or 0x200D
                    or (>= 0x2070 and <= 0x218F)
                    or (>= 0x2C00 and <= 0x2FEF)
                    or (>= 0x3001 and <= 0xD7FF)
                    or (>= 0xF900 and <= 0xFDCF)
                    or (>= 0xFDF0 and <= 0xFFFD)
                    or (>= 0x10000 and <= 0xEFFFF);

    private static bool IsPart(int c) =>
        IsStart(c) || c is '-' or '.' or (>= '0' and <= '9') or 0xB7 or (>= 0x300 and <= 0x36F) or (>= 0x203F and <= 0x2040);
}
