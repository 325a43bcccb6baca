using System.Buffers;
using System.Globalization;
using System.Text;
using System.Xml;

namespace ServerlessRosa.Core.Xml;

internal enum XmlToken
{
    Start,
    Empty,
    End,
    Text,
}

/// <summary>
/// Reads elements and text of a document that <see cref="SafeXml"/> has accepted before, straight from its UTF-8 bytes. For such a document
/// it finds what <see cref="XmlReader"/> does; nothing is checked again but that all elements end. A class, so that an iterator can hold
/// it.
/// </summary>
internal sealed class AcceptedXml
{
    private static readonly SearchValues<byte> NameEnd = SearchValues.Create(" \t\r\n/>"u8);

    private readonly ReadOnlyMemory<byte> _document;
    private Range _name;
    private Range _text;
    private bool _isRaw;
    private int _next;

    private AcceptedXml(ReadOnlyMemory<byte> document) => _document = document;

    public XmlToken Token { get; private set; }

    /// <summary>How many elements are open, with the one that a start tag has opened.</summary>
    public int Depth { get; private set; }

    /// <summary>Of a start tag or an empty one: its name without prefix.</summary>
    public ReadOnlySpan<byte> LocalName => _document.Span[_name];

    /// <summary>A reader on the root element's tag. Another encoding than UTF-8 is converted first.</summary>
    /// <exception cref="XmlException">The document is not well-formed: it was never accepted.</exception>
    public static AcceptedXml Open(ReadOnlyMemory<byte> document)
    {
        var xml = new AcceptedXml(IsUtf8(document.Span) ? document : Convert(document));
        if (!xml.Read() || xml.Token is not (XmlToken.Start or XmlToken.Empty))
        {
            throw new XmlException("There is no root element.");
        }
        return xml;
    }

    /// <summary>The next tag or piece of text; false after the root element.</summary>
    /// <exception cref="XmlException">An element does not end.</exception>
    public bool Read()
    {
        var document = _document.Span;
        while (_next < document.Length)
        {
            var rest = document[_next..];
            if (rest[0] != '<')
            {
                var length = rest.IndexOf((byte)'<');
                if (IsText(_next, length < 0 ? rest.Length : length, 0, isRaw: false))
                {
                    return true;
                }
            }
            else if (rest.StartsWith("<!--"u8))
            {
                _next += 4 + LengthBefore("-->"u8, rest[4..]) + 3;
            }
            else if (rest.StartsWith("<?"u8))
            {
                _next += 2 + LengthBefore("?>"u8, rest[2..]) + 2;
            }
            else if (rest.StartsWith("<![CDATA["u8))
            {
                if (IsText(_next + 9, LengthBefore("]]>"u8, rest[9..]), 3, isRaw: true))
                {
                    return true;
                }
            }
            else
            {
                ReadTag(rest);
                return true;
            }
        }
        return Depth == 0 ? false : throw new XmlException("An element does not end.");
    }

    /// <summary>Of the current piece of text, with its references resolved and its line ends normalised.</summary>
    public string GetText()
    {
        var text = _document.Span[_text];
        return text.ContainsAny((byte)'&', (byte)'\r') ? Resolve(text, _isRaw) : Encoding.UTF8.GetString(text);
    }

    /// <summary>Whether the current start tag has an attribute with this local name, and its first one has this value.</summary>
    public bool FirstAttributeIs(ReadOnlySpan<byte> localName, string value)
    {
        var at = _document.Span[_name.End.Value.._next];
        while (at.IndexOf((byte)'=') is > 0 and var equals)
        {
            var name = at[..equals].Trim(" \t\r\n"u8);
            var quoted = at[(equals + 1)..].TrimStart(" \t\r\n"u8);
            var content = quoted[1..(1 + LengthBefore(quoted[..1], quoted[1..]))];
            if (LocalOf(name).SequenceEqual(localName) && !name.StartsWith("xmlns:"u8) && !name.StartsWith("xml:"u8))
            {
                return Resolve(content, isRaw: false) == value;
            }
            at = quoted[(content.Length + 2)..];
        }
        return false;
    }

