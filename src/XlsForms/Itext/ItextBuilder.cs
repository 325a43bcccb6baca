namespace ServerlessRosa.XlsForms;

/// <summary>Collects the texts of itext, in the order of XF-202.</summary>
internal sealed class ItextBuilder(FormContext context, SurveyTree tree)
{
    private static readonly string[] MediaKinds = ["image", "big-image", "audio", "video"];
    private static readonly string[] Messages = ["jr:constraintMsg", "jr:requiredMsg", "jr:noAppErrorString"];

    private readonly Itext _itext = new();

    public Itext Build()
    {
        foreach (var list in context.Choices.All.Where(list => list.NeedsItext))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            AddChoices(list);
        }
        var elements = tree.Root.DescendantsAndSelf().Skip(1).Concat(tree.Meta).ToList();
        foreach (var element in elements)
        {
            AddMessages(element);
            AddTexts(element);
        }
        foreach (var element in elements.Where(element => element.Media.Count > 0))
        {
            AddMedia(element.Media, element.Path + ":label", element, element.Row);
        }
        _itext.FillGaps();
        return _itext;
    }

    /// <summary>Whether a message stands in itext and not in the bind (XF-089).</summary>
    public static bool IsItextMessage(string key, CellValue value) =>
        Messages.Contains(key) && (value.IsMap || (key != Messages[2] && Reference.IsIn(value.Text)));

    private void AddChoices(ChoiceList list)
    {
        for (var i = 0; i < list.Choices.Count; i++)
        {
            var choice = list.Choices[i];
            var id = $"{list.Name}-{i}";
            foreach (var (language, text) in choice.Label?.ByLanguage(context.DefaultLanguage) ?? [])
            {
                _itext.Add(language, id, new ItextValue(null, text, null));
            }
            if (choice.Media is not null)
                AddMedia(choice.Media, id, null, 0);
        }
    }

    private void AddMessages(SurveyElement element)
    {
        foreach (var key in Messages)
        {
            if (element.Bind.GetValueOrDefault(key) is not { } message || !IsItextMessage(key, message))
                continue;
            Add(message, $"{element.Path}:{key}", null, element);
        }
    }

    private void AddTexts(SurveyElement element)
    {
        if (element.Label is { } label && element.HasItextLabel)
            Add(label, element.Path + ":label", null, element);
        if (element.IsSection)
            return;
        var hasGuidance = element.GuidanceHint is not null;
        if (element.Hint is { } hint && (hint.IsMap || hasGuidance))
            Add(hint, element.Path + ":hint", null, element);
        if (hasGuidance)
            Add(element.GuidanceHint!, element.Path + ":hint", Itext.Guidance, element);
    }

    private void Add(CellValue value, string id, string? form, SurveyElement element)
    {
        if (value.Map is { } map && map.Values.Any(inner => inner.IsMap))
        {
            const string text =
                "A translated column has one language: write 'label::French (fr)'. This row has values under a longer header.";
            context.SurveyError(element.Row, text);
        }
        foreach (var (language, text) in value.ByLanguage(context.DefaultLanguage))
        {
            _itext.Add(language, id, new ItextValue(form, text, element));
        }
    }

    private void AddMedia(OrderedDictionary<string, CellValue> media, string id, SurveyElement? element, int row)
    {
        foreach (var (kind, value) in media)
        {
            if (!MediaKinds.Contains(kind))
            {
                var sheet = element is null ? SheetName.Choices : SheetName.Survey;
                var text = $"The kind of media '{kind}' is not supported. Use one of: {string.Join(", ", MediaKinds)}.";
                context.Messages.Error(sheet, row == 0 ? null : row, $"media::{kind}", text);
                continue;
            }
            foreach (var (language, file) in value.ByLanguage(context.DefaultLanguage))
            {
                _itext.Add(language, id, new ItextValue(kind, file, element));
            }
        }
    }
}
