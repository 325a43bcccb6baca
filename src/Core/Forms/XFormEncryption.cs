using System.Text;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Adds encryption to a form definition: `base64RsaPublicKey` on its `submission` element, and a new version. All other bytes stay, as with
/// <see cref="XFormVersion"/>.
/// </summary>
public static class XFormEncryption
{
    private const string Submission = "submission";

    // The location of the submission element, as in XFormReader.
    private static readonly string[] _ancestors = ["html", "head", "model"];

    /// <summary>
    /// The document with the key, and with <paramref name="suffix"/> after its version. Refuses a document that cannot contain them with
    /// 400.8.
    /// </summary>
    public static byte[] Rewrite(ReadOnlyMemory<byte> document, string publicKey, string suffix)
    {
        var version = XFormReader.Read(document).Version + suffix;
        // In an encoding other than UTF-8 the bytes may have another meaning.
        if (WithKey(document.Span, publicKey) is not { } encrypted || XFormReader.Read(encrypted).PublicKey != publicKey)
        {
            throw Problem
                .UnexpectedValue("encoding", null, "the encryption key cannot be written into this form, whose encoding is not UTF-8.")
                .AsException();
        }
        return XFormVersion.Rewrite(encrypted, version);
    }

    /// <summary>The suffix of the version: a time in ODK Central's format of eight characters.</summary>
    public static string SuffixAt(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, time.ToUnixTimeMilliseconds());
        return $"[encrypted:{Convert.ToBase64String(bytes[2..])}]";
    }

    private static byte[]? WithKey(ReadOnlySpan<byte> document, string publicKey)
    {
        var tags = new TagScanner<byte>(document, SafeXml.MaxTagLength);
        var (depth, matched, prefix) = (0, 0, "");
        while (tags.MoveNext())
        {
            if (tags.Kind == TagKind.End)
            {
                depth--;
                if (matched == _ancestors.Length && depth < matched)
                {
                    // The end of the model, which has no submission element.
                    return Insert(document, tags.Start, $"<{prefix}{Submission} base64RsaPublicKey=\"{publicKey}\"/>");
                }
                matched = Math.Min(matched, depth);
                continue;
            }
            var name = XFormVersion.NameOf(tags.Tag);
            if (depth == matched && matched == _ancestors.Length && XFormVersion.LocalName(name) == Submission)
            {
                return Insert(document, tags.Start + 1 + name.Length, $" base64RsaPublicKey=\"{publicKey}\"");
            }
            if (tags.Kind == TagKind.Start)
            {
                if (depth == matched && matched < _ancestors.Length && XFormVersion.LocalName(name) == _ancestors[matched])
                {
                    matched++;
                    prefix = Encoding.UTF8.GetString(name[..(name.IndexOf((byte)':') + 1)]);
                }
                depth++;
            }
        }
        return null;
    }

    private static byte[] Insert(ReadOnlySpan<byte> document, int at, string text) =>
        [.. document[..at], .. Encoding.UTF8.GetBytes(text), .. document[at..]];
}
