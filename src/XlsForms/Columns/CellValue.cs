namespace ServerlessRosa.XlsForms;

/// <summary>The value of a row under one column name: a text, or further values by key, such as a label by language (XF-032).</summary>
internal sealed class CellValue
{
    private CellValue(string? text, OrderedDictionary<string, CellValue>? map)
    {
        Text = text;
        Map = map;
    }

    public string? Text { get; }

    public OrderedDictionary<string, CellValue>? Map { get; }

    public bool IsMap => Map is not null;

    public static CellValue Of(string text) => new(text, null);

    public static CellValue Of(OrderedDictionary<string, CellValue> map) => new(null, map);

    /// <summary>A text below the keys of `path`: `a`, `b` and text is {a: {b: text}}.</summary>
    public static CellValue Nested(ReadOnlySpan<string> path, string text)
    {
        var value = Of(text);
        for (var i = path.Length - 1; i >= 0; i--)
        {
            value = Of(new OrderedDictionary<string, CellValue>(StringComparer.Ordinal) { [path[i]] = value });
        }
        return value;
    }

    /// <summary>Merges two values of one column: maps by key; a text beside a map goes under the default language (XF-032).</summary>
    public static CellValue Merge(CellValue? first, CellValue second, string defaultLanguage)
    {
        if (first is null)
            return second;
        if (first.Map is null && second.Map is null)
            return second;
        if (first.Map is null)
            return second.Map!.ContainsKey(defaultLanguage)
                ? second
                : Merge(Nested([defaultLanguage], first.Text!), second, defaultLanguage);
        if (second.Map is null)
            return first.Map.ContainsKey(defaultLanguage) ? first : Merge(first, Nested([defaultLanguage], second.Text!), defaultLanguage);
        var merged = new OrderedDictionary<string, CellValue>(first.Map, StringComparer.Ordinal);
        foreach (var (key, value) in second.Map)
        {
            merged[key] = Merge(merged.GetValueOrDefault(key), value, defaultLanguage);
        }
        return Of(merged);
    }

    /// <summary>The value with each text replaced.</summary>
    public CellValue Select(Func<string, string> replace)
    {
        if (Map is null)
            return Of(replace(Text!));
        var result = new OrderedDictionary<string, CellValue>(StringComparer.Ordinal);
        foreach (var (key, value) in Map)
        {
            result[key] = value.Select(replace);
        }
        return Of(result);
    }

    /// <summary>All texts in it.</summary>
    public IEnumerable<string> Texts => Map is null ? [Text!] : Map.Values.SelectMany(value => value.Texts);

    /// <summary>The texts by language: a plain text belongs to `defaultLanguage`.</summary>
    public IEnumerable<KeyValuePair<string, string>> ByLanguage(string defaultLanguage)
    {
        if (Map is null)
            return [new(defaultLanguage, Text!)];
        return Map.Where(entry => entry.Value.Text is not null)
            .Select(entry => new KeyValuePair<string, string>(entry.Key, entry.Value.Text!));
    }
}
