using System.Xml;
using ServerlessRosa.Core.Xml;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Which files a submission names: the values of the binary fields of its form version, in every iteration of their repeats
/// (OR-214 to OR-217). Branches of the document that lead to no binary field are passed over.
/// </summary>
public sealed class ExpectedFilesReader
{
    private const string AuditPath = "/meta/audit";

    // No file system holds a longer name, so no phone can have such a file: it is text in a binary field.
    private const int MaxFileNameLength = 255;

    private readonly List<ExpectedFile> _files = [];
    private readonly HashSet<string> _names = [];

    private ExpectedFilesReader() { }

    /// <summary>In document order, each name once. <paramref name="binaryPaths"/> are paths as in <see
    /// cref="Forms.XForm.BinaryPaths"/>.</summary>
    public static IReadOnlyList<ExpectedFile> Read(ReadOnlyMemory<byte> document, IReadOnlyCollection<string> binaryPaths)
    {
        ArgumentNullException.ThrowIfNull(binaryPaths);
        if (binaryPaths.Count == 0)
            return [];
        var fields = new Branch();
        foreach (var path in binaryPaths)
            fields.Add(path);
        var reader = new ExpectedFilesReader();
        return SafeXml.Read(
            document,
            xml =>
            {
                reader.Collect(xml, fields);
                return reader._files;
            }
        );
    }

    private void Collect(XmlReader xml, Branch branch)
    {
        var children = xml.Children();
        while (children.MoveNext())
        {
            if (branch.Find(xml.LocalName) is not { } child)
                continue;
            if (child.Path is { } path)
                Add(xml.ReadTrimmedText(), path);
            else
                Collect(xml, child);
        }
    }

    private void Add(string name, string path)
    {
        if (name.Length is > 0 and <= MaxFileNameLength && _names.Add(name))
            _files.Add(new ExpectedFile(name, IsAudit: path == AuditPath));
    }

    /// <summary>The binary paths as a tree, so that a document is walked once whatever their number.</summary>
    private sealed class Branch
    {
        private readonly Dictionary<string, Branch> _children = [];

        /// <summary>The whole path, where a binary field is; null on the way to one.</summary>
        public string? Path { get; private set; }

        public Branch? Find(string name) => _children.GetValueOrDefault(name);

        public void Add(string path)
        {
            var branch = this;
            foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                if (!branch._children.TryGetValue(name, out var child))
                    branch._children[name] = child = new Branch();
                branch = child;
            }
            branch.Path = path;
        }
    }
}
