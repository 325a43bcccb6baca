namespace ServerlessRosa.XlsForms;

/// <summary>The choices sheet, list by list, in the order of first appearance (XF-146).</summary>
internal sealed class ChoiceLists
{
    private const string ListName = "list name";
    private static readonly HashSet<string> OwnColumns = [ListName, "name", "label", "media", "sms_option"];

    private readonly Dictionary<string, ChoiceList> _byName = new(StringComparer.Ordinal);
    private readonly List<ChoiceList> _lists = [];

    public IReadOnlyList<ChoiceList> All => _lists;

    public SheetTable? Table { get; private init; }

    /// <summary>The columns that become elements of an item of their own.</summary>
    public IReadOnlyList<SheetColumn> ExtraColumns { get; private init; } = [];

    public ChoiceList? Find(string name) => _byName.GetValueOrDefault(name);

    public static ChoiceLists Read(Workbook workbook, Settings settings, Messages messages, CancellationToken cancellationToken)
    {
        if (workbook.Find(SheetName.Choices) is not { } sheet)
            return new ChoiceLists();
        var columns = new SheetColumns(KnownColumns.Choices, messages);
        var table = columns.Recognise(sheet, SheetName.Choices, settings.DefaultLanguage, cleanText: false);
        if (table.Rows.Count > 0 && !table.Keys.Contains("name"))
            messages.Error(SheetName.Choices, 1, "name", "The choices sheet needs a column 'name'. Add it, with the value of each choice.");
        var lists = new ChoiceLists { Table = table, ExtraColumns = FindExtraColumns(table, messages) };
        var allowDuplicates = YesNo.IsYes(settings["allow_choice_duplicates"]);
        var seen = new HashSet<(string, string)>();
        foreach (var row in table.Rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (row.Text(ListName) is not { } listName)
                continue;
            var choice = ReadChoice(row, messages);
            if (choice.Name.Length > 0 && !allowDuplicates && !seen.Add((listName, choice.Name)))
            {
                var text =
                    $"The list '{listName}' has the choice '{choice.Name}' twice. Rename one, or set 'allow_choice_duplicates' to yes.";
                messages.Error(SheetName.Choices, row.Number, table.HeaderOf("name"), text);
            }
            lists.Get(listName).Choices.Add(choice);
        }
        lists.FindItext();
        return lists;
    }

    /// <summary>Adds the choice `other` to a list, once for the form (XF-148).</summary>
    public static void AddOther(ChoiceList list)
    {
        if (list.HasOther || list.Choices.Any(choice => choice.Name == "other"))
            return;
        list.HasOther = true;
        var languages = list
            .Choices.Where(choice => choice.Label is { IsMap: true })
            .SelectMany(choice => choice.Label!.Map!.Keys)
            .Distinct();
        var label = new OrderedDictionary<string, CellValue>(StringComparer.Ordinal);
        foreach (var language in languages)
        {
            label[language] = CellValue.Of("Other");
        }
        list.Choices.Add(new Choice("other", label.Count == 0 ? CellValue.Of("Other") : CellValue.Of(label), null));
    }

    /// <summary>Adds the choice `none` to a list, as the setting `add_none_option` asks for.</summary>
    public static void AddNone(ChoiceList list)
    {
        if (!list.Choices.Exists(choice => choice.Name == "none"))
            list.Choices.Add(new Choice("none", CellValue.Of("None"), null));
    }

    private ChoiceList Get(string name)
    {
        if (_byName.TryGetValue(name, out var list))
            return list;
        list = new ChoiceList(name);
        _byName.Add(name, list);
        _lists.Add(list);
        return list;
    }

    private static Choice ReadChoice(SheetRow row, Messages messages)
    {
        var name = row.Text("name");
        var label = row.Get("label");
        if (name is null)
            messages.Error(SheetName.Choices, row.Number, row.Table.HeaderOf("name"), "The choice has no name. Fill in the cell.");
        if (label is null)
            messages.Warning(SheetName.Choices, row.Number, row.Table.HeaderOf("label"), "The choice has no label. Fill in the cell.");
        return new Choice(name ?? "", label, row);
    }

    private static List<SheetColumn> FindExtraColumns(SheetTable table, Messages messages)
    {
        var extra = new List<SheetColumn>();
        foreach (var column in table.Columns.Where(column => !OwnColumns.Contains(column.Path[0])))
        {
            if (column.Path.Length > 1)
                CheckGrouped(table, column, messages);
            else if (column.Header.Length == 0 || column.Path[0].Contains(' ', StringComparison.Ordinal))
                messages.Warning(SheetName.Choices, 1, column.Header, "The column is left out: its header has a space. Rename it.");
            else
                extra.Add(column);
        }
        return extra;
    }

    private static void CheckGrouped(SheetTable table, SheetColumn column, Messages messages)
    {
        if (table.Rows.FirstOrDefault(row => row.Cell(column) is not null) is { } row)
        {
            const string text = "Only label and media columns can have a language. Remove the colon from the header, or remove the column.";
            messages.Error(SheetName.Choices, row.Number, column.Header, text);
        }
    }

    private void FindItext()
    {
        foreach (var list in _lists)
        {
            list.NeedsItext = list.Choices.Exists(choice =>
                choice.Media is { Count: > 0 } || choice.Label is { IsMap: true } || Reference.IsIn(choice.Label?.Text)
            );
        }
    }
}
