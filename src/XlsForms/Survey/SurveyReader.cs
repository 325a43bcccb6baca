namespace ServerlessRosa.XlsForms;

/// <summary>Builds the survey tree from the rows of the survey sheet.</summary>
internal sealed class SurveyReader
{
    private sealed record OpenSection(SurveyElement Element, SectionKind Kind, string? LoopList, SheetRow? Row);

    private readonly FormContext _context;
    private readonly Stack<OpenSection> _open = new();
    private readonly QuestionReader _questions;
    private readonly SelectReader _selects;
    private readonly SectionReader _sections;
    private readonly TableList _tableList;
    private int _elements;
    private int _ignoredDepth;

    public SurveyReader(FormContext context)
    {
        _context = context;
        _tableList = new TableList(context);
        _questions = new QuestionReader(context);
        _selects = new SelectReader(context, _tableList);
        _sections = new SectionReader(context, _tableList);
        Root = new SurveyElement(ElementKind.Root, context.Settings.RootName, 0);
        _open.Push(new OpenSection(Root, SectionKind.Group, null, null));
    }

    public SurveyElement Root { get; }

    /// <summary>The audit questions, which belong to the meta block (XF-118).</summary>
    public List<SurveyElement> Audits { get; } = [];

    private SurveyElement Parent => _open.Peek().Element;

    public void Read()
    {
        foreach (var row in _context.Survey.Rows)
        {
            _context.CancellationToken.ThrowIfCancellationRequested();
            if (!row.IsEmpty)
                ReadRow(row);
        }
        foreach (var section in _open.Where(section => section.Row is not null))
        {
            var kind = section.Kind.ToString().ToLowerInvariant();
            _context.SurveyError(section.Row!.Number, $"There is no 'end {kind}' for '{section.Element.Name}'. Add one.", "type");
        }
    }

    private void ReadRow(SheetRow row)
    {
        if (IsDisabled(row))
            return;
        if (row.Text("type") is not { } type)
        {
            ReadRowWithoutType(row);
            return;
        }
        if (KnownColumns.Settings.Aliases.TryGetValue(type, out var setting))
        {
            _context.Settings.Set(setting[0], row.Text("name") ?? "");
            return;
        }
        var parameters = Parameters.Read(_context, row);
        CheckCalculation(row, type);
        var section = SectionType.Parse(type);
        if (section is { IsBegin: false })
        {
            End(section, row);
            return;
        }
        // A row without a valid name is read on under a stand-in, so that its other errors are found too.
        var name = ReadName(row, type) ?? $"row_{row.Number}";
        if (section is not null)
            Begin(section, row, name);
        else
            ReadQuestion(row, type, name, parameters);
    }

    private bool IsDisabled(SheetRow row)
    {
        if (row.Text("disabled") is not { } disabled)
            return false;
        _context.SurveyWarning(row.Number, "The column 'disabled' is not part of XLSForm. Use 'relevant' instead.", "disabled");
        return YesNo.IsYes(disabled);
    }

    private void ReadRowWithoutType(SheetRow row)
    {
        if (row.Text("name") is null && row.Get("label") is null)
        {
            if (row.Table.Columns.Any(column => column.Path[0] != "disabled" && row.Cell(column) is not null))
                _context.SurveyWarning(row.Number, "The row has no type, name and label. It is skipped.");
            return;
        }
        _context.SurveyError(row.Number, "The row has no type. Fill in the cell.", "type");
    }

    private void CheckCalculation(SheetRow row, string type)
    {
        if (type != QuestionTypes.Calculate || row.Map("bind")?.ContainsKey("calculate") == true)
            return;
        if (!DynamicDefault.Is(row.Text("default"), type))
            _context.SurveyError(row.Number, "The calculation is missing. Fill in the cell.", "bind", "calculate");
    }

    private string? ReadName(SheetRow row, string type)
    {
        var name = row.Text("name");
        if (name is null && type == QuestionTypes.Note)
            return $"generated_note_name_{row.Number}";
        if (name is null && type == "audit")
            return "audit";
        if (name is null)
            _context.SurveyError(row.Number, "The question or group has no name. Fill in the cell.", "name");
        else if (!XmlName.IsName(name))
            _context.SurveyError(row.Number, $"'{Messages.Shorten(name)}' is not a valid name. {NameRules.Explanation}", "name");
        else
            return name;
        return null;
    }

    private void Begin(SectionType type, SheetRow row, string name)
    {
        if (_ignoredDepth > 0 || _open.Count > _context.Options.MaxDepth)
        {
            if (_ignoredDepth++ == 0)
                _context.SurveyError(row.Number, $"Groups are nested deeper than {_context.Options.MaxDepth} levels.", "type");
            return;
        }
        var section = _sections.Read(type, row, name, Parent);
        Count(1);
        _open.Push(new OpenSection(section, type.Kind, type.Kind == SectionKind.Loop ? type.List : null, row));
    }

    private void End(SectionType type, SheetRow row)
    {
        _tableList.End();
        if (_ignoredDepth > 0)
        {
            _ignoredDepth--;
            return;
        }
        var kind = type.Kind.ToString().ToLowerInvariant();
        if (_open.Peek().Row is null || _open.Peek().Kind != type.Kind)
        {
            var text = $"There is no 'begin {kind}' for this row. Remove it, or end what is open first.";
            _context.SurveyError(row.Number, text, "type");
            return;
        }
        var closed = _open.Pop();
        if (closed.LoopList is not null && _context.Choices.Find(closed.LoopList) is { } list)
            new Loop(_context, list, Count).Expand(closed.Element);
    }

    private void ReadQuestion(SheetRow row, string type, string name, Parameters parameters)
    {
        Count(1);
        var canonical = QuestionTypes.Canonical(type);
        if (SelectType.Parse(type) is { } select)
            _selects.Read(select, row, name, parameters, Parent);
        else if (_questions.Read(canonical, row, name, parameters) is { } question)
            (question.IsMeta ? Audits.Add : new Action<SurveyElement>(Parent.Add))(question);
    }

    private void Count(int more)
    {
        _elements += more;
        if (_elements > _context.Options.MaxElements)
            throw new ConversionStopException($"The form has more than {_context.Options.MaxElements} questions and groups.");
    }
}
