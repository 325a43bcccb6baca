using ExcelDataReader;

namespace ServerlessRosa.XlsForms;

/// <summary>Reads one sheet: the header, then rows until the sheet ends or has too many empty rows in a row (XF-021 to XF-024).</summary>
internal sealed class SheetReader(IExcelDataReader reader, string name, Messages messages, CellBudget budget, bool wholeSeconds)
{
    private const int EmptyHeadersAllowed = 20;
    private const int EmptyRowsAllowed = 60;

    private const int MaxRows = 1 << 20;
    private const int MaxColumns = 1 << 14;

    private readonly List<SheetHeader> _headers = [];
    private readonly List<int> _columns = [];

    public Sheet Read(CancellationToken cancellationToken)
    {
        // More than a spreadsheet can have is damage, on which the library would loop for long.
        if (reader.RowCount > MaxRows || reader.FieldCount > MaxColumns)
            throw new ConversionStopException($"The sheet '{name}' is damaged. Open it in a spreadsheet program and save it again.");
        var rows = new List<string?[]>();
        if (reader.FieldCount == 0 || !reader.Read())
            return new Sheet(name, _headers, rows);
        ReadHeaders();
        var lastRow = 0;
        var emptyRows = 0;
        while (emptyRows <= EmptyRowsAllowed && reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            budget.CountRow(reader.FieldCount);
            var row = ReadRow();
            rows.Add(row);
            if (row.Length == 0)
            {
                emptyRows++;
                continue;
            }
            emptyRows = 0;
            lastRow = rows.Count;
        }
        rows.RemoveRange(lastRow, rows.Count - lastRow);
        return new Sheet(name, _headers, rows);
    }

    private void ReadHeaders()
    {
        var empty = 0;
        var cleaned = new HashSet<string>(StringComparer.Ordinal);
        for (var column = 0; column < reader.FieldCount && empty <= EmptyHeadersAllowed; column++)
        {
            var value = reader.GetValue(column);
            if (value is null || (value is string text && string.IsNullOrWhiteSpace(text)))
            {
                empty++;
                continue;
            }
            empty = 0;
            var raw = value as string;
            if (raw is null)
            {
                var shown = CellText.Of(reader, column, wholeSeconds);
                messages.Error(name, 1, shown, "A column header must be text. Put an apostrophe in front of it, or rename the column.");
                raw = shown ?? "";
            }
            if (cleaned.Contains(raw))
                messages.Error(name, 1, raw.Trim(), "Two columns have this header. Rename or remove one of them.");
            var header = CleanHeader(budget.Count(raw));
            cleaned.Add(header);
            _headers.Add(new SheetHeader(header));
            _columns.Add(column);
        }
    }

    private static string CleanHeader(string raw)
    {
        var text = CellText.RestoreEscapes(raw).Trim();
        while (text.Contains("  ", StringComparison.Ordinal))
        {
            text = text.Replace("  ", " ", StringComparison.Ordinal);
        }
        return text;
    }

    /// <summary>The row's cells in header order; no cells at all for a row without values.</summary>
    private string?[] ReadRow()
    {
        string?[]? row = null;
        for (var i = 0; i < _columns.Count; i++)
        {
            if (_columns[i] >= reader.FieldCount || CellText.Of(reader, _columns[i], wholeSeconds) is not { } text)
                continue;
            row ??= new string?[_columns.Count];
            row[i] = budget.Count(text);
        }
        return row ?? [];
    }
}

/// <summary>Counts the cells and stops the conversion beyond the limit.</summary>
internal sealed class CellBudget(long maxCharacters)
{
    private const long MaxCells = 64L << 20;

    // A cell costs memory whatever its text: so many characters' worth.
    private const int CellOverhead = 16;

    private long _characters;
    private long _cells;

    public string Count(string text)
    {
        _characters += text.Length + CellOverhead;
        if (_characters > maxCharacters)
            throw new ConversionStopException($"The sheets hold more than {maxCharacters} characters. Remove what the form does not need.");
        return text;
    }

    public void CountRow(int columns)
    {
        _cells += columns;
        if (_cells > MaxCells)
            throw new ConversionStopException("The sheets have too many cells. Remove empty columns and rows.");
    }
}
