using System.Numerics;

namespace ServerlessRosa.Core.Xml;

/// <summary>
/// Phones with a JavaRosa from before 2022 write a character above U+FFFF as two numeric references, one for each half of its surrogate
/// pair (`&amp;#55357;&amp;#56842;`). No parser but theirs takes that. Here the two become one reference of the same length, so that
/// positions in the document stay what they are. A half alone is left for the reader to refuse.
/// </summary>
internal static class SurrogateReferences
{
    private const int MaxLength = 32;

    /// <summary>The document with the pairs joined; null when there are none.</summary>
    public static T[]? Join<T>(ReadOnlySpan<T> document)
        where T : unmanaged, INumberBase<T>
    {
        T[]? joined = null;
        var (ampersand, less) = (TagScanner<T>.Unit('&'), TagScanner<T>.Unit('<'));
        for (var at = 0; at < document.Length;)
        {
            var step = document[at..].IndexOfAny(ampersand, less);
            if (step < 0)
                break;
            at += step;
            var rest = document[at..];
            if (rest[0] == less)
            {
                at += SectionLength(rest);
            }
            else if (
                Read(rest) is ( >= 0xD800 and < 0xDC00, var first) high
                && Read(rest[first..]) is ( >= 0xDC00 and < 0xE000, var second) low
            )
            {
                joined ??= document.ToArray();
                Write(joined.AsSpan(at, first + second), char.ConvertToUtf32((char)high.Value, (char)low.Value));
                at += first + second;
            }
            else
            {
                at++;
            }
        }
        return joined;
    }

    // Nothing is a reference in a comment, a CDATA section or a processing instruction.
    private static int SectionLength<T>(ReadOnlySpan<T> rest)
        where T : unmanaged, INumberBase<T>
    {
        var (start, end) =
            Starts(rest, "<!--") ? ("<!--", "-->")
            : Starts(rest, "<![CDATA[") ? ("<![CDATA[", "]]>")
            : Starts(rest, "<?") ? ("<?", "?>")
            : ("", "");
        if (start.Length == 0)
            return 1;
        var length = IndexOf(rest[start.Length..], end);
        return length < 0 ? rest.Length : start.Length + length + end.Length;
    }

    private static bool Starts<T>(ReadOnlySpan<T> text, string with)
        where T : unmanaged, INumberBase<T>
    {
        if (text.Length < with.Length)
            return false;
        for (var i = 0; i < with.Length; i++)
        {
            if (text[i] != TagScanner<T>.Unit(with[i]))
                return false;
        }
        return true;
    }

    private static int IndexOf<T>(ReadOnlySpan<T> text, string end)
        where T : unmanaged, INumberBase<T>
    {
        Span<T> units = stackalloc T[end.Length];
        for (var i = 0; i < end.Length; i++)
            units[i] = TagScanner<T>.Unit(end[i]);
        return text.IndexOf(units);
    }

    private static (int Value, int Length) Read<T>(ReadOnlySpan<T> text)
        where T : unmanaged, INumberBase<T>
    {
        if (!Starts(text, "&#"))
            return (-1, 0);
        var isHex = text.Length > 2 && text[2] == TagScanner<T>.Unit('x');
        var (value, from) = (0, isHex ? 3 : 2);
        for (var i = from; i < Math.Min(text.Length, MaxLength) && value <= 0xFFFF; i++)
        {
            var unit = int.CreateTruncating(text[i]);
            if (unit == ';')
                return i > from ? (value, i + 1) : (-1, 0);
            var digit =
                char.IsAsciiDigit((char)unit) ? unit - '0'
                : isHex && char.IsAsciiHexDigit((char)unit) ? (unit | 0x20) - 'a' + 10
                : -1;
            if (digit < 0 || unit > 0x7F)
                break;
            value = (value * (isHex ? 16 : 10)) + digit;
        }
        return (-1, 0);
    }

    // Two references take 14 characters at least, so that one always fits, with zeros before it.
    private static void Write<T>(Span<T> place, int character)
        where T : unmanaged, INumberBase<T>
    {
        place[0] = TagScanner<T>.Unit('&');
        place[1] = TagScanner<T>.Unit('#');
        place[2] = TagScanner<T>.Unit('x');
        place[^1] = TagScanner<T>.Unit(';');
        for (var i = place.Length - 2; i > 2; i--)
        {
            place[i] = TagScanner<T>.Unit("0123456789ABCDEF"[character & 0xF]);
            character >>= 4;
        }
    }
}
