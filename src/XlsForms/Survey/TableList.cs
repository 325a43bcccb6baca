namespace ServerlessRosa.XlsForms;

/// <summary>The appearance `table-list` of a group of selects (XF-125a).</summary>
internal sealed class TableList(FormContext context)
{
    private const string Appearance = "appearance";
    private const string Word = "table-list";

    private bool _isOpen;
    private string? _list;

    public void Begin(SurveyElement section, SheetRow row)
    {
        if (section.Control.GetValueOrDefault(Appearance)?.Text is not { } appearance)
            return;
        var words = appearance.Split(' ').ToList();
        if (!words.Remove(Word))
            return;
        _isOpen = true;
        _list = null;
        section.Control[Appearance] = CellValue.Of(string.Join(' ', words.Prepend("field-list")));
        if (section.Label is null && section.Hint is null)
            return;
        section.Add(
            new SurveyElement(ElementKind.Question, $"generated_table_list_label_{row.Number}", row.Number)
            {
                Type = QuestionTypes.Get(QuestionTypes.Note),
                TypeName = QuestionTypes.Note,
                Label = section.Label,
                Hint = section.Hint,
            }
        );
        section.Label = null;
        section.Hint = null;
    }

    public void End()
    {
        _isOpen = false;
        _list = null;
    }

    /// <summary>Fits a select into the table; the first one puts a row of labels before itself.</summary>
    public void Fit(SurveyElement select, string list, SheetRow row, SurveyElement parent)
    {
        if (!_isOpen)
            return;
        if (_list is null)
        {
            if (select.ChoiceFilter is not null)
                context.SurveyError(
                    row.Number,
                    "A choice filter is not possible in a group with the appearance 'table-list'.",
                    "choice_filter"
                );
            _list = list;
            parent.Add(
                new SurveyElement(ElementKind.Question, $"reserved_name_for_field_list_labels_{row.Number}", row.Number)
                {
                    Type = select.Type,
                    TypeName = select.TypeName,
                    Itemset = new Itemset(ItemsetSource.List, list),
                    Control = new(StringComparer.Ordinal) { [Appearance] = CellValue.Of("label") },
                }
            );
        }
        if (_list != list)
        {
            var text =
                $"All selects of a group with the appearance 'table-list' must use one list. Here it is '{list}', before it was '{_list}'.";
            context.SurveyError(row.Number, text, "type");
        }
        select.Control[Appearance] = CellValue.Of("list-nolabel");
    }
}
