using System.Buffers;
using System.Text;
using System.Xml;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>The only factory of XML writers.</summary>
public static class XmlOut
{
    private static readonly SearchValues<char> PlainName = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
    );

    /// <summary>For answers of bounded size.</summary>
    public static ReadOnlyMemory<byte> ToBytes(Action<XmlWriter> write, bool declaration)
    {
        var bytes = new MemoryStream();
        using (
            var xml = XmlWriter.Create(
                bytes,
                new XmlWriterSettings
                {
                    // A client's parser may not expect a byte order mark.
                    Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
                    OmitXmlDeclaration = !declaration,
                    CheckCharacters = false,
                }
            )
        )
        {
            write(xml);
        }
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }

    /// <summary>For answers of any size, written directly to the client. If the caller stops before all elements are closed, the document
    /// is truncated.</summary>
    public static XmlWriter To(Stream output) =>
        XmlWriter.Create(
            output,
            new XmlWriterSettings
            {
                Async = true,
                NewLineHandling = NewLineHandling.Entitize, // a line's end is part of a value, and is to arrive as it came
                // A client's parser may not expect a byte order mark.
                Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
                WriteEndDocumentOnClose = false, // else disposing after a failure closes the tags and makes a half answer look whole
            }
        );

    /// <summary>Whether the text is a valid element name. Names of properties come from forms and scripts.</summary>
    public static bool IsName(string name) =>
        name.Length > 0
        && XmlConvert.IsStartNCNameChar(name[0])
        && (!name.AsSpan().ContainsAnyExcept(PlainName) || name.All(XmlConvert.IsNCNameChar));

    /// <summary>Whether XML can contain each character as it is: no control character, and none from U+D800 on.</summary>
    internal static bool IsPlain(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange(' ', '\ud7ff');

    /// <summary>For text from other sources than XML: each character that XML cannot contain becomes U+FFFD.</summary>
    public static string Text(string text)
    {
        if (IsPlain(text) || text.All(XmlConvert.IsXmlChar))
        {
            return text;
        }
        var clean = text.ToCharArray();
        for (var i = 0; i < clean.Length; i++)
        {
            if (i + 1 < clean.Length && XmlConvert.IsXmlSurrogatePair(clean[i + 1], clean[i]))
            {
                i++;
            }
            else if (!XmlConvert.IsXmlChar(clean[i]))
            {
                clean[i] = '\ufffd';
            }
        }
        return new string(clean);
    }
}
