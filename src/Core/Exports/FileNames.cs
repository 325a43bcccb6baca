using System.Globalization;
using System.Text;

namespace ServerlessRosa.Core.Exports;

/// <summary>Names of files in an archive. Phones and form designers choose them, so nothing in one may lead out of the folder that it
/// is unpacked into.</summary>
public static class FileNames
{
    public static string Safe(string name)
    {
        var safe = new StringBuilder(name.Length);
        foreach (var character in name)
        {
            if (character is not ('/' or '\\' or '"' or ':' or '*' or '?' or '<' or '>' or '|') && !char.IsControl(character))
            {
                safe.Append(character);
            }
        }
        var text = safe.ToString().Trim();
        return text.Trim('.').Length == 0 ? "_" : text;
    }

    /// <summary>Of each table: the form's name, then that of the repeat, numbered where several repeats have the same (OR-275).</summary>
    public static IReadOnlyList<string> OfTables(string formId, ExportSchema schema)
    {
        var repeats = schema.Tables.Where(table => table.Parent is not null).CountBy(table => table.Node.Name).ToDictionary();
        var numbers = new Dictionary<string, int>();
        return [.. schema.Tables.Select(table => Safe($"{formId}{Repeat(table)}.csv"))];

        string Repeat(ExportTable table)
        {
            if (table.Parent is null)
            {
                return "";
            }
            var name = table.Node.Name;
            if (repeats[name] == 1)
            {
                return $"-{name}";
            }
            var number = numbers[name] = numbers.GetValueOrDefault(name) + 1;
            return string.Create(CultureInfo.InvariantCulture, $"-{name}~{number}");
        }
    }
}
