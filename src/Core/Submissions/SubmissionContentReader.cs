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
/// Finds in one pass which files a submission names, the values of the binary fields of its form version (OR-214 to OR-217), and its entity
/// changes, one block per occurrence of a declared `entity` element (OR-238 to OR-241); both in every instance of a repeat. It is shown the
/// document node by node; parts that lead to neither are passed over.
/// </summary>
public sealed class SubmissionContentReader
{
    private const string AuditPath = "/meta/audit";

    // No file system holds a longer name, so no phone can have such a file: it is text in a binary field.
    private const int MaxFileNameLength = 255;

    // Names of entity attributes are truncated beyond the valid length; an invalid one appears in the audit log.
    private const int MaxName = 300;

    private readonly SubmissionOutline _outline;
    private readonly List<ExpectedFile> _files = [];
    private readonly HashSet<string> _fileNames = [];
    private readonly List<(int Order, EntityBlock Block)> _blocks = [];
    private readonly Stack<Place> _open = new();

    // The entities of the enclosing groups and repeats, innermost last.
    private readonly List<Found> _around = [];
    private ElementText _text;
    private int _opened;

    internal SubmissionContentReader(SubmissionOutline outline) => _outline = outline;

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
        var reader = new SubmissionContentReader(SubmissionOutline.Of(binaryPaths, entities));
        return SafeXml.Read(
            document,
            xml =>
            {
                reader.Start(xml);
                while (xml.Read())
                    reader.Add(xml);
                return reader.Finish();
            }
        );
    }

    /// <summary>Takes the root element.</summary>
    internal void Start(XmlReader xml) => Enter(_outline, xml);

    /// <summary>Takes the next node.</summary>
    internal void Add(XmlReader xml)
    {
        if (!_open.TryPeek(out var place))
            return;
        if (xml.Depth == place.Depth && xml.NodeType == XmlNodeType.EndElement)
            Leave();
        else if (xml.Depth == place.Depth + 1)
            AddChild(xml, place);
    }

    internal SubmissionContent Finish() =>
        _files.Count == 0 && _blocks.Count == 0
            ? SubmissionContent.None
            : new SubmissionContent(_files, [.. _blocks.OrderBy(one => one.Order).Select(one => one.Block)]);

    private void AddChild(XmlReader xml, Place place)
    {
        if (place.Kind is Kind.Value or Kind.Label)
            _text.Add(xml);
        else if (xml.NodeType != XmlNodeType.Element)
            return;
        else if (place.Kind == Kind.Entity && xml.LocalName == "label")
            Open(new Place(null, xml.Depth, Kind.Label), xml);
        else if (place.Kind == Kind.Group && place.Node!.Find(xml.LocalName) is { } child)
            Enter(child, xml);
    }

    private void Enter(SubmissionOutline node, XmlReader xml)
    {
        if (node.Opens is { } opened)
            _around.Add(new Found(opened, _opened++));
        var kind =
            node.IsEntity && _around.Count > 0 ? Kind.Entity
            : node.IsValue ? Kind.Value
            : Kind.Group;
        if (kind == Kind.Entity)
            _around[^1].ReadAttributes(xml);
        Open(new Place(node, xml.Depth, kind), xml);
    }

    private void Open(Place place, XmlReader xml)
    {
        _open.Push(place);
        if (xml.IsEmptyElement)
            Leave();
    }

    private void Leave()
    {
        var place = _open.Pop();
        if (place.Kind == Kind.Label)
            _around[^1].Label = _text.Take();
        else if (place.Kind == Kind.Value)
            AddValue(_text.Take(), place.Node!);
        if (place.Node?.Opens is null)
            return;
        if (_around[^1].ToBlock() is { } block)
            _blocks.Add((_around[^1].Order, block));
        _around.RemoveAt(_around.Count - 1);
    }

    private void AddValue(string value, SubmissionOutline field)
    {
        if (field.BinaryPath is { } path && value.Length is > 0 and <= MaxFileNameLength && _fileNames.Add(value))
            _files.Add(new ExpectedFile(value, IsAudit: path == AuditPath));
        if (field.Saved is { } saved && _around.FindLast(found => found.Declared == saved.Entity) is { } entity)
            entity.Values[saved.Property] = value;
    }

    private enum Kind
    {
        Group,
        Value,
        Entity,
        Label,
    }

    /// <summary>An open element; a label has no node.</summary>
    private readonly record struct Place(SubmissionOutline? Node, int Depth, Kind Kind);

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
}
