namespace ServerlessRosa.XlsForms;

/// <summary>One `value` of an itext entry: its form (null for plain text), its content, and the element with it.</summary>
internal readonly record struct ItextValue(string? Form, string Text, SurveyElement? Element);

/// <summary>The translations of a form, language by language (XF-200 to XF-206).</summary>
internal sealed class Itext
{
    public const string Missing = "-";
    public const string Guidance = "guidance";

    private readonly OrderedDictionary<string, OrderedDictionary<string, List<ItextValue>>> _languages = new(StringComparer.Ordinal);

    public bool IsEmpty => _languages.Count == 0;

    public IEnumerable<KeyValuePair<string, OrderedDictionary<string, List<ItextValue>>>> Languages => _languages;

    public void Add(string language, string id, ItextValue value)
    {
        if (!_languages.TryGetValue(language, out var texts))
            _languages.Add(language, texts = new(StringComparer.Ordinal));
        if (!texts.TryGetValue(id, out var values))
            texts.Add(id, values = new(1));
        var at = values.FindIndex(other => other.Form == value.Form);
        if (at < 0)
            values.Add(value);
        else
            values[at] = value;
    }

    /// <summary>Gives each language what any other has, with `-` for missing texts (XF-203).</summary>
    public void FillGaps()
    {
        if (_languages.Count < 2)
            return;
        var forms = new OrderedDictionary<string, List<string?>>(StringComparer.Ordinal);
        foreach (var (id, values) in _languages.Values.SelectMany(texts => texts))
        {
            if (!forms.TryGetValue(id, out var known))
                forms.Add(id, known = new(1));
            known.AddRange(values.Select(value => value.Form).Where(form => !known.Contains(form)));
        }
        foreach (var texts in _languages.Values)
        {
            foreach (var (id, known) in forms)
            {
                if (!texts.TryGetValue(id, out var values))
                    texts.Add(id, values = new(1));
                var missing = known.Where(form => !values.Exists(value => value.Form == form)).ToList();
                values.AddRange(missing.Select(form => new ItextValue(form, Missing, null)));
            }
        }
    }
}
