namespace ServerlessRosa.XlsForms;

/// <summary>The rules about names in the finished tree (XF-050, XF-051), and the limit on the length of all paths.</summary>
internal sealed class TreeRules(FormContext context, SurveyTree tree)
{
    private const string Meta = "meta";
    private const long MaxPathCharacters = 16L << 20;

    private readonly HashSet<string> _repeats = new(StringComparer.Ordinal);
    private long _pathCharacters;

    public void Check() => Check(tree.Root, tree.Root.Name.Length + 1);

    private void Check(SurveyElement parent, int pathLength)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var lowerNames = new HashSet<string>(StringComparer.Ordinal);
        foreach (var child in parent.Children)
        {
            CountPath(pathLength + child.Name.Length + 1);
            if (child.Name == Meta)
                Error(child, "The name 'meta' is reserved. Choose another name.");
            if (!names.Add(child.Name))
                Error(child, $"The name '{child.Name}' is used twice in the same group, repeat or form. Rename one of them.");
            else if (!lowerNames.Add(PythonText.Lower(child.Name)))
                Warn(child);
            if (child.Kind == ElementKind.Repeat)
                CheckRepeat(child);
            if (child.IsSection)
                Check(child, pathLength + child.Name.Length + 1);
        }
    }

    private void CheckRepeat(SurveyElement repeat)
    {
        if (repeat.Name == tree.Root.Name)
            Error(repeat, $"A repeat cannot have the name of the form's root node, '{repeat.Name}'. Rename it.");
        if (!_repeats.Add(repeat.Name))
            Error(repeat, $"Another repeat has the name '{repeat.Name}'. Rename one of them.");
    }

    private void Error(SurveyElement element, string text) => context.SurveyError(element.Row, text, "name");

    private void Warn(SurveyElement element)
    {
        var text =
            $"The name '{element.Name}' differs only in case from another in the same group. Some data tools cannot tell them apart.";
        context.SurveyWarning(element.Row, text, "name");
    }

    private void CountPath(int length)
    {
        _pathCharacters += length;
        if (_pathCharacters > MaxPathCharacters)
            throw new ConversionStopException("The names of groups and questions are too long.");
    }
}
