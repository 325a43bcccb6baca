namespace ServerlessRosa.XlsForms;

/// <summary>A column: its header as written and its meaning, as a path of keys (XF-030).</summary>
internal sealed record SheetColumn(int Index, string Header, string[] Path);

/// <summary>A sheet whose columns have been recognised.</summary>
internal sealed class SheetTable
{
    private static readonly SheetColumn[] None = [];

    private readonly Dictionary<string, SheetColumn[]> _byKey;

    public SheetTable(string name, IReadOnlyList<SheetColumn> columns, IReadOnlyList<string?[]> rows, string defaultLanguage)
    {
        Name = name;
        Columns = columns;
        DefaultLanguage = defaultLanguage;
        _byKey = columns
            .GroupBy(column => column.Path[0], StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray());
        Keys = [.. columns.Select(column => column.Path[0]).Distinct(StringComparer.Ordinal)];
        Rows = [.. rows.Select((cells, i) => new SheetRow(this, i + 2, cells))];
    }

    public string Name { get; }

    public string DefaultLanguage { get; }

    public IReadOnlyList<SheetColumn> Columns { get; }

    /// <summary>The first keys of all columns, in column order.</summary>
    public IReadOnlyList<string> Keys { get; }

    public IReadOnlyList<SheetRow> Rows { get; }

    public SheetColumn[] ColumnsOf(string key) => _byKey.GetValueOrDefault(key, None);

    /// <summary>The header of the first column that stands for this path; the last key where there is none.</summary>
    public string HeaderOf(params ReadOnlySpan<string> path)
    {
        foreach (var column in ColumnsOf(path[0]))
        {
            if (column.Path.AsSpan().StartsWith(path))
                return column.Header;
        }
        return path[^1];
    }
}

/// <summary>A data row. Values are made when asked for, since most cells of a large sheet are asked for once.</summary>
internal sealed class SheetRow(SheetTable table, int number, string?[] cells)
{
    public SheetTable Table => table;

    /// <summary>Counts from 1, the header included.</summary>
    public int Number => number;

    public bool IsEmpty => cells.Length == 0;

    public string? Cell(SheetColumn column) => column.Index < cells.Length ? cells[column.Index] : null;

    public CellValue? Get(string key)
    {
        CellValue? value = null;
        foreach (var column in table.ColumnsOf(key))
        {
            if (Cell(column) is { } text)
                value = CellValue.Merge(value, CellValue.Nested(column.Path.AsSpan(1), text), table.DefaultLanguage);
        }
        return value;
    }

    /// <summary>The text under a key; null if there is none, or only values by language.</summary>
    public string? Text(string key)
    {
        var columns = table.ColumnsOf(key);
        return columns.Length == 1 && columns[0].Path.Length == 1 ? Cell(columns[0]) : Get(key)?.Text;
    }

    public OrderedDictionary<string, CellValue>? Map(string key) => Get(key)?.Map;
}