    private bool IsText(int start, int length, int endLength, bool isRaw)
    {
        (_text, _isRaw, _next, Token) = (start..(start + length), isRaw, start + length + endLength, XmlToken.Text);
        return Depth > 0;
    }

    private void ReadTag(ReadOnlySpan<byte> rest)
    {
        var end = 1;
        while (true)
        {
            end += rest[end..].IndexOfAny((byte)'>', (byte)'"', (byte)'\'') is >= 0 and var step ? step : throw Endless();
            if (rest[end] == '>')
            {
                break;
            }
            end += LengthBefore(rest.Slice(end, 1), rest[(end + 1)..]) + 2;
        }
        if (rest[1] == '/')
        {
            Token = XmlToken.End;
            Depth--;
        }
        else
        {
            var name = rest[1..(1 + rest[1..].IndexOfAny(NameEnd))];
            var local = LocalOf(name).Length;
            _name = (_next + 1 + name.Length - local)..(_next + 1 + name.Length);
            Token = rest[end - 1] == '/' ? XmlToken.Empty : XmlToken.Start;
            Depth += Token == XmlToken.Start ? 1 : 0;
        }
        _next += end + 1;
    }

    private static ReadOnlySpan<byte> LocalOf(ReadOnlySpan<byte> name) => name[(name.IndexOf((byte)':') + 1)..];

    private static int LengthBefore(ReadOnlySpan<byte> end, ReadOnlySpan<byte> text) =>
        text.IndexOf(end) is >= 0 and var length ? length : throw Endless();

    private static XmlException Endless() => new("A tag, a comment or a section does not end.");

    private static string Resolve(ReadOnlySpan<byte> bytes, bool isRaw)
    {
        // A line end that is written as a reference stays as it is.
        var text = Encoding.UTF8.GetString(bytes).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (isRaw || !text.Contains('&', StringComparison.Ordinal))
        {
            return text;
        }
        var resolved = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var reference = text.IndexOf('&', at);
            var end = reference < 0 ? text.Length : reference;
            resolved.Append(text, at, end - at);
            if (reference < 0)
            {
                break;
            }
            at = text.IndexOf(';', reference) + 1;
            Append(resolved, text.AsSpan(reference + 1, at - reference - 2));
        }
        return resolved.ToString();
    }

    // Of a character beyond the first 65,536, old phones write two references, one for each half.
    private static void Append(StringBuilder text, ReadOnlySpan<char> reference)
    {
        if (reference[0] != '#')
        {
            text.Append(
                reference switch
                {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    "apos" => '\'',
                    _ => throw new XmlException("An entity is not declared."),
                }
            );
            return;
        }
        var code =
            reference[1] == 'x'
                ? int.Parse(reference[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : int.Parse(reference[1..], NumberStyles.None, CultureInfo.InvariantCulture);
        if (code > char.MaxValue)
        {
            text.Append(char.ConvertFromUtf32(code));
        }
        else
        {
            text.Append((char)code);
        }
    }

    private static bool IsUtf8(ReadOnlySpan<byte> document)
    {
        var start = document.StartsWith("\uFEFF"u8) ? document[3..] : document;
        if (start.Length < 2 || start[0] == 0 || start[1] == 0 || start[0] >= 0xFE)
        {
            return false;
        }
        var declaration = start.StartsWith("<?xml"u8) ? start[..(start.IndexOf("?>"u8) + 1)] : [];
        return declaration.IndexOf("encoding"u8) < 0 || declaration.IndexOf("\"UTF-8\""u8) >= 0 || declaration.IndexOf("\"utf-8\""u8) >= 0;
    }

    private static byte[] Convert(ReadOnlyMemory<byte> document)
    {
        using var bytes = new MemoryStream();
        var settings = new XmlWriterSettings
        {
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            CheckCharacters = false,
            NewLineHandling = NewLineHandling.Entitize,
            OmitXmlDeclaration = true,
        };
        using (var xml = SafeXml.Open(document))
        using (var writer = XmlWriter.Create(bytes, settings))
        {
            writer.WriteNode(xml, defattr: true);
        }
        return bytes.ToArray();
    }
}
