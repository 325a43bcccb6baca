using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Xml;

/// <summary>
/// The only factory of <see cref="XmlReader"/>. DTDs, entities and resolvers are disabled (OR-154), and documents that are not well-formed
/// are refused with 400.1 (OR-153, OR-194).
/// </summary>
public static class SafeXml
{
    /// <summary>The maximum depth of elements. Real forms stay under 30 levels.</summary>
    public const int MaxDepth = 512;

    /// <summary>
    /// The maximum length of a tag in characters. A tag with a million attributes is a small upload, but <see cref="XmlReader"/> would use
    /// hundreds of megabytes for it. The largest attribute in use, an XPath expression, has a few kilobytes.
    /// </summary>
    public const int MaxTagLength = 256 * 1024;

    private const int MaxReasonLength = 300;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads a whole document. <paramref name="read"/> gets the reader on the root element and may leave it anywhere; the remainder is read
    /// afterwards, so that a result is returned only for a document that is well-formed to the end.
    /// </summary>
    /// <param name="isForm">A form definition: it goes to phones as it came, so what only old phones write is refused in it.</param>
    public static T Read<T>(ReadOnlyMemory<byte> document, Func<XmlReader, T> read, bool isForm = false)
    {
        try
        {
            using var xml = Open(document, isForm);
            var result = read(xml);
            while (xml.Read())
            {
                // The remainder must be well-formed too.
            }
            return result;
        }
        catch (XmlException e)
        {
            throw Malformed(document, e);
        }
    }

    /// <summary>
    /// A reader on the root element, which preserves whitespace. The caller converts a later <see cref="XmlException"/> into a Problem with
    /// <see cref="Malformed"/>; <see cref="Read{T}"/> does both.
    /// </summary>
    public static XmlReader Open(ReadOnlyMemory<byte> document, bool isForm = false) => Open(document, new BoundedNames(), isForm);

    /// <summary>The same, with the table that the reader adds names to.</summary>
    internal static XmlReader Open(ReadOnlyMemory<byte> document, BoundedNames names, bool isForm = false)
    {
        try
        {
            return IsUtf16(document.Span, out var bigEndian)
                ? OpenUtf16(document, names, bigEndian, isForm)
                : OpenBytes(document, names, isForm);
        }
        catch (XmlException e)
        {
            throw Malformed(document, e);
        }
    }

