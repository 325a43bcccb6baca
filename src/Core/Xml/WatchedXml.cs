using System.Xml;

namespace ServerlessRosa.Core.Xml;

/// <summary>Shows each node of a document to others while it is read, so that several take what they need in one pass. They must leave
/// the reader on the node.</summary>
internal sealed class WatchedXml(XmlReader inner, Action<XmlReader> watch) : ForwardingXmlReader(inner)
{
    public override bool Read()
    {
        if (!Inner.Read())
        {
            return false;
        }
        watch(Inner);
        return true;
    }
}
