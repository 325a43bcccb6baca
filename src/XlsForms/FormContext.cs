namespace ServerlessRosa.XlsForms;

/// <summary>The shared state of one conversion: the sheets read so far, the limits, and the messages.</summary>
internal sealed class FormContext(Workbook workbook, XlsFormOptions options, Messages messages, CancellationToken cancellationToken)
{
    public Workbook Workbook => workbook;

    public XlsFormOptions Options => options;

    public Messages Messages => messages;

    public CancellationToken CancellationToken => cancellationToken;

    public Settings Settings { get; set; } = new();

    public ChoiceLists Choices { get; set; } = new();

    public ExternalChoices? External { get; set; }

    public IReadOnlyList<EntityDeclaration> Entities { get; set; } = [];

    /// <summary>Whether there is an entities sheet with a row, a refused one included.</summary>
    public bool HasEntities { get; set; }

    public SheetTable Survey { get; set; } = new(SheetName.Survey, [], [], "default");

    public string DefaultLanguage => Settings.DefaultLanguage;

    /// <summary>Reports an error in a cell of the survey sheet; `path` names the column.</summary>
    public void SurveyError(int row, string text, params ReadOnlySpan<string> path) =>
        messages.Error(SheetName.Survey, row == 0 ? null : row, path.Length == 0 ? null : Survey.HeaderOf(path), text);

    public void SurveyWarning(int row, string text, params ReadOnlySpan<string> path) =>
        messages.Warning(SheetName.Survey, row == 0 ? null : row, path.Length == 0 ? null : Survey.HeaderOf(path), text);
}
