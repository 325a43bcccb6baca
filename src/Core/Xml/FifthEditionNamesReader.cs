using System.Xml;

namespace ServerlessRosa.Core.Xml;

/// <summary>Reads a document whose names were escaped by <see cref="FifthEditionNames"/>, and gives the names that it really has.</summary>
internal sealed class FifthEditionNamesReader(XmlReader inner) : XmlReader
{
    // The framework's reader returns the same string for the same name, so each name is checked once.
    private readonly Dictionary<string, string> _names = [];

    public override int AttributeCount => inner.AttributeCount;

    public override string BaseURI => inner.BaseURI;

    public override int Depth => inner.Depth;

    public override bool EOF => inner.EOF;

    public override bool IsEmptyElement => inner.IsEmptyElement;

    public override string LocalName => Real(inner.LocalName);

    public override string Name => Real(inner.Name);

    public override XmlNameTable NameTable => inner.NameTable;

    public override string NamespaceURI => inner.NamespaceURI;

    public override XmlNodeType NodeType => inner.NodeType;

    public override string Prefix => Real(inner.Prefix);

    public override ReadState ReadState => inner.ReadState;

    public override string Value => inner.Value;

    public override string GetAttribute(int i) => inner.GetAttribute(i);

    public override string? GetAttribute(string name) => inner.GetAttribute(name);

    public override string? GetAttribute(string name, string? namespaceURI) => inner.GetAttribute(name, namespaceURI);

    public override string? LookupNamespace(string prefix) => inner.LookupNamespace(prefix);

    public override bool MoveToAttribute(string name) => inner.MoveToAttribute(name);

    public override bool MoveToAttribute(string name, string? ns) => inner.MoveToAttribute(name, ns);

    public override bool MoveToElement() => inner.MoveToElement();

    public override bool MoveToFirstAttribute() => inner.MoveToFirstAttribute();

    public override bool MoveToNextAttribute() => inner.MoveToNextAttribute();

    public override bool Read() => inner.Read();

    public override bool ReadAttributeValue() => inner.ReadAttributeValue();

    public override void ResolveEntity() => inner.ResolveEntity();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private string Real(string name)
    {
        if (!_names.TryGetValue(name, out var real))
        {
            _names[name] = real = FifthEditionNames.Unescape(name);
        }
        return real;
    }
}
