using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

/// <summary>`$select`: which properties of a table's rows are shown.</summary>
internal sealed class ODataSelection
{
    private const string Id = "__id";
    private const string System = "__system";
    private readonly HashSet<ExportNode> _nodes = [];
    private readonly HashSet<string> _own = [];

    private ODataSelection() { }

    /// <summary>Null shows all. Refuses a property that the table hasn't with 400.23, and one inside a repeat of it with 400.24.</summary>
    public static ODataSelection? Of(ExportTable table, IReadOnlyList<string>? names)
    {
        if (names is null || names.Contains("*"))
        {
            return null;
        }
        var selection = new ODataSelection();
        foreach (var name in names)
        {
            if (
                name == Id
                || name == ParentIdOf(table)
                || (table.Parent is null && (name == System || name.StartsWith(System + "/", StringComparison.Ordinal)))
            )
            {
                selection._own.Add(name);
            }
            else
            {
                selection.Add(table, name);
            }
        }
        return selection;
    }

    public bool ShowsId => _own.Contains(Id);

    public bool ShowsParentId(string name) => _own.Contains(name);

    /// <summary>The column of a repeat's rows that refers to the containing row; null for submissions.</summary>
    public static string? ParentIdOf(ExportTable table) => table.Parent is { } parent ? $"__{parent.ODataName.Replace('.', '-')}-id" : null;

    public bool ShowsSystem => _own.Any(name => name == System || name.StartsWith(System + "/", StringComparison.Ordinal));

    public bool ShowsOfSystem(string name) => _own.Contains(System) || _own.Contains($"{System}/{name}");

    public bool Shows(ExportNode node) => _nodes.Contains(node);

    private void Add(ExportTable table, string name)
    {
        var node = table.Node;
        foreach (var step in name.Split('/'))
        {
            if (node != table.Node && node.IsRepeat)
            {
                throw Problem.ODataPropertyInRepeat(name).AsException();
            }
            node = node.Children.FirstOrDefault(child => child.ODataName == step) ?? throw Problem.UnknownODataProperty(name).AsException();
            _nodes.Add(node);
        }
        AddAllOf(node);
    }

    private void AddAllOf(ExportNode node)
    {
        foreach (var child in node.IsRepeat ? [] : node.Children)
        {
            _nodes.Add(child);
            AddAllOf(child);
        }
    }
}
