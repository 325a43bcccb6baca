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

    /// <summary>A value as text: a map as Python prints a dictionary, which is what the reference writes into an attribute.</summary>
    public static string Of(CellValue value) =>
        value.Map is null
            ? value.Text!
            : "{"
                + string.Join(
                    ", ",
                    value.Map.Select(entry => $"{Quote(entry.Key)}: {(entry.Value.IsMap ? Of(entry.Value) : Quote(entry.Value.Text!))}")
                )
                + "}";

    private static string Quote(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\t", "\\t", StringComparison.Ordinal);
        return quote + (quote == '\'' ? escaped.Replace("'", "\\'", StringComparison.Ordinal) : escaped) + quote;
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
