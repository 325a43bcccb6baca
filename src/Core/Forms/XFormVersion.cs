using System.Buffers;
using System.Globalization;
using System.Text;
using System.Xml;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Changes the version of a form definition, for `publish?version=` (OR-159). Only the value of the version attribute changes; all other
/// bytes stay, since the form's hash covers them and designers compare files.
/// </summary>
public static class XFormVersion
{
    /// <summary>Represents the blank version in an address (OR-114). No version can have this name.</summary>
    public const string Blank = "___";

    // The location of the primary instance's root, as in XFormReader.
    private static readonly string[] _ancestors = ["html", "head", "model", "instance"];
    private static readonly SearchValues<byte> _nameEnds = SearchValues.Create(" \t\r\n/>"u8);

    /// <summary>
    /// The document with the new version. Refuses a version that this document cannot contain with 400.8, and one that is too long with
    /// 400.13.
    /// </summary>
    public static byte[] Rewrite(ReadOnlyMemory<byte> document, string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (!IsXmlText(version))
            throw Problem.UnexpectedValue("version", null, "it has characters that XML forbids.").AsException();
        if (XFormReader.Read(document).Version == version)
            return document.ToArray();

        var rewritten = Splice(document.Span, FindPlace(document.Span), version);
        // In an encoding other than UTF-8 the bytes may have another meaning.
        if (rewritten is null || XFormReader.Read(rewritten).Version != version)
            throw Problem
                .UnexpectedValue("version", version, "it cannot be written into this form, whose encoding is not UTF-8.")
                .AsException();
        return rewritten;
    }

    private static byte[]? Splice(ReadOnlySpan<byte> document, Place? place, string version)
    {
        if (place is not { } at)
            return null;
        var value = Escape(version);
        var text = Encoding.UTF8.GetBytes(at.IsNew ? $" version=\"{value}\"" : value);
        return [.. document[..at.Start], .. text, .. document[(at.Start + at.Length)..]];
    }

    /// <summary>The bytes to replace: the attribute's value, or an empty range after the element's name.</summary>
    private readonly record struct Place(int Start, int Length, bool IsNew);

    private static Place? FindPlace(ReadOnlySpan<byte> document)
    {
        var tags = new TagScanner<byte>(document, SafeXml.MaxTagLength);
        var depth = 0;
        var matched = 0;
        while (tags.MoveNext())
        {
            if (tags.Kind == TagKind.End)
            {
                depth--;
                matched = Math.Min(matched, depth);
                continue;
            }
            if (depth == matched)
            {
                if (matched == _ancestors.Length)
                    return PlaceIn(tags.Tag, tags.Start);
                if (tags.Kind == TagKind.Start && LocalName(NameOf(tags.Tag)) == _ancestors[matched])
                    matched++;
            }
            if (tags.Kind == TagKind.Start)
                depth++;
        }
        return null;
    }

    /// <summary>The tag is well-formed, since it was read before.</summary>
    private static Place PlaceIn(ReadOnlySpan<byte> tag, int offset)
    {
        var afterName = 1 + NameOf(tag).Length;
        var at = afterName;
        while (tag[at..].IndexOf((byte)'=') is >= 0 and var equals)
        {
            var name = Encoding.UTF8.GetString(tag[at..(at + equals)]).Trim();
            at += equals + 1;
            at += tag[at..].IndexOfAny((byte)'"', (byte)'\'');
            var length = tag[(at + 1)..].IndexOf(tag[at]);
            if (LocalName(name) == "version" && name is not ("xmlns:version" or "xml:version"))
                return new Place(offset + at + 1, length, IsNew: false);
            at += length + 2;
        }
        return new Place(offset + afterName, 0, IsNew: true);
    }

    internal static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> tag)
    {
        var name = tag[1..];
        return name[..name.IndexOfAny(_nameEnds)];
    }

    internal static string LocalName(ReadOnlySpan<byte> name) => LocalName(Encoding.UTF8.GetString(name));

    private static string LocalName(string name) => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];

    private static string Escape(string version)
    {
        var text = new StringBuilder(version.Length);
        foreach (var character in version)
        {
            // The value may be enclosed in either quote, and a reader turns an unescaped tab or line break into a space.
            if (character is '&' or '<' or '>' or '"' or '\'' or '\t' or '\n' or '\r')
                text.Append(CultureInfo.InvariantCulture, $"&#{(int)character};");
            else
                text.Append(character);
        }
        return text.ToString();
    }

    private static bool IsXmlText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
                i++;
            else if (!XmlConvert.IsXmlChar(text[i]))
                return false;
        }
        return true;
    }
}
