using System.Text;

namespace ServerlessRosa.XlsForms;

/// <summary>Text functions that behave as those the reference uses.</summary>
internal static class PythonText
{
    public static string Lower(string text) => text.ToLowerInvariant();

    /// <summary>Words joined by underscores, in lower case: `Form Title` is `form_title` (XF-030).</summary>
    public static string SnakeCase(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return Lower(string.Join('_', words));
    }

    /// <summary>Makes each run of spaces one space; other white space stays.</summary>
    public static string CollapseSpaces(string text)
    {
        if (!text.Contains("  ", StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c != ' ' || result.Length == 0 || result[^1] != ' ')
                result.Append(c);
        }
        return result.ToString();
    }
}
