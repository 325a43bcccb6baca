using System.Xml;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Submissions;

/// <summary>What a submission contains according to its form version.</summary>
/// <param name="Files">In document order, each name once.</param>
/// <param name="Entities">In the order in which the enclosing groups and repeats start.</param>
public sealed record SubmissionContent(IReadOnlyList<ExpectedFile> Files, IReadOnlyList<EntityBlock> Entities)
{
    public static SubmissionContent None { get; } = new([], []);
}

/// <summary>
/// Reads in one pass which files a submission names, the values of the binary fields of its form version (OR-214 to OR-217), and its entity
/// changes, one block per occurrence of a declared `entity` element (OR-238 to OR-241); both in every instance of a repeat. Parts of the
/// document that lead to neither are skipped.
/// </summary>
public sealed class SubmissionContentReader
{
    private const string AuditPath = "/meta/audit";

    // No file system holds a longer name, so no phone can have such a file: it is text in a binary field.
    private const int MaxFileNameLength = 255;

    // Names of entity attributes are truncated beyond the valid length; an invalid one appears in the audit log.
    private const int MaxName = 300;

    private readonly List<ExpectedFile> _files = [];
    private readonly HashSet<string> _fileNames = [];
    private readonly List<(int Order, EntityBlock Block)> _blocks = [];
    private int _opened;

    private SubmissionContentReader() { }

    /// <param name="binaryPaths">As in <see cref="XForm.BinaryPaths"/>.</param>
    /// <param name="entities">The declarations of the form version.</param>
    public static SubmissionContent Read(
        ReadOnlyMemory<byte> document,
        IReadOnlyCollection<string> binaryPaths,
        IReadOnlyList<FormEntity> entities
    )
    {
        ArgumentNullException.ThrowIfNull(binaryPaths);
        ArgumentNullException.ThrowIfNull(entities);
        if (binaryPaths.Count == 0 && entities.Count == 0)
            return SubmissionContent.None;
        var root = Branch.Of(binaryPaths, entities);
        var reader = new SubmissionContentReader();
        return SafeXml.Read(
            document,
            xml =>
            {
                reader.Collect(xml, root, []);
                var blocks = reader._blocks.OrderBy(one => one.Order).Select(one => one.Block);
                return new SubmissionContent(reader._files, [.. blocks]);
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
        else if (branch.IsValue)
        {
            AddValue(xml.ReadTrimmedText(), branch, around);
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

    private void AddValue(string value, Branch branch, List<Found> around)
    {
        if (branch.BinaryPath is { } path && value.Length is > 0 and <= MaxFileNameLength && _fileNames.Add(value))
            _files.Add(new ExpectedFile(value, IsAudit: path == AuditPath));
        if (branch.Saved is { } saved && around.FindLast(found => found.Declared == saved.Entity) is { } entity)
            entity.Values[saved.Property] = value;
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
        public FormEntity? Opens { get; private set; }

        public bool IsEntity { get; private set; }

        public (FormEntity Entity, string Property)? Saved { get; private set; }

        /// <summary>The path of a binary field; null for other elements.</summary>
        public string? BinaryPath { get; private set; }

        public bool IsValue => Saved is not null || BinaryPath is not null;

        public static Branch Of(IReadOnlyCollection<string> binaryPaths, IReadOnlyList<FormEntity> entities)
        {
            var root = new Branch();
            foreach (var path in binaryPaths)
                root.At(path).BinaryPath = path;
            foreach (var entity in entities)
            {
                root.At(entity.Path[..^EntityDeclaration.Element.Length]).Opens = entity;
                root.At(entity.Path).IsEntity = true;
                foreach (var field in entity.Fields)
                    root.At(field.Path).Saved = (entity, field.Property);
            }
            return root;
        }

        public Branch? Find(string name) => _children.GetValueOrDefault(name);

        private Branch At(string path)
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
