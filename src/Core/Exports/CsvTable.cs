namespace ServerlessRosa.Core.Exports;

/// <summary>How the columns of a table look in CSV (OR-273, OR-274): a location takes four, and a multiple choice can have one for each
/// choice.</summary>
internal sealed class CsvTable
{
    private const string Location = "geopoint";
    private static readonly string[] PartsOfLocation = ["-Latitude", "-Longitude", "-Altitude", "-Accuracy"];
    private readonly ExportTable _table;
    private readonly string[][] _choices;

    /// <param name="table">The submissions' own, or that of a repeat.</param>
    /// <param name="groupPaths">Whether column names include the groups of a question.</param>
    /// <param name="choices">The values that a multiple choice is split into, in order; nothing to leave it whole.</param>
    public CsvTable(ExportTable table, bool groupPaths, Func<ExportColumn, IEnumerable<string>> choices)
    {
        _table = table;
        _choices = [.. table.Columns.Select(column => choices(column).ToArray())];
        Names =
        [
            .. table.Columns.SelectMany(
                (column, i) => NamesOf(column, groupPaths ? string.Join('-', column.Path) : column.Path[^1], _choices[i])
            ),
        ];
    }

    public IReadOnlyList<string> Names { get; }

    public void Write(CsvText csv, ExportRow row)
    {
        for (var i = 0; i < _choices.Length; i++)
        {
            if (_table.Columns[i].Field.Type == Location)
            {
                WriteLocation(csv, row[i]);
                continue;
            }
            csv.Cell(row[i]);
            if (_choices[i].Length > 0)
            {
                var chosen = ChosenIn(row[i]);
                foreach (var choice in _choices[i])
                {
                    csv.Cell(chosen.Contains(choice) ? "1" : "0");
                }
            }
        }
    }

    public static string[] ChosenIn(string? answer) => answer?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static void WriteLocation(CsvText csv, string? answer)
    {
        var parts = ChosenIn(answer);
        for (var part = 0; part < PartsOfLocation.Length; part++)
        {
            csv.Cell(part < parts.Length ? parts[part] : null);
        }
    }

    private static IEnumerable<string> NamesOf(ExportColumn column, string name, string[] choices) =>
        column.Field.Type == Location
            ? PartsOfLocation.Select(part => name + part)
            : choices.Select(choice => $"{name}/{choice}").Prepend(name);
}
