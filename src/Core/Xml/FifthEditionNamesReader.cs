using System.Xml;

namespace ServerlessRosa.Core.Xml;

/// <summary>Reads a document whose names were escaped by <see cref="FifthEditionNames"/>, and gives the names that it really has.</summary>
internal sealed class FifthEditionNamesReader(XmlReader inner) : ForwardingXmlReader(inner)
{
    // The framework's reader returns the same string for the same name, so each name is checked once.
    private readonly Dictionary<string, string> _names = [];

    public override string LocalName => Real(Inner.LocalName);

    public override string Name => Real(Inner.Name);

    public override string Prefix => Real(Inner.Prefix);

    private string Real(string name)
    {
        if (!_names.TryGetValue(name, out var real))
        {
            _names[name] = real = FifthEditionNames.Unescape(name);
        }
        return real;
    }
}
