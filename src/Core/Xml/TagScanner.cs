using System.Numerics;

namespace ServerlessRosa.Core.Xml;

internal enum TagKind
{
    Start,
    Empty,
    End,
}

/// <summary>
/// Finds the tags of an XML document in its raw bytes (or UTF-16 chars); skips comments, CDATA sections and processing instructions. For a
/// well-formed document it finds the same tags as <see cref="System.Xml.XmlReader"/>. It stops at the first malformed construct, where the
/// reader refuses the document. It neither copies nor decodes.
/// </summary>
internal ref struct TagScanner<T>(ReadOnlySpan<T> document, int maxTagLength)
    where T : unmanaged, INumberBase<T>
{
    private static readonly T[] _commentStart = Literal("<!--"),
        _commentEnd = Literal("-->");
    private static readonly T[] _cdataStart = Literal("<![CDATA["),
        _cdataEnd = Literal("]]>");
    private static readonly T[] _instructionStart = Literal("<?"),
        _instructionEnd = Literal("?>");
    private static readonly T[] _declarationStart = Literal("<!");
    private static readonly T _less = Unit('<'),
        _greater = Unit('>'),
        _slash = Unit('/'),
        _quote = Unit('"'),
        _apostrophe = Unit('\'');

    private readonly ReadOnlySpan<T> _document = document;
    private int _next;

    /// <summary>The position of the current tag's &lt;.</summary>
    public int Start { get; private set; }

    public TagKind Kind { get; private set; }

    /// <summary>The current tag, from &lt; to &gt;.</summary>
    public readonly ReadOnlySpan<T> Tag => _document[Start.._next];

    /// <summary>Whether the scanner stopped at a tag longer than the limit.</summary>
    public bool TagTooLong { get; private set; }

    public bool MoveNext()
    {
        while (true)
        {
            var gap = _document[_next..].IndexOf(_less);
            if (gap < 0)
                return false;
            Start = _next + gap;
            var rest = _document[Start..];
            if (rest.StartsWith(_commentStart))
            {
                if (!SkipTo(_commentEnd, _commentStart.Length))
                    return false;
            }
            else if (rest.StartsWith(_cdataStart))
            {
                if (!SkipTo(_cdataEnd, _cdataStart.Length))
                    return false;
            }
            else if (rest.StartsWith(_instructionStart))
            {
                if (!SkipTo(_instructionEnd, _instructionStart.Length))
                    return false;
            }
            else
            {
                // Any other "<!" is a document type declaration, which the reader refuses.
                return !rest.StartsWith(_declarationStart) && TakeTag(rest);
            }
        }
    }

    internal static T Unit(char character) => T.CreateTruncating((ushort)character);

    private bool SkipTo(ReadOnlySpan<T> end, int from)
    {
        var length = _document[(Start + from)..].IndexOf(end);
        if (length < 0)
            return false;
        _next = Start + from + length + end.Length;
        return true;
    }

    private bool TakeTag(ReadOnlySpan<T> rest)
    {
        var window = rest.Length > maxTagLength ? rest[..maxTagLength] : rest;
        var at = 1;
        while (true)
        {
            var step = window[at..].IndexOfAny(_greater, _quote, _apostrophe);
            if (step < 0)
                break;
            at += step;
            if (window[at] == _greater)
            {
                _next = Start + at + 1;
                Kind =
                    window[1] == _slash ? TagKind.End
                    : window[at - 1] == _slash ? TagKind.Empty
                    : TagKind.Start;
                return true;
            }
            var value = window[(at + 1)..].IndexOf(window[at]);
            if (value < 0)
                break;
            at += value + 2;
        }
        TagTooLong = window.Length < rest.Length;
        return false;
    }

    private static T[] Literal(string text) => [.. text.Select(Unit)];
}
