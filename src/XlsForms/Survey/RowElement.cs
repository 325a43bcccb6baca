namespace ServerlessRosa.XlsForms;

/// <summary>Copies what any row may have into its element.</summary>
internal static class RowElement
{
    public static OrderedDictionary<string, CellValue> Copy(SheetRow row, string key) =>
        row.Map(key) is { } map ? new(map, StringComparer.Ordinal) : new(StringComparer.Ordinal);

    public static void Fill(SurveyElement element, SheetRow row)
    {
        element.Label = row.Get("label");
        element.Hint = row.Get("hint") ?? (element.Type?.Hint is { } hint ? CellValue.Of(hint) : null);
        element.GuidanceHint = row.Get("guidance_hint");
        element.Media = Copy(row, "media");
        element.Bind = Copy(row, "bind");
        element.Control = Copy(row, "control");
        element.InstanceAttributes = Copy(row, "instance");
        element.Default = row.Text("default");
        element.Trigger = row.Text("trigger");
        element.ChoiceFilter = row.Text("choice_filter");
    }
}
