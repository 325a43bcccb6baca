using System.Text;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Converts the target of `bind`, `repeat` and `select` to a field path, without root element and prefixes (OR-147 to OR-151).
/// </summary>
internal static class FieldPath
{
    /// <summary>Null when the path, absolute or relative to the root element, is not in this instance.</summary>
    public static string? Of(string nodeset, string rootName)
    {
        var absolute = nodeset.AsSpan().Trim().StartsWith('/');
        var path = new StringBuilder();
        var first = true;
        foreach (var part in nodeset.Split('/', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".")
                continue;
            var name = part[(part.IndexOf(':', StringComparison.Ordinal) + 1)..];
            if (first && absolute)
            {
                if (name != rootName)
                    return null;
            }
            else
            {
                path.Append('/').Append(name);
            }
            first = false;
        }
        return path.ToString();
    }

    public static HashSet<string> SetOf(IEnumerable<string> nodesets, string rootName) =>
        [.. nodesets.Select(nodeset => Of(nodeset, rootName)).OfType<string>()];
}
