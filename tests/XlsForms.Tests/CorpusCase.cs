using System.Globalization;
using System.Text.Json;

namespace ServerlessRosa.XlsForms.Tests;

/// <summary>A workbook and what the reference makes of it; its folder's README describes the file.</summary>
internal sealed class CorpusCase
{
    private readonly JsonElement _case;
    private readonly string _folder;

    private CorpusCase(JsonElement element, string folder)
    {
        _case = element;
        _folder = folder;
    }

    public string Id => Text("id")!;

    public string Source => Text("source")!;

    public string? Xml => Text("xml");

    public string? Error => Text("error");

    public string? Itemsets => Text("itemsets");

    public bool HasWarnings => _case.TryGetProperty("warnings", out var warnings) && warnings.GetArrayLength() > 0;

    public JsonElement Json => _case;

    public XlsFormOptions Options => new() { FormIdFallback = Text("form_id_fallback") };

    /// <summary>The cases of a file; none where the folder does not exist.</summary>
    public static IEnumerable<CorpusCase> Read(string file)
    {
        if (Folder() is not { } folder || !File.Exists(Path.Combine(folder, file)))
            yield break;
        foreach (var line in File.ReadLines(Path.Combine(folder, file)))
        {
            using var document = JsonDocument.Parse(line);
            yield return new CorpusCase(document.RootElement.Clone(), folder);
        }
    }

    /// <summary>`../shared/corpus/xlsform` beside the repository or one of its worktrees, or below ROSA_CORPUS.</summary>
    public static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("ROSA_CORPUS") is { } configured)
            return Path.Combine(configured, "xlsform");
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var candidate = Path.Combine(at.FullName, "shared", "corpus", "xlsform");
            if (Directory.Exists(candidate))
                return candidate;
        }
        return null;
    }

    public Stream Open()
    {
        if (Text("file") is { } file)
            return File.OpenRead(Path.Combine(_folder, file));
        var builder = new WorkbookBuilder();
        foreach (var sheet in _case.GetProperty("sheets").EnumerateArray())
        {
            var rows = sheet.GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().Select(Cell).ToArray());
            builder.Sheet(sheet.GetProperty("name").GetString()!, [.. rows]);
        }
        return builder.Build();
    }

    private static object? Cell(JsonElement cell) =>
        cell.ValueKind switch
        {
            JsonValueKind.String => cell.GetString(),
            JsonValueKind.Number => cell.GetDouble(),
            JsonValueKind.True or JsonValueKind.False => cell.GetBoolean(),
            JsonValueKind.Object when cell.TryGetProperty("date", out var date) => DateTime.Parse(
                date.GetString()!,
                CultureInfo.InvariantCulture
            ),
            JsonValueKind.Object => TimeSpan.Parse(cell.GetProperty("time").GetString()!, CultureInfo.InvariantCulture),
            _ => null,
        };

    private string? Text(string name) =>
        _case.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Null if the outcome is the reference's; else what differs.</summary>
    public string? Compare(XlsFormResult result)
    {
        if (Xml is null)
            return result.Form is null ? null : $"accepted; the reference: {Error}";
        if (result.Form is null)
            return $"refused: {string.Join(" / ", result.Errors)}";
        string? difference;
        try
        {
            difference = CanonicalForm.Difference(Xml, result.Form.Xml);
        }
        catch (System.Xml.XmlException e)
        {
            return $"not XML: {e.Message}";
        }
        if (difference is not null || Itemsets is null)
            return difference;
        return Normalise(Itemsets) == Normalise(result.Form.Itemsets ?? "") ? null : "itemsets.csv differs";
    }

    private static string Normalise(string csv) => csv.Replace("\r\n", "\n", StringComparison.Ordinal).Trim('\n');
}
