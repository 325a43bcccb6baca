using System.Text;

namespace ServerlessRosa.XlsForms;

/// <summary>The external_choices sheet, for select_one_external (XF-170).</summary>
internal sealed class ExternalChoices
{
    private const string ListName = "list name";

    private readonly SheetTable _table;
    private readonly HashSet<string> _lists;

    private ExternalChoices(SheetTable table)
    {
        _table = table;
        _lists = [.. table.Rows.Select(row => row.Text(ListName)).OfType<string>()];
    }

    public bool HasList(string name) => _lists.Contains(name);

    public static ExternalChoices? Read(Workbook workbook, Settings settings, Messages messages)
    {
        if (workbook.Find(SheetName.ExternalChoices) is not { } sheet)
            return null;
        var columns = new SheetColumns(KnownColumns.Choices, messages);
        return new ExternalChoices(columns.Recognise(sheet, SheetName.ExternalChoices, settings.DefaultLanguage, cleanText: false));
    }

    /// <summary>The content of itemsets.csv. A row has only its non-empty cells, one after the other, as the reference writes it.</summary>
    public string ToCsv()
    {
        var csv = new StringBuilder();
        AppendLine(csv, _table.Columns.Select(column => column.Header));
        foreach (var row in _table.Rows)
        {
            AppendLine(csv, _table.Columns.Select(row.Cell).OfType<string>());
        }
        return csv.ToString();
    }

    private static void AppendLine(StringBuilder csv, IEnumerable<string> cells)
    {
        var first = true;
        foreach (var cell in cells)
        {
            csv.Append(first ? "\"" : ",\"").Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            first = false;
        }
        csv.Append("\r\n");
    }
}
