namespace ServerlessRosa.XlsForms;

/// <summary>Which questions set which others (XF-131).</summary>
internal sealed class Triggers
{
    private static readonly List<SurveyElement> None = [];

    private readonly Dictionary<SurveyElement, List<SurveyElement>> _byTrigger = [];

    /// <summary>The questions that this one sets, in the order of their rows.</summary>
    public IReadOnlyList<SurveyElement> SetBy(SurveyElement question) => _byTrigger.GetValueOrDefault(question, None);

    public static Triggers Read(FormContext context, SurveyTree tree)
    {
        var triggers = new Triggers();
        foreach (var element in tree.Root.DescendantsAndSelf().Where(element => element is { Trigger: not null, IsSection: false }))
        {
            foreach (var piece in element.Trigger!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (FindTrigger(context, tree, element, piece) is { } trigger)
                    triggers.Add(trigger, element);
            }
        }
        return triggers;
    }

    private static SurveyElement? FindTrigger(FormContext context, SurveyTree tree, SurveyElement element, string piece)
    {
        var references = Reference.FindAll(piece);
        if (references.Count != 1 || Reference.IsMalformedIn(piece))
        {
            const string text = "A trigger must be a reference such as ${age}, or several with commas between them.";
            context.SurveyError(element.Row, text, "trigger");
            return null;
        }
        var name = references[0].Name;
        if (tree.Named(name).FirstOrDefault(found => !found.IsSection) is not { } trigger)
        {
            context.SurveyError(element.Row, $"There is no question '{name}' that could be the trigger.", "trigger");
            return null;
        }
        if (Controls.IsHidden(trigger) && element.Type?.Name != "background-geopoint")
        {
            var text = $"The question '{name}' is not visible and cannot be a trigger.";
            context.SurveyError(element.Row, text, "trigger");
        }
        return trigger;
    }

    private void Add(SurveyElement trigger, SurveyElement element)
    {
        if (!_byTrigger.TryGetValue(trigger, out var set))
            _byTrigger.Add(trigger, set = []);
        if (!set.Contains(element))
            set.Add(element);
    }
}

/// <summary>Which questions have a control (XF-102).</summary>
internal static class Controls
{
    /// <summary>A calculation, or a question that is only calculated.</summary>
    public static bool IsHidden(SurveyElement element) =>
        element.TypeName == QuestionTypes.Calculate
        || ((element.Bind.ContainsKey("calculate") || element.Trigger is not null) && element.Label is null && element.Hint is null);

    public static bool Has(SurveyElement element) => element.Type is { Control: not ControlKind.None } && !IsHidden(element);
}
