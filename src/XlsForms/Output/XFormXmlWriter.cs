using System.Text;

namespace ServerlessRosa.XlsForms;

/// <summary>
/// Writes XML as the reference does: without indentation, and with line feeds in attributes as they are (XF-082), which XmlWriter cannot
/// do for names with prefixes that a workbook makes up.
/// </summary>
internal sealed class XFormXmlWriter(int maxCharacters)
{
    private readonly StringBuilder _xml = new("<?xml version=\"1.0\"?>");
    private readonly Stack<string> _open = new();
    private bool _inStartTag;

    public XFormXmlWriter Start(string name)
    {
        CloseStartTag();
        _xml.Append('<').Append(name);
        _open.Push(name);
        _inStartTag = true;
        if (_xml.Length > maxCharacters)
            throw new ConversionStopException($"The form is longer than {maxCharacters} characters.");
        return this;
    }

    public XFormXmlWriter Attribute(string name, string value)
    {
        _xml.Append(' ').Append(name).Append("=\"");
        Escape(value);
        _xml.Append('"');
        return this;
    }

    public XFormXmlWriter Text(string text)
    {
        if (text.Length > 0)
        {
            CloseStartTag();
            Escape(text);
        }
        return this;
    }

    public XFormXmlWriter End()
    {
        var name = _open.Pop();
        if (_inStartTag)
            _xml.Append("/>");
        else
            _xml.Append("</").Append(name).Append('>');
        _inStartTag = false;
        return this;
    }

    public XFormXmlWriter Element(string name, string text) => Start(name).Text(text).End();

    /// <summary>The content of the open element: text and outputs, with the spaces around mixed content (XF-071).</summary>
    public XFormXmlWriter Mixed(List<TextPart> parts)
    {
        var isMixed = parts.Count > 1 && parts.Exists(part => !part.IsOutput);
        if (isMixed && !parts[0].IsOutput)
            Text(" ");
        foreach (var part in parts)
        {
            if (part.IsOutput)
                Start("output").Attribute("value", part.Value).End();
            else
                Text(part.Value);
        }
        return isMixed ? Text(" ") : this;
    }

    public override string ToString() => _xml.ToString();

    private void CloseStartTag()
    {
        if (_inStartTag)
            _xml.Append('>');
        _inStartTag = false;
    }

    private void Escape(string text)
    {
        var rest = text.AsSpan();
        for (int at; (at = rest.IndexOfAny("&<>\"")) >= 0; rest = rest[(at + 1)..])
        {
            _xml.Append(rest[..at]);
            _xml.Append(
                rest[at] switch
                {
                    '&' => "&amp;",
                    '<' => "&lt;",
                    '>' => "&gt;",
                    _ => "&quot;",
                }
            );
        }
        _xml.Append(rest);
    }
}
