namespace ServerlessRosa.XlsForms;

/// <summary>Recognises the columns of a sheet (XF-030, XF-031, XF-039).</summary>
internal sealed class SheetColumns(KnownColumns known, Messages messages)
{
    // Values nest as deep as their header.
    private const int MaxParts = 8;

    /// <summary>A header's path of keys, and whether it was already written as it is used.</summary>
    private readonly record struct Recognised(string[] Path, bool IsFinal);

    public SheetTable Recognise(Sheet sheet, string name, string defaultLanguage, bool cleanText)
    {
        var doubleColons = sheet.Headers.Any(header => header.Text.Contains("::", StringComparison.Ordinal));
        var columns = new List<SheetColumn>();
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in sheet.Headers)
        {
            if (Recognise(header.Text, doubleColons) is not { } recognised)
            {
                messages.Error(name, 1, header.Text, "The header ends with 'jr'. Write the attribute's name after it, such as 'jr:count'.");
                continue;
            }
            if (recognised.Path.Length > MaxParts)
            {
                messages.Error(
                    name,
                    1,
                    header.Text,
                    $"The header has more than {MaxParts} parts with colons between them. Rename the column."
                );
                continue;
            }
            var key = string.Join('\n', recognised.Path);
            if (!recognised.IsFinal && owners.TryGetValue(key, out var other))
            {
                var text =
                    $"The columns '{other}' and '{header.Text}' are different names for the same column. Rename or remove one of them.";
                messages.Error(name, 1, header.Text, text);
            }
            owners[key] = header.Text;
            columns.Add(new SheetColumn(columns.Count, header.Text, recognised.Path));
        }
        var rows = columns.Count == sheet.Headers.Count ? sheet.Rows : [];
        return new SheetTable(name, columns, [.. rows.Select(row => Clean(row, cleanText))], defaultLanguage);
    }

    private Recognised? Recognise(string header, bool doubleColons)
    {
        if (IsKnown(header))
            return new([header], true);
        var snake = PythonText.SnakeCase(header);
        if (IsKnown(snake))
            return new([snake], false);
        if (Split(header, doubleColons) is not { } tokens)
            return null;
        var first = PythonText.SnakeCase(tokens[0]);
        if (known.Aliases.TryGetValue(first, out var alias))
            return new([.. alias, .. tokens[1..]], alias.Length == 1 && tokens.Length == 1 && alias[0] == header);
        return known.Names.Contains(first) ? new([first, .. tokens[1..]], false) : new(tokens, true);
    }

    private bool IsKnown(string header) => known.Names.Contains(header) && !known.Aliases.ContainsKey(header);

    private static string[]? Split(string header, bool doubleColons)
    {
        if (doubleColons)
            return header.Split("::", StringSplitOptions.TrimEntries);
        var tokens = header.Split(':', StringSplitOptions.TrimEntries);
        var jr = Array.IndexOf(tokens, "jr");
        if (jr < 0)
            return tokens;
        return jr + 1 < tokens.Length ? [.. tokens[..jr], "jr:" + tokens[jr + 1], .. tokens[(jr + 2)..]] : null;
    }

    private static string?[] Clean(string?[] row, bool cleanText)
    {
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] is { } cell)
                row[i] = CleanText(cell, cleanText);
        }
        return row;
    }

    /// <summary>XF-03A: plain quotes everywhere; in the survey sheet also no outer white space and no runs of spaces.</summary>
    private static string CleanText(string text, bool cleanText)
    {
        if (text.AsSpan().ContainsAnyInRange('‘', '”'))
            text = text.Replace('‘', '\'').Replace('’', '\'').Replace('“', '"').Replace('”', '"');
        return cleanText ? PythonText.CollapseSpaces(text.Trim()) : text;
    }
}
