using System.Text;
using System.Xml;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// The primary instance of a form, flattened in document order while reading: its elements, the default values that name images, and the
/// entities it declares. The types of the elements become known later, from binds and body (<see cref="XFormReader"/>).
/// </summary>
internal sealed class PrimaryInstance
{
    public const int MaxVersionLength = 249;

    // A small document can contain very long paths: hundreds of levels with long names above a million leaves.
    private const int MaxPathCharacters = 16 * 1024 * 1024;

    private readonly List<Node> _nodes = [];
    private readonly List<string> _images = [];
    private readonly List<EntityDeclaration> _entities = [];
    private int _pathCharacters;

    private PrimaryInstance(FormId id, string version, string rootName) => (Id, Version, RootName) = (id, version, rootName);

    public FormId Id { get; }

    public string Version { get; }

    public string RootName { get; }

    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The names of `jr://images/` files in default values (OR-164 to OR-176).</summary>
    public IReadOnlyList<string> Images => _images;

    public IReadOnlyList<EntityDeclaration> Entities => _entities;

    public sealed record Node(string Path, string Name, int Level)
    {
        public bool HasChildren { get; set; }

        public bool IsEntity => Path.EndsWith(EntityDeclaration.Element, StringComparison.Ordinal);
    }

    /// <summary>Enters on the root element of the instance (which has the form's id) and leaves on its end tag.</summary>
    public static PrimaryInstance Read(XmlReader xml)
    {
        var id = xml.FirstAttribute("id");
        if (string.IsNullOrWhiteSpace(id))
            id = FormIdentity.FromNamespace(xml);
        var version = xml.FirstAttribute("version") ?? "";
        if (version.Length > MaxVersionLength)
            throw Problem.ValueTooLong("version", MaxVersionLength).AsException();

        var instance = new PrimaryInstance(FormId.Parse(id), version, xml.LocalName);
        if (!xml.IsEmptyElement)
            instance.ReadTree(xml);
        return instance;
    }

    private void ReadTree(XmlReader xml)
    {
        var root = xml.Depth;
        var path = new StringBuilder();
        // The last element of each level, and the length of its path.
        var open = new List<(Node? Node, int PathLength)> { (null, 0) };
        var text = new StringBuilder();
        var inLeaf = false;

        while (xml.Read() && xml.Depth > root)
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                var level = xml.Depth - root;
                open.RemoveRange(level, open.Count - level);
                path.Length = open[^1].PathLength;
                path.Append('/').Append(xml.LocalName);
                if (open[^1].Node is { } parent)
                    parent.HasChildren = true;
                open.Add((Add(xml, path, level), path.Length));
                text.Clear();
                inLeaf = !xml.IsEmptyElement;
            }
            else if (xml.NodeType == XmlNodeType.EndElement)
            {
                if (inLeaf && text.Length > 0 && JrUri.ImageOf(text.ToString()) is { } image)
                    _images.Add(image);
                inLeaf = false;
            }
            else if (inLeaf && xml.IsText())
            {
                text.Append(xml.Value);
            }
        }
    }

    private Node Add(XmlReader xml, StringBuilder path, int level)
    {
        _pathCharacters += path.Length;
        if (_pathCharacters > MaxPathCharacters)
            throw Problem.UnexpectedValue("form", Id.Value, "its fields are too many and too deeply nested.").AsException();
        var node = new Node(path.ToString(), xml.LocalName, level);
        _nodes.Add(node);
        if (node.IsEntity)
        {
            _entities.Add(
                new EntityDeclaration(
                    node.Path,
                    xml.FirstAttribute("dataset")?.Trim(),
                    Create: xml.FirstAttribute("create") is not null,
                    Update: xml.FirstAttribute("update") is not null
                )
            );
        }
        return node;
    }
}
