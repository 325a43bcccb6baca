using System.Xml;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Entities;

/// <summary>
/// Reads the entity changes of a submission: one block per occurrence of a declared `entity` element, including those in repeats (OR-238 to
/// OR-241). Parts of the document without entities are skipped.
/// </summary>
public sealed class EntityBlocksReader
{
    // Names are truncated beyond the valid length; an invalid one appears in the audit log.
    private const int MaxName = 300;

    private readonly List<(int Order, EntityBlock Block)> _blocks = [];
    private int _opened;

    private EntityBlocksReader() { }

    /// <summary>
    /// Returns blocks in the order in which the enclosing groups and repeats start. <paramref name="entities"/> are the declarations of the
    /// form's version.
    /// </summary>
    public static IReadOnlyList<EntityBlock> Read(ReadOnlyMemory<byte> document, IReadOnlyList<FormEntity> entities)
    {
        if (entities.Count == 0)
            return [];
        var root = new Branch();
        foreach (var entity in entities)
        {
            root.At(entity.Path[..^EntityDeclaration.Element.Length]).Opens = entity;
            root.At(entity.Path).IsEntity = true;
            foreach (var field in entity.Fields)
                root.At(field.Path).Saved = (entity, field.Property);
        }
        var reader = new EntityBlocksReader();
        return SafeXml.Read(
            document,
            xml =>
            {
                reader.Collect(xml, root, []);
                return (IReadOnlyList<EntityBlock>)[.. reader._blocks.OrderBy(one => one.Order).Select(one => one.Block)];
            }
        );
    }

    // `around` holds the entities of the enclosing groups and repeats, innermost last.
    private void Collect(XmlReader xml, Branch branch, List<Found> around)
    {
        if (branch.Opens is { } opened)
            around.Add(new Found(opened, _opened++));
        if (branch.IsEntity && around.Count > 0)
        {
            around[^1].ReadAttributes(xml);
            ReadLabel(xml, around[^1]);
        }
        else if (branch.Saved is { } saved)
        {
            var value = xml.ReadTrimmedText();
            if (around.FindLast(found => found.Declared == saved.Entity) is { } found)
                found.Values[saved.Property] = value;
        }
        else
        {
            var children = xml.Children();
            while (children.MoveNext())
            {
                if (branch.Find(xml.LocalName) is { } child)
                    Collect(xml, child, around);
            }
        }
        if (branch.Opens is null)
            return;
        if (around[^1].ToBlock() is { } block)
            _blocks.Add((around[^1].Order, block));
        around.RemoveAt(around.Count - 1);
    }

    private static void ReadLabel(XmlReader xml, Found found)
    {
        var children = xml.Children();
        while (children.MoveNext())
        {
            if (xml.LocalName == "label")
                found.Label = xml.ReadTrimmedText();
        }
    }

    /// <summary>An entity whose group or repeat is being read.</summary>
    private sealed class Found(FormEntity declared, int order)
    {
        private readonly Dictionary<string, string> _attributes = [];

        public FormEntity Declared { get; } = declared;

        public int Order { get; } = order;

        public Dictionary<string, string> Values { get; } = [];

        public string? Label { get; set; }

        public void ReadAttributes(XmlReader xml)
        {
            foreach (var name in new[] { "dataset", "id", "create", "update", "baseVersion", "trunkVersion", "branchId" })
            {
                if (xml.FirstAttribute(name)?.Trim() is { Length: > 0 } value)
                    _attributes[name] = ShortText.Cut(value, MaxName);
            }
        }

        public EntityBlock? ToBlock() =>
            Says("create") || Says("update")
                ? new EntityBlock(
                    Declared,
                    _attributes.GetValueOrDefault("dataset", ""),
                    _attributes.GetValueOrDefault("id", ""),
                    Says("create"),
                    Says("update"),
                    string.IsNullOrEmpty(Label) ? null : Label,
                    Values
                )
                {
                    BaseVersion = _attributes.GetValueOrDefault("baseVersion"),
                    TrunkVersion = _attributes.GetValueOrDefault("trunkVersion"),
                    Branch = _attributes.GetValueOrDefault("branchId")?.ToLowerInvariant(),
                }
                : null;

        private bool Says(string action) => _attributes.GetValueOrDefault(action) is "1" or "true";
    }

    /// <summary>The relevant paths as a tree, so that a document is read once regardless of their number.</summary>
    private sealed class Branch
    {
        private readonly Dictionary<string, Branch> _children = [];

        /// <summary>The entity whose `meta` is a child of this node.</summary>
        public FormEntity? Opens { get; set; }

        public bool IsEntity { get; set; }

        public (FormEntity Entity, string Property)? Saved { get; set; }

        public Branch? Find(string name) => _children.GetValueOrDefault(name);

        public Branch At(string path)
        {
            var branch = this;
            foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!branch._children.TryGetValue(name, out var child))
                    branch._children[name] = child = new Branch();
                branch = child;
            }
            return branch;
        }
    }
}
