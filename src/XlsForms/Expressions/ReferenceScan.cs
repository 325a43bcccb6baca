namespace ServerlessRosa.XlsForms;

/// <summary>Checks each reference in the workbook before anything is written (XF-056, XF-057).</summary>
internal sealed class ReferenceScan(FormContext context, SurveyTree tree)
{
    private static readonly HashSet<string> NotInSurvey = ["type", "name", "trigger"];
    private static readonly HashSet<string> NotInEntities = ["dataset", "repeat"];
    private static readonly HashSet<string> InChoices = ["label", "media"];

    public void Check()
    {
        if (context.Settings.Row is { } settings)
            Check(settings.Table, [settings], _ => true);
        if (context.Entities.Count > 0)
            Check(context.Entities[0].Row.Table, context.Entities.Select(entity => entity.Row), key => !NotInEntities.Contains(key));
        Check(context.Survey, context.Survey.Rows, key => !NotInSurvey.Contains(key));
        if (context.Choices.Table is { } choices)
            Check(choices, choices.Rows.Where(row => row.Text("list name") is not null), InChoices.Contains);
    }

    private void Check(SheetTable table, IEnumerable<SheetRow> rows, Func<string, bool> isScanned)
    {
        var columns = table.Columns.Where(column => isScanned(column.Path[0])).ToList();
        foreach (var row in rows.Where(row => !row.IsEmpty))
        {
            foreach (var column in columns)
            {
                if (row.Cell(column) is { } text && text.Contains("${", StringComparison.Ordinal))
                    Check(table, row, column, text);
            }
        }
    }

    private void Check(SheetTable table, SheetRow row, SheetColumn column, string text)
    {
        void Error(string message) => context.Messages.Error(table.Name, row.Number, column.Header, message);
        if (Reference.IsMalformedIn(text))
            Error("A reference is not well formed. Write ${name}, without spaces.");
        foreach (var name in Reference.FindAll(text).Select(reference => reference.Name).Distinct())
        {
            switch (tree.Named(name).Count)
            {
                case 0:
                    Error($"There is no question, group or repeat '{name}', to which ${{{name}}} refers. Correct the spelling, or add it.");
                    break;
                case > 1:
                    Error($"More than one question or group has the name '{name}', to which ${{{name}}} refers. Rename them.");
                    break;
            }
        }
    }
}
