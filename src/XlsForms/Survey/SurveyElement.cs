namespace ServerlessRosa.XlsForms;

internal enum ElementKind
{
    Root,
    Group,
    Repeat,
    Question,
}

/// <summary>A node of the survey tree: the form itself, a group, a repeat or a question.</summary>
internal sealed class SurveyElement(ElementKind kind, string name, int row)
{
    private static readonly OrderedDictionary<string, CellValue> Empty = [];

    private string? _path;

    public ElementKind Kind => kind;

    public string Name { get; set; } = name;

    /// <summary>The row of the survey sheet that it comes from; 0 for what the converter adds.</summary>
    public int Row => row;

    public SurveyElement? Parent { get; private set; }

    public List<SurveyElement> Children { get; } = [];

    /// <summary>A question's type; null for groups and repeats.</summary>
    public QuestionType? Type { get; init; }

    /// <summary>The type as written; decides with <see cref="DynamicDefault"/>.</summary>
    public string TypeName { get; init; } = "";

    public CellValue? Label { get; set; }

    public CellValue? Hint { get; set; }

    public CellValue? GuidanceHint { get; set; }

    public OrderedDictionary<string, CellValue> Media { get; set; } = Empty;

    /// <summary>The bind columns of the row, those of the type not included.</summary>
    public OrderedDictionary<string, CellValue> Bind { get; set; } = Empty;

    public OrderedDictionary<string, CellValue> Control { get; set; } = Empty;

    public OrderedDictionary<string, CellValue> InstanceAttributes { get; set; } = Empty;

    public string? Default { get; set; }

    public string? Trigger { get; set; }

    public string? ChoiceFilter { get; set; }

    /// <summary>The choices of a select, range or geometry question.</summary>
    public Itemset? Itemset { get; set; }

    /// <summary>The list of a select_one_external.</summary>
    public string? Query { get; set; }

    /// <summary>The list of tags of an osm question.</summary>
    public string? OsmList { get; init; }

    /// <summary>The quality parameter of a background-audio question.</summary>
    public string? Quality { get; init; }

    /// <summary>Left out of the instance and of paths, as the groups of a form with the setting `flat` are.</summary>
    public bool IsFlat { get; init; }

    /// <summary>Part of the meta block, which has no body and is not written among the questions.</summary>
    public bool IsMeta { get; init; }

    public EntityDeclaration? Entity { get; set; }

    public bool IsSection => kind != ElementKind.Question;

    public bool HasDynamicDefault => DynamicDefault.Is(Default, TypeName);

    public string? Calculation => Bind.GetValueOrDefault("calculate")?.Text;

    public bool HasItextLabel => Label is { IsMap: true } || Media.Count > 0;

    public void Add(SurveyElement child)
    {
        child.Parent = this;
        Children.Add(child);
    }

    /// <summary>Makes a node of the meta block a child that is not among <see cref="Children"/>.</summary>
    public void Adopt(SurveyElement meta) => meta.Parent = this;

    /// <summary>The absolute path; cached, so ask for it only when the tree is complete (XF-061).</summary>
    public string Path =>
        _path ??=
            IsFlat ? Parent!.Path
            : IsMeta && Parent is { Kind: ElementKind.Root } ? $"{Parent.Path}/meta/{Name}"
            : $"{Parent?.Path}/{Name}";

    public IEnumerable<SurveyElement> Ancestors
    {
        get
        {
            for (var at = Parent; at is not null; at = at.Parent)
            {
                yield return at;
            }
        }
    }

    public SurveyElement? NearestRepeat => Ancestors.FirstOrDefault(at => at.Kind == ElementKind.Repeat);

    /// <summary>The element and everything below it, in document order.</summary>
    public IEnumerable<SurveyElement> DescendantsAndSelf()
    {
        var open = new Stack<SurveyElement>([this]);
        while (open.TryPop(out var element))
        {
            yield return element;
            for (var i = element.Children.Count - 1; i >= 0; i--)
            {
                open.Push(element.Children[i]);
            }
        }
    }
}
