using System.Text;
using System.Xml;

namespace ServerlessRosa.Core.Xml;

/// <summary>Common rules of all readers: match local names with any prefix (OR-147 to OR-151, OR-193 to OR-199), and trim values.</summary>
public static class XmlReading
{
    private const string XmlnsNamespace = "http://www.w3.org/2000/xmlns/";
    private const string XmlNamespace = "http://www.w3.org/XML/1998/namespace";

    /// <summary>The children of the reader's current element.</summary>
    public static ChildElements Children(this XmlReader xml) => new(xml);

    /// <summary>
    /// The element's own text (without that of child elements), trimmed. Enters on the start tag and leaves on the end tag, or stays on an
    /// empty tag.
    /// </summary>
    public static string ReadTrimmedText(this XmlReader xml)
    {
        ArgumentNullException.ThrowIfNull(xml);
        if (xml.IsEmptyElement)
            return "";
        var depth = xml.Depth;
        var text = "";
        StringBuilder? pieces = null;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.Depth != depth + 1 || !xml.IsText())
                continue;
            if (text.Length == 0)
                text = xml.Value;
            else
                (pieces ??= new StringBuilder(text)).Append(xml.Value);
        }
        return (pieces?.ToString() ?? text).Trim();
    }

    /// <summary>True for text, CDATA and whitespace.</summary>
    public static bool IsText(this XmlReader xml)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace;
    }

    /// <summary>
    /// The value of the first attribute with this local name, such as `version` or `orx:version`; null when there is none.
    /// </summary>
    public static string? FirstAttribute(this XmlReader xml, string localName)
    {
        ArgumentNullException.ThrowIfNull(xml);
        string? value = null;
        while (value is null && xml.MoveToNextAttribute())
        {
            // xmlns:version="..." declares a prefix, and xml:id belongs to XML.
            if (xml.LocalName == localName && xml.NamespaceURI is not (XmlnsNamespace or XmlNamespace))
                value = xml.Value;
        }
        xml.MoveToElement();
        return value;
    }

    /// <summary>The default namespace declared on this element itself; null when there is none.</summary>
    public static string? OwnDefaultNamespace(this XmlReader xml)
    {
        ArgumentNullException.ThrowIfNull(xml);
        return xml.GetAttribute("xmlns");
    }
}
