using System.Xml;

namespace ServerlessRosa.Core.Xml;

/// <summary>
/// Enumerates the child elements of the reader's element without allocating. Between two calls of <see cref="MoveNext"/> the reader may
/// stay on the child, read into it, or read it to its end; unread content is skipped. At the end, the reader is on the parent's end tag (or
/// still on the parent, when that is an empty tag).
/// </summary>
public struct ChildElements(XmlReader xml)
{
    private readonly int _depth = xml.Depth;
    private bool _done = xml.IsEmptyElement;

    public bool MoveNext()
    {
        while (!_done && xml.Read())
        {
            if (xml.Depth <= _depth)
                _done = true;
            else if (xml.Depth == _depth + 1 && xml.NodeType == XmlNodeType.Element)
                return true;
        }
        return false;
    }
}
