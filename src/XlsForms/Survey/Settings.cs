namespace ServerlessRosa.XlsForms;

/// <summary>The settings sheet's first data row (XF-040, XF-041).</summary>
internal sealed class Settings
{
    public const string DefaultRootName = "data";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public SheetRow? Row { get; private init; }

    public IReadOnlyList<KeyValuePair<string, string>> RootAttributes { get; private init; } = [];

    public string? this[string key] => _values.GetValueOrDefault(key);

    public string DefaultLanguage => this["default_language"] ?? "default";

    public string RootName => this["name"] ?? DefaultRootName;

    public bool CleanText => !YesNo.IsNo(this["clean_text_values"]);

    public bool IsFlat => this["flat"] is not null;

    public void Set(string key, string value) => _values[key] = value;

    public static Settings Read(Workbook workbook, Messages messages)
    {
        if (workbook.Find(SheetName.Settings) is not { } sheet || sheet.Rows.Count == 0)
            return new Settings();
        // XF-042: literally these two headers.
        var idString = sheet.Headers.FirstOrDefault(header => header.Text == "id_string");
        if (idString is not null && sheet.Headers.Any(header => header.Text == "form_id"))
        {
            messages.Warning(
                SheetName.Settings,
                1,
                "id_string",
                "Both 'form_id' and 'id_string' are given. 'id_string' is ignored. Remove it."
            );
            sheet = Without(sheet, idString);
        }
        var table = new SheetColumns(KnownColumns.Settings, messages).Recognise(sheet, SheetName.Settings, "default", cleanText: false);
        if (table.Rows.Count == 0)
            return new Settings();
        var row = table.Rows[0];
        var attributes = row.Map("attribute")?.Where(entry => entry.Value.Text is not null) ?? [];
        var settings = new Settings
        {
            Row = row,
            RootAttributes = [.. attributes.Select(entry => new KeyValuePair<string, string>(entry.Key, entry.Value.Text!))],
        };
        foreach (var key in table.Keys.Where(KnownColumns.Settings.Names.Contains))
        {
            if (row.Text(key) is { } text)
                settings.Set(key, text);
        }
        if (settings["name"] is { } name && !XmlName.IsName(name))
            messages.Error(SheetName.Settings, 2, table.HeaderOf("name"), $"'{name}' is not a valid name. {NameRules.Explanation}");
        if (YesNo.IsYes(settings["omit_instanceID"]) && settings["public_key"] is not null)
        {
            const string text = "An encrypted form needs an instanceID. Remove 'omit_instanceID' or 'public_key'.";
            messages.Error(SheetName.Settings, 2, table.HeaderOf("omit_instanceID"), text);
        }
        return settings;
    }

    private static Sheet Without(Sheet sheet, SheetHeader header)
    {
        var at = sheet.Headers.ToList().IndexOf(header);
        return new Sheet(
            sheet.Name,
            [.. sheet.Headers.Where((_, i) => i != at)],
            [.. sheet.Rows.Select(row => row.Length == 0 ? row : [.. row.Where((_, i) => i != at)])]
        );
    }
}

/// <summary>The message about invalid names.</summary>
internal static class NameRules
{
    public const string Explanation =
        "Names begin with a letter or underscore. Letters, digits, hyphens, underscores and periods may follow.";
}
