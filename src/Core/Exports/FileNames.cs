using System.Globalization;
using System.Security.Cryptography;
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

    /// <summary>
    /// The file name of each table: the form's name, then that of the repeat, numbered where several repeats have the same (OR-275).
    /// </summary>
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

/// <summary>
/// The file names of one archive. No two have the same path, not even on a case-insensitive file system. Keeps eight bytes of each.
/// </summary>
internal sealed class ArchiveNames
{
    private readonly HashSet<long> _taken = [];

    /// <summary>
    /// `media/a.jpg`; a file of that name from another submission goes into a folder named by its instance id, `media/uuid-1/a.jpg`. A
    /// second file of the same submission whose name becomes equal is numbered.
    /// </summary>
    public string Media(string name, string instanceId)
    {
        var file = FileNames.Safe(name);
        var path = $"media/{file}";
        for (var number = 1; !TryTake(path); number++)
        {
            var folder = FileNames.Safe(instanceId.Replace(':', '-'));
            path =
                number == 1
                    ? $"media/{folder}/{file}"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"media/{folder}/{Path.GetFileNameWithoutExtension(file)}~{number}{Path.GetExtension(file)}"
                    );
        }
        return path;
    }

    private bool TryTake(string path) => _taken.Add(BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes(path.ToUpperInvariant()))));
}
