using System.Text;
using ServerlessRosa.Core.Forms;

namespace ServerlessRosa.Core.Exports;

/// <summary>A form's fields as the tables of an export: one of the submissions themselves, and one of each repeat.</summary>
public sealed class ExportSchema
{
    private readonly List<ExportTable> _tables = [];

    private readonly ODataNames? _names;

    private ExportSchema(ODataNames? names)
    {
        _names = names;
        Root = new ExportTable(new ExportNode("", "", null, null), null, []);
    }

    public ExportTable Root { get; }

    /// <summary>The root's, then the repeats' in document order.</summary>
    public IReadOnlyList<ExportTable> Tables => _tables;

    /// <summary>Whether submissions may carry a log of the phone's events.</summary>
    public bool HasAudits { get; private init; }

    /// <summary>
    /// The schema of one definition, or of several: fields of the first come first, and fields of the others follow at the end of their
    /// group.
    /// </summary>
    public static ExportSchema Of(params IReadOnlyList<IReadOnlyList<FormField>> definitions) => Of(null, definitions);

    /// <param name="names">What OData calls the fields, where that is not plain.</param>
    public static ExportSchema Of(ODataNames? names, IReadOnlyList<IReadOnlyList<FormField>> definitions)
    {
        var schema = new ExportSchema(names) { HasAudits = definitions.Any(fields => fields.Any(field => field.Path == "/meta/audit")) };
        foreach (var field in definitions.SelectMany(fields => fields))
        {
            schema.Add(field);
        }
        schema.Root.Arrange(schema._tables);
        return schema;
    }

    private void Add(FormField field)
    {
        var parent = Root.Node;
        var names = field.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names[..^1])
        {
            // Below what another version asks as a question there is no place for further ones.
            if (parent.Find(name) is not { IsQuestion: false } group)
            {
                return;
            }
            parent = group;
        }
        if (parent.Find(names[^1]) is null)
        {
            var odata = _names?.NameOf(field.Path, names[^1]) ?? ODataName.Of(names[^1]);
            parent.Add(new ExportNode(names[^1], odata, field, parent));
        }
    }
}

/// <summary>A place in the form: the root, a group, a repeat or a question.</summary>
public sealed class ExportNode(string name, string odataName, FormField? field, ExportNode? parent)
{
    private readonly Dictionary<string, ExportNode> _byName = [];
    private readonly byte[] _utf8Name = Encoding.UTF8.GetBytes(name);
    private readonly List<ExportNode> _children = [];

    public string Name { get; } = name;

    public string ODataName { get; } = odataName;

    /// <summary>Null for the root.</summary>
    public FormField? Field { get; } = field;

    public ExportNode? Parent { get; } = parent;

    /// <summary>In the order of the form.</summary>
    public IReadOnlyList<ExportNode> Children => _children;

    public bool IsQuestion => Field is not null && Field.Type is not (FieldType.Repeat or FieldType.Structure);

    public bool IsRepeat => Field?.Type == FieldType.Repeat;

    /// <summary>The table that a repeat's or the root's rows are in, else the one that it is a column of, or a group in.</summary>
    public ExportTable Table { get; internal set; } = null!;

    /// <summary>A question's place among its table's columns.</summary>
    public int Column { get; internal set; }

    internal bool HasName(ReadOnlySpan<byte> utf8) => utf8.SequenceEqual(_utf8Name);

    public ExportNode? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Its place among the children of the same parent.</summary>
    internal int Index { get; private set; }

    internal void Add(ExportNode child)
    {
        child.Index = _children.Count;
        _byName.Add(child.Name, child);
        _children.Add(child);
    }
}

/// <summary>The rows of one repeat, or of the submissions themselves (then <see cref="Parent"/> is null).</summary>
public sealed class ExportTable(ExportNode node, ExportTable? parent, IReadOnlyList<string> path)
{
    private readonly List<ExportColumn> _columns = [];
    private string? _odataName;

    public ExportNode Node { get; } = node;

    public ExportTable? Parent { get; } = parent;

    /// <summary>The names from the form's root element, which is left out, to the repeat.</summary>
    public IReadOnlyList<string> Path { get; } = path;

    public IReadOnlyList<ExportColumn> Columns => _columns;

    /// <summary>The same as OData has them.</summary>
    public IReadOnlyList<string> ODataPath { get; } = [.. OwnPath(node).Reverse()];

    /// <summary>`Submissions.plots.plot`.</summary>
    public string ODataName => _odataName ??= string.Join('.', ODataPath.Prepend("Submissions"));

    private static IEnumerable<string> OwnPath(ExportNode node)
    {
        for (var at = node; at.Parent is { } parent; at = parent)
        {
            yield return at.ODataName;
        }
    }

    internal void Arrange(List<ExportTable> tables)
    {
        tables.Add(this);
        Node.Table = this;
        Arrange(Node, [], tables);
    }

    private void Arrange(ExportNode group, IReadOnlyList<string> below, List<ExportTable> tables)
    {
        foreach (var child in group.Children)
        {
            IReadOnlyList<string> path = [.. below, child.Name];
            child.Table = this;
            if (child.IsRepeat)
            {
                new ExportTable(child, this, [.. Path, .. path]).Arrange(tables);
            }
            else if (child.IsQuestion)
            {
                child.Column = _columns.Count;
                _columns.Add(new ExportColumn(child.Field!, path));
            }
            else
            {
                Arrange(child, path, tables);
            }
        }
    }
}

/// <summary>A question, and its path from the row that contains it.</summary>
public sealed record ExportColumn(FormField Field, IReadOnlyList<string> Path);
