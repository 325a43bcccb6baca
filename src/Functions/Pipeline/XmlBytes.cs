using System.Buffers;
using System.Globalization;
using System.Text;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>
/// Writes elements straight as UTF-8, as the writers of <see cref="XmlOut"/> would: for documents of thousands of like elements. The caller
/// sees to it that elements end and that names are names; texts are cleaned (<see cref="XmlOut.Text"/>) and escaped.
/// </summary>
public sealed class XmlBytes
{
    private const int Initial = 16 * 1024;
    private const int MaxTime = 40;
    private static readonly SearchValues<char> Escaped = SearchValues.Create("&<>\"");
    private static readonly SearchValues<char> EscapedSomewhere = SearchValues.Create("&<>\"\r\n\t");
    private readonly ArrayBufferWriter<byte> _bytes = new(Initial);
    private byte[] _name = [];
    private bool _isStartOpen;

    public int Length => _bytes.WrittenCount;

    public void Start(ReadOnlySpan<byte> name)
    {
        CloseStart();
        _bytes.Write("<"u8);
        _bytes.Write(name);
        _isStartOpen = true;
    }

    public void Start(string name) => Start(Utf8(name));

    /// <summary>An attribute of the element that was opened last, or the namespace that it declares.</summary>
    public void Attribute(ReadOnlySpan<byte> name, string text)
    {
        BeginAttribute(name);
        Write(text, inAttribute: true);
        _bytes.Write("\""u8);
    }

    public void Attribute(ReadOnlySpan<byte> name, int number)
    {
        BeginAttribute(name);
        Format(number, "D");
        _bytes.Write("\""u8);
    }

    /// <param name="format">Gives no character that would be escaped.</param>
    public void Attribute(ReadOnlySpan<byte> name, DateTime time, string format)
    {
        BeginAttribute(name);
        Format(time, format);
        _bytes.Write("\""u8);
    }

    /// <summary>Even if it is empty, the element is not one without content.</summary>
    public void Text(string text)
    {
        CloseStart();
        Write(text, inAttribute: false);
    }

    /// <param name="format">Gives no character that would be escaped.</param>
    public void Text(DateTime time, string format)
    {
        CloseStart();
        Format(time, format);
    }

    /// <summary>Ends the element with this name.</summary>
    public void End(ReadOnlySpan<byte> name)
    {
        if (_isStartOpen)
        {
            _bytes.Write(" />"u8);
            _isStartOpen = false;
            return;
        }
        _bytes.Write("</"u8);
        _bytes.Write(name);
        _bytes.Write(">"u8);
    }

    public void End(string name) => End(Utf8(name));

    public void Element(ReadOnlySpan<byte> name, string text)
    {
        Start(name);
        if (text.Length > 0)
        {
            Text(text);
        }
        End(name);
    }

    public void Element(string name, string text) => Element(Utf8(name), text);

    /// <summary>Writes on what there is.</summary>
    public void MoveTo(Stream output)
    {
        output.Write(_bytes.WrittenSpan);
        _bytes.ResetWrittenCount();
    }

    private void CloseStart()
    {
        if (_isStartOpen)
        {
            _bytes.Write(">"u8);
            _isStartOpen = false;
        }
    }

    // Valid until the next call.
    private ReadOnlySpan<byte> Utf8(string name)
    {
        var most = Encoding.UTF8.GetMaxByteCount(name.Length);
        if (_name.Length < most)
        {
            _name = new byte[most];
        }
        return _name.AsSpan(0, Encoding.UTF8.GetBytes(name, _name));
    }

    private void BeginAttribute(ReadOnlySpan<byte> name)
    {
        _bytes.Write(" "u8);
        _bytes.Write(name);
        _bytes.Write("=\""u8);
    }

    private void Format<T>(T value, string format)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(_bytes.GetSpan(MaxTime), out var written, format, CultureInfo.InvariantCulture);
        _bytes.Advance(written);
    }

    private void Write(string text, bool inAttribute)
    {
        // Most texts have nothing to escape.
        var rest = text.AsSpan();
        if (!XmlOut.IsPlain(rest) || rest.ContainsAny(Escaped))
        {
            rest = XmlOut.Text(text);
            while (rest.IndexOfAny(EscapedSomewhere) is >= 0 and var at)
            {
                Encoding.UTF8.GetBytes(rest[..at], _bytes);
                _bytes.Write(Reference(rest[at], inAttribute));
                rest = rest[(at + 1)..];
            }
        }
        Encoding.UTF8.GetBytes(rest, _bytes);
    }

    // A parser would change a line's end, and white space in an attribute.
    private static ReadOnlySpan<byte> Reference(char character, bool inAttribute) =>
        character switch
        {
            '&' => "&amp;"u8,
            '<' => "&lt;"u8,
            '>' => "&gt;"u8,
            '\r' => "&#xD;"u8,
            '"' => inAttribute ? "&quot;"u8 : "\""u8,
            '\n' => inAttribute ? "&#xA;"u8 : "\n"u8,
            _ => inAttribute ? "&#x9;"u8 : "\t"u8,
        };
}
