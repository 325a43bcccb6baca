namespace ServerlessRosa.XlsForms;

/// <summary>Which translatable columns a sheet has in which language, and the warning about gaps (XF-208).</summary>
internal static class Translations
{
    private const string Default = "default";

    private static readonly string[] SurveyColumns = ["label", "hint", "guidance_hint"];

    /// <summary>Whether any column has a language.</summary>
    public static bool AreUsed(FormContext context) =>
        Columns(context.Survey, isSurvey: true).Concat(Choices(context)).Any(column => column.Language != Default);

    public static void WarnOfGaps(FormContext context)
    {
        Warn(context, SheetName.Survey, [.. Columns(context.Survey, isSurvey: true)]);
        Warn(context, SheetName.Choices, [.. Choices(context)]);
    }

    private static IEnumerable<(string Column, string Language)> Choices(FormContext context) =>
        context.Choices.Table is { } table ? Columns(table, isSurvey: false) : [];

    private static IEnumerable<(string Column, string Language)> Columns(SheetTable table, bool isSurvey)
    {
        foreach (var path in table.Columns.Select(column => column.Path))
        {
            var (name, length) = path switch
            {
                ["media", var kind, ..] => (kind, 2),
                ["bind", "jr:constraintMsg", ..] when isSurvey => ("constraint_message", 2),
                ["bind", "jr:requiredMsg", ..] when isSurvey => ("required_message", 2),
                [var first, ..] when first == "label" || (isSurvey && SurveyColumns.Contains(first)) => (first, 1),
                _ => ("", 0),
            };
            if (length > 0)
                yield return (name, path.Length > length ? path[length] : Default);
        }
    }

    private static void Warn(FormContext context, string sheet, List<(string Column, string Language)> columns)
    {
        if (columns.All(column => column.Language == Default))
            return;
        var all = columns.Select(column => column.Column).Distinct().Order(StringComparer.Ordinal).ToList();
        foreach (var language in columns.GroupBy(column => column.Language, column => column.Column))
        {
            var missing = all.Except(language).ToList();
            if (missing.Count > 0)
            {
                var text = $"The language '{language.Key}' has no column for: {string.Join(", ", missing)}. Another language has.";
                context.Messages.Warning(sheet, 1, null, text);
            }
        }
    }
}
