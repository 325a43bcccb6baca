using System.Text;
using System.Xml;

namespace ServerlessRosa.Core.Xml;

/// <summary>Collects an element's own text, node by node, as <see cref="XmlReading.ReadTrimmedText"/> reads it at once.</summary>
internal struct ElementText
{
    private string? _text;
    private StringBuilder? _pieces;

    /// <summary>Adds a text node; other nodes are ignored.</summary>
    public void Add(XmlReader xml)
    {
        if (!xml.IsText())
        {
            return;
        }
        if (string.IsNullOrEmpty(_text))
        {
            _text = xml.Value;
        }
        else
        {
            (_pieces ??= new StringBuilder(_text)).Append(xml.Value);
        }
    }

    /// <summary>The text without white space around it; the next one starts blank.</summary>
    public string Take()
    {
        var text = (_pieces?.ToString() ?? _text ?? "").Trim();
        (_text, _pieces) = (null, null);
        return text;
    }
}
