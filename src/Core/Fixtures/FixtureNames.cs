using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>Turns names of fields into names of XML elements and attributes.</summary>
public static partial class FixtureNames
{
    /// <summary>The nearest XML name without a colon: what can't be in one becomes `_`, and so does a start that can't be one. Names
    /// that XML keeps for itself get a `_` too.</summary>
    public static string Clean(string name)
    {
        var clean = new StringBuilder(name.Length + 1);
        foreach (var letter in name.Trim())
        {
            clean.Append(XmlConvert.IsNCNameChar(letter) ? letter : '_');
        }
        if (clean.Length == 0 || !XmlConvert.IsStartNCNameChar(clean[0]) || name.StartsWith("xml", StringComparison.OrdinalIgnoreCase))
        {
            clean.Insert(0, '_');
        }
        return clean.ToString();
    }

    /// <summary>Whether phones take it as the name of an index: a name that they don't aborts their sync (CC-041).</summary>
    public static bool IsIndex(string name) => Index().IsMatch(name);

    [GeneratedRegex(@"\A[a-zA-Z0-9,@_.-]+\z")]
    private static partial Regex Index();
}
