namespace ServerlessRosa.XlsForms;

/// <summary>Reads the rows that begin a group, a repeat or a loop (XF-120a to XF-125a).</summary>
internal sealed class SectionReader(FormContext context, TableList tableList)
{
    /// <summary>Adds the section to its parent and returns it.</summary>
    public SurveyElement Read(SectionType type, SheetRow row, string name, SurveyElement parent)
    {
        var isRepeat = type.Kind == SectionKind.Repeat;
        var section = new SurveyElement(isRepeat ? ElementKind.Repeat : ElementKind.Group, name, row.Number)
        {
            IsFlat = !isRepeat && context.Settings.IsFlat,
        };
        RowElement.Fill(section, row);
        if (isRepeat && section.Label is null && section.Media.Count == 0)
            context.SurveyWarning(row.Number, "The repeat has no label. Fill in the cell.", "label");
        if (type.Kind == SectionKind.Loop)
            CheckList(type, row);
        if (isRepeat)
            AddCount(section, row, parent);
        tableList.Begin(section, row);
        if (row.Text("intent") is { } intent)
            section.Control["intent"] = CellValue.Of(intent);
        parent.Add(section);
        return section;
    }

    private void CheckList(SectionType type, SheetRow row)
    {
        if (type.List is null)
            context.SurveyError(row.Number, "The loop has no list. Write 'begin loop over' and the name of a list.", "type");
        else if (context.Choices.Find(type.List) is null)
            context.SurveyError(row.Number, $"The choices sheet has no list '{type.List}'.", "type");
    }

    /// <summary>XF-123a: an expression gets a node of its own, since jr:count can only be a path.</summary>
    private static void AddCount(SurveyElement repeat, SheetRow row, SurveyElement parent)
    {
        if (repeat.Control.GetValueOrDefault("jr:count")?.Text is not { } count || Reference.Whole(count) is not null)
            return;
        var node = new SurveyElement(ElementKind.Question, repeat.Name + "_count", row.Number)
        {
            Type = QuestionTypes.Get(QuestionTypes.Calculate),
            TypeName = QuestionTypes.Calculate,
            Bind = new(StringComparer.Ordinal) { ["readonly"] = CellValue.Of("true()"), ["calculate"] = CellValue.Of(count) },
        };
        parent.Add(node);
        repeat.Control["jr:count"] = CellValue.Of($"${{{node.Name}}}");
    }
}