    /// <summary>The refusal (400.1) of a document that is not well-formed, with line and column.</summary>
    public static ProblemException Malformed(ReadOnlyMemory<byte> document, XmlException cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        // The framework's message quotes arbitrary content, and the reason must be valid in an XML answer.
        var text = new StringBuilder(Math.Min(cause.Message.Length, MaxReasonLength));
        foreach (var character in cause.Message.AsSpan(0, Math.Min(cause.Message.Length, MaxReasonLength)))
            text.Append(char.IsControl(character) || !XmlConvert.IsXmlChar(character) ? '?' : character);
        var place =
            cause.LineNumber == 0
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $"line {cause.LineNumber}, column {cause.LinePosition}: ");
        return Problem.UnparseableXml(document.Length, place + text).AsException(cause);
    }

    private static XmlReaderSettings Settings(BoundedNames names) =>
        new()
        {
            NameTable = names,
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            CloseInput = true,
        };

    private static XmlReader OpenBytes(ReadOnlyMemory<byte> document, BoundedNames names, bool isForm)
    {
        if (document.Span[..Math.Min(4, document.Length)].IndexOf("\0\0"u8) >= 0)
            throw Refused(document, "its encoding is not supported; send UTF-8.");
        if (Guard(document, document.Span, FifthEditionNames.IsIn) && TryDecode(document) is { } text)
            return OpenText(document, text, names, isForm);
        if (!isForm && SurrogateReferences.Join(document.Span) is { } joined)
            document = joined;
        var stream = MemoryMarshal.TryGetArray(document, out var bytes)
            ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
            : new MemoryStream(document.ToArray(), writable: false);
        var xml = XmlReader.Create(stream, Settings(names));
        xml.Read();
        // In another encoding, such as UTF-32, the reader would see other tags than those that were checked.
        if (xml.NodeType == XmlNodeType.XmlDeclaration && xml.GetAttribute("encoding") is { } encoding && !IsAsciiCompatible(encoding))
            throw Refused(document, "its encoding is not supported; send UTF-8.");
        xml.MoveToContent();
        return xml;
    }

    private static XmlReader OpenUtf16(ReadOnlyMemory<byte> document, BoundedNames names, bool bigEndian, bool isForm)
    {
        string text;
        try
        {
            text = new UnicodeEncoding(bigEndian, byteOrderMark: false, throwOnInvalidBytes: true).GetString(document.Span);
        }
        catch (DecoderFallbackException e)
        {
            throw Problem.UnparseableXml(document.Length, "it is not valid UTF-16.").AsException(e);
        }
        return OpenText(document, text.TrimStart('\uFEFF'), names, isForm);
    }

    private static XmlReader OpenText(ReadOnlyMemory<byte> document, string text, BoundedNames names, bool isForm)
    {
        var units = MemoryMarshal.Cast<char, ushort>(text.AsSpan());
        var hasFifthEditionNames = Guard(document, units, tag => FifthEditionNames.IsIn(MemoryMarshal.Cast<ushort, char>(tag)));
        if (!isForm && SurrogateReferences.Join(units) is { } joined)
            text = new string(MemoryMarshal.Cast<ushort, char>(joined));
        if (hasFifthEditionNames)
            text = FifthEditionNames.Escape(text, MaxTagLength);
        var xml = XmlReader.Create(new StringReader(text), Settings(names));
        if (hasFifthEditionNames)
            xml = new FifthEditionNamesReader(xml);
        xml.MoveToContent();
        return xml;
    }

    // Null if the document has another encoding than UTF-8 or is invalid in it: then the reader reports the error.
    private static string? TryDecode(ReadOnlyMemory<byte> document)
    {
        var declaration = document.Span[..(document.Span.IndexOf("?>"u8) + 1)];
        if (declaration.IndexOf("<?xml"u8) is 0 or 3)
        {
            using var xml = XmlReader.Create(new MemoryStream([.. declaration, .. "><a/>"u8]), Settings(new BoundedNames()));
            if (xml.Read() && xml.GetAttribute("encoding") is { } encoding && !encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
                return null;
        }
        try
        {
            return StrictUtf8.GetString(document.Span).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private delegate bool Asks<T>(ReadOnlySpan<T> tag);

    /// <summary>Whether any tag is one that is asked for.</summary>
    private static bool Guard<T>(ReadOnlyMemory<byte> document, ReadOnlySpan<T> units, Asks<T> asks)
        where T : unmanaged, INumberBase<T>
    {
        var tags = new TagScanner<T>(units, MaxTagLength);
        var depth = 0;
        var found = false;
        while (tags.MoveNext())
        {
            found = found || asks(tags.Tag);
            if (tags.Kind == TagKind.Start && ++depth > MaxDepth)
                throw Refused(document, string.Create(CultureInfo.InvariantCulture, $"elements are nested more than {MaxDepth} deep."));
            if (tags.Kind == TagKind.End)
                depth--;
        }
        if (tags.TagTooLong)
            throw Refused(
                document,
                string.Create(CultureInfo.InvariantCulture, $"the tag at {tags.Start} is longer than {MaxTagLength} characters.")
            );
        return found;
    }

    private static bool IsUtf16(ReadOnlySpan<byte> document, out bool bigEndian)
    {
        bigEndian = document is [0xFE, 0xFF, ..] or [0, (byte)'<', ..];
        return (bigEndian || document is [0xFF, 0xFE, ..] or [(byte)'<', 0, ..])
            && document[..Math.Min(4, document.Length)].IndexOf("\0\0"u8) < 0;
    }

    private static bool IsAsciiCompatible(string encoding) =>
        encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        || encoding.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)
        || encoding.Equals("iso-8859-1", StringComparison.OrdinalIgnoreCase);

    private static ProblemException Refused(ReadOnlyMemory<byte> document, string reason) =>
        Problem.UnparseableXml(document.Length, reason).AsException();
}
