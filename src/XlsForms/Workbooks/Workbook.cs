namespace ServerlessRosa.XlsForms;

/// <summary>The sheets of a workbook that matter for a form, as text.</summary>
/// <param name="Sheets">By lower-case name (XF-020).</param>
/// <param name="SheetNames">All sheet names, as written.</param>
internal sealed record Workbook(IReadOnlyDictionary<string, Sheet> Sheets, IReadOnlyList<string> SheetNames)
{
    public Sheet? Find(string name) => Sheets.GetValueOrDefault(name);
}

/// <summary>A sheet: its header row and its data rows, row 2 first. Rows without a value are kept, for true row numbers.</summary>
internal sealed record Sheet(string Name, IReadOnlyList<SheetHeader> Headers, IReadOnlyList<string?[]> Rows);

/// <summary>A header cell. <paramref name="Text"/> is cleaned (XF-022); its position in the list is that of the cells of a row.</summary>
internal sealed record SheetHeader(string Text);

/// <summary>The sheets that a form is made of (XF-020).</summary>
internal static class SheetName
{
    public const string Survey = "survey";
    public const string Choices = "choices";
    public const string Settings = "settings";
    public const string ExternalChoices = "external_choices";
    public const string Entities = "entities";
    public const string Osm = "osm";

    public static readonly string[] All = [Survey, Choices, Settings, ExternalChoices, Entities, Osm];
}
