using System.Text;

namespace ServerlessRosa.XlsForms;

/// <summary>Repeats the children of a loop for each choice of a list (XF-124a).</summary>
internal sealed class Loop(FormContext context, ChoiceList list, Action<int> count)
{
    private const string None = "none";

    private static readonly System.Buffers.SearchValues<char> Percent = System.Buffers.SearchValues.Create("%");

    public void Expand(SurveyElement loop)
    {
        var template = loop.Children.ToList();
        var size = loop.DescendantsAndSelf().Count();
        loop.Children.Clear();
        foreach (var choice in list.Choices.Where(choice => choice.Name != None))
        {
            count(size);
            var group = new SurveyElement(ElementKind.Group, choice.Name, loop.Row) { IsFlat = loop.IsFlat, Label = choice.Label };
            group.Media = choice.Media ?? group.Media;
            if (!XmlName.IsName(choice.Name))
                context.SurveyError(
                    loop.Row,
                    $"The choice '{choice.Name}' of the list '{list.Name}' is not a valid name of a group.",
                    "type"
                );
            loop.Add(group);
            foreach (var child in template)
            {
                group.Add(Copy(child, choice, isDirect: true));
            }
        }
    }

    /// <summary>A copy of an element; the reference fills in name and label only in direct children of the loop.</summary>
    private SurveyElement Copy(SurveyElement element, Choice choice, bool isDirect)
    {
        var copy = new SurveyElement(element.Kind, element.Name, element.Row)
        {
            Type = element.Type,
            TypeName = element.TypeName,
            Label = element.Label,
            Hint = element.Hint,
            GuidanceHint = element.GuidanceHint,
            Media = element.Media,
            Bind = element.Bind,
            Control = element.Control,
            InstanceAttributes = element.InstanceAttributes,
            Default = element.Default,
            Trigger = element.Trigger,
            ChoiceFilter = element.ChoiceFilter,
            Itemset = element.Itemset,
            Query = element.Query,
            OsmList = element.OsmList,
            Quality = element.Quality,
            IsFlat = element.IsFlat,
        };
        if (isDirect)
            Fill(copy, choice);
        foreach (var child in element.Children)
        {
            copy.Add(Copy(child, choice, isDirect: false));
        }
        return copy;
    }

    private void Fill(SurveyElement element, Choice choice)
    {
        string? Text(string? text) => text is null ? null : Replace(text, choice.Name, choice.Label?.Text ?? "", element.Row);
        element.Name = Text(element.Name)!;
        element.Label = FillByLanguage(element.Label, choice, element.Row);
        element.Hint = FillByLanguage(element.Hint, choice, element.Row);
        element.GuidanceHint = FillByLanguage(element.GuidanceHint, choice, element.Row);
        element.Media = FillMap(element.Media, choice, element.Row);
        element.Bind = FillMap(element.Bind, choice, element.Row);
        element.Control = FillMap(element.Control, choice, element.Row);
        element.InstanceAttributes = FillMap(element.InstanceAttributes, choice, element.Row);
        element.Default = Text(element.Default);
        element.Trigger = Text(element.Trigger);
        element.ChoiceFilter = Text(element.ChoiceFilter);
    }

    private OrderedDictionary<string, CellValue> FillMap(OrderedDictionary<string, CellValue> map, Choice choice, int row)
    {
        if (map.Count == 0)
            return map;
        var filled = new OrderedDictionary<string, CellValue>(StringComparer.Ordinal);
        foreach (var (key, value) in map)
        {
            filled[key] = FillByLanguage(value, choice, row)!;
        }
        return filled;
    }

    private CellValue? FillByLanguage(CellValue? value, Choice choice, int row)
    {
        if (value?.Map is null)
            return value?.Select(text => Replace(text, choice.Name, choice.Label?.Text ?? "", row));
        var filled = new OrderedDictionary<string, CellValue>(StringComparer.Ordinal);
        foreach (var (language, inner) in value.Map)
        {
            var label = choice.Label?.Map?.GetValueOrDefault(language)?.Text ?? choice.Label?.Text ?? "";
            filled[language] = inner.Select(text => Replace(text, choice.Name, label, row));
        }
        return CellValue.Of(filled);
    }

    private string Replace(string text, string name, string label, int row)
    {
        if (!text.AsSpan().ContainsAny(Percent))
            return text;
        var result = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var (length, replacement) = text[at] != '%' ? (1, text[at].ToString()) : Placeholder(text, at, name, label);
            if (length == 0)
            {
                const string error = "In a loop a percent sign begins '%(name)s' or '%(label)s'. Write '%%' for a percent sign.";
                context.SurveyError(row, error);
                return text;
            }
            result.Append(replacement);
            at += length;
        }
        return result.ToString();
    }

    private static (int Length, string Text) Placeholder(string text, int at, string name, string label)
    {
        var rest = text.AsSpan(at);
        return rest.StartsWith("%(name)s") ? (8, name)
            : rest.StartsWith("%(label)s") ? (9, label)
            : rest.StartsWith("%%") ? (2, "%")
            : (0, "");
    }
}
