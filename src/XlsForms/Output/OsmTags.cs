namespace ServerlessRosa.XlsForms;

/// <summary>The osm sheet: tags of OpenStreetMap, list by list (XF-119).</summary>
internal sealed class OsmTags(ILookup<string, (string Name, string Label)> tags)
{
    private const string ListName = "list name";

    public static OsmTags Read(FormContext context)
    {
        var rows = context.Workbook.Find(SheetName.Osm) is { } sheet
            ? new SheetColumns(KnownColumns.Choices, context.Messages)
                .Recognise(sheet, SheetName.Osm, context.DefaultLanguage, cleanText: false)
                .Rows
            : [];
        return new OsmTags(
            rows.Where(row => row.Text(ListName) is not null && row.Text("name") is not null)
                .ToLookup(row => row.Text(ListName)!, row => (row.Text("name")!, row.Text("label") ?? ""))
        );
    }

    public void Write(XFormXmlWriter xml, string list)
    {
        foreach (var (name, label) in tags[list])
        {
            xml.Start("tag").Attribute("key", name).Element("label", label).End();
        }
    }
}
