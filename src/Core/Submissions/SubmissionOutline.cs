using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Forms;

namespace ServerlessRosa.Core.Submissions;

/// <summary>The paths of a form version that matter when a submission arrives, as a tree: a document is read once regardless of their
/// number.</summary>
internal sealed class SubmissionOutline
{
    private static readonly SubmissionOutline None = new();
    private static readonly ConditionalWeakTable<FormDefinition, SubmissionOutline> Known = [];

    private readonly Dictionary<string, SubmissionOutline> _children = [];

    private SubmissionOutline() { }

    /// <summary>The entity whose `meta` is a child of this node.</summary>
    public FormEntity? Opens { get; private set; }

    public bool IsEntity { get; private set; }

    public (FormEntity Entity, string Property)? Saved { get; private set; }

    /// <summary>The path of a binary field; null for other elements.</summary>
    public string? BinaryPath { get; private set; }

    public bool IsValue => Saved is not null || BinaryPath is not null;

    /// <summary>Of a definition, which is kept as long as the definition is.</summary>
    public static SubmissionOutline Of(FormDefinition? definition) =>
        definition is null ? None : Known.GetValue(definition, static form => Of(form.BinaryPaths, form.Entities));

    public static SubmissionOutline Of(IReadOnlyCollection<string> binaryPaths, IReadOnlyList<FormEntity> entities)
    {
        var root = new SubmissionOutline();
        foreach (var path in binaryPaths)
        {
            root.At(path).BinaryPath = path;
        }
        foreach (var entity in entities)
        {
            root.At(entity.Path[..^EntityDeclaration.Element.Length]).Opens = entity;
            root.At(entity.Path).IsEntity = true;
            foreach (var field in entity.Fields)
            {
                root.At(field.Path).Saved = (entity, field.Property);
            }
        }
        return root;
    }

    public SubmissionOutline? Find(string name) => _children.GetValueOrDefault(name);

    private SubmissionOutline At(string path)
    {
        var node = this;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!node._children.TryGetValue(name, out var child))
            {
                node._children[name] = child = new SubmissionOutline();
            }
            node = child;
        }
        return node;
    }
}
