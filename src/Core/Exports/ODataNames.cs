using System.Security.Cryptography;
using System.Text;
using ServerlessRosa.Core.Forms;

namespace ServerlessRosa.Core.Exports;

/// <summary>
/// OData names of a form's fields (OR-276 to OR-279). As in ODK Central, invalid characters become `_`. If two fields of a group or repeat
/// would get the same name, or one that the service uses, the later one gets a part of its name's hash. The order is that of the form's
/// versions, so that no later version renames a column.
/// </summary>
public sealed class ODataNames
{
    private const int SuffixLength = 8;
    private readonly Dictionary<string, string> _names = [];

    private ODataNames() { }

    /// <param name="definitions">The fields of the form's versions, oldest first.</param>
    public static ODataNames Of(IEnumerable<IReadOnlyList<FormField>> definitions)
    {
        var names = new ODataNames();
        var taken = new HashSet<(string Parent, string Name)>();
        foreach (var fields in definitions)
        {
            // Within a version, fields that already have this name take precedence.
            foreach (var field in fields.OrderBy(field => ODataName.Of(field.Name) != field.Name))
            {
                var parent = field.Path[..^(field.Name.Length + 1)];
                if (!names._names.ContainsKey(field.Path))
                {
                    names._names.Add(field.Path, Take(taken, parent, field.Name));
                }
            }
        }
        return names;
    }

    /// <summary>Whether the names depend on what else the form has, or has had.</summary>
    public static bool MayCollide(IEnumerable<FormField> fields) =>
        fields.Any(field => ODataName.Of(field.Name) != field.Name || IsReserved(field.Path[..^(field.Name.Length + 1)], field.Name));

    /// <summary>The field with the names of OData, in its path too.</summary>
    public FormField Rename(FormField field) => field with { Name = NameOf(field.Path, field.Name), Path = PathOf(field.Path) };

    internal string NameOf(string path, string name) => _names.GetValueOrDefault(path) ?? ODataName.Of(name);

    private string PathOf(string path)
    {
        var renamed = new StringBuilder();
        for (var end = path.IndexOf('/', 1); ; end = path.IndexOf('/', end + 1))
        {
            var part = end < 0 ? path : path[..end];
            renamed.Append('/').Append(NameOf(part, part[(part.LastIndexOf('/') + 1)..]));
            if (end < 0)
            {
                return renamed.ToString();
            }
        }
    }

    private static string Take(HashSet<(string Parent, string Name)> taken, string parent, string name)
    {
        var plain = ODataName.Of(name);
        if (!IsReserved(parent, plain) && taken.Add((parent, plain)))
        {
            return plain;
        }
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        for (var length = SuffixLength; ; length++)
        {
            var unique = $"{plain}_{hash[..length]}";
            if (taken.Add((parent, unique)))
            {
                return unique;
            }
        }
    }

    private static bool IsReserved(string parent, string name) =>
        name is "__id" or "__system" || (parent.Length == 0 && name == "Submissions");
}
