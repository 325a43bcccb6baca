namespace ServerlessRosa.XlsForms;

/// <summary>
/// The checks that the reference leaves to ODK Validate (XF-011): the syntax of expressions, unknown functions, paths to missing nodes,
/// cycles, and groups without children. Findings have the kind <see cref="XlsFormMessageKind.Check"/>.
/// </summary>
internal sealed class FormChecks(FormContext context, SurveyTree tree, ReferencePaths paths, EntityPlaces entities)
{
    private static readonly string[] BindKeys = ["calculate", "relevant", "required", "readonly", "constraint"];

    // Per expression, since the search for a similar name takes time.
    private const int MaxUnknown = 5;

    private readonly HashSet<string> _nodes = new(StringComparer.Ordinal);

    public void Run()
    {
        var elements = tree.Root.DescendantsAndSelf().Concat(tree.Meta).ToList();
        _nodes.UnionWith(elements.Select(element => element.Path));
        _nodes.Add($"{tree.Root.Path}/meta");
        foreach (var element in elements.TakeWhile(_ => !context.Messages.HasAllChecks))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            CheckElement(element);
            if (entities.In(element) is { } entity)
                CheckEntity(element, entity);
        }
        new DependencyCycles(context, tree).Check();
    }

    private void CheckElement(SurveyElement element)
    {
        if (element.Kind is ElementKind.Group or ElementKind.Repeat && element.Children.Count == 0)
            Report(element.Row, $"The {element.Kind.ToString().ToLowerInvariant()} '{element.Name}' has no questions.", "type");
        foreach (var key in BindKeys)
        {
            if (element.Bind.GetValueOrDefault(key)?.Text is { } text)
                CheckExpression(element, YesNo.ToXPath(text), element.IsMeta ? ["instance_name"] : ["bind", key]);
        }
        if (element.Default is { } value && element.HasDynamicDefault)
            CheckExpression(element, value, ["default"]);
        if (element.ChoiceFilter is { } filter)
            CheckExpression(element, $"x[{filter}]", ["choice_filter"], isFilter: true);
    }

    private void CheckEntity(SurveyElement container, EntityDeclaration entity)
    {
        foreach (
            var (key, text) in new[]
            {
                ("entity_id", entity.EntityId),
                ("create_if", entity.CreateIf),
                ("update_if", entity.UpdateIf),
                ("label", entity.Label),
            }
        )
        {
            if (text is null)
                continue;
            try
            {
                var (functions, _) = XPathParser.Parse(paths.Substitute(text, new Position(container, 3)));
                foreach (var function in functions.Where(function => !XPathFunctions.IsKnown(function)))
                {
                    context.Messages.Check(SheetName.Entities, entity.Row.Number, entity.Header(key), Unknown(function));
                }
            }
            catch (XPathSyntaxException e)
            {
                context.Messages.Check(
                    SheetName.Entities,
                    entity.Row.Number,
                    entity.Header(key),
                    $"This is not a valid expression: {e.Message}."
                );
            }
        }
    }

    private void Report(int row, string text, params ReadOnlySpan<string> path)
    {
        var isSetting = path is ["instance_name"];
        var sheet = isSetting ? SheetName.Settings : SheetName.Survey;
        var column = isSetting ? path[0] : context.Survey.HeaderOf(path);
        context.Messages.Check(sheet, isSetting ? 2 : (row == 0 ? null : row), column, text);
    }

    private void CheckExpression(SurveyElement element, string text, string[] column, bool isFilter = false)
    {
        try
        {
            var (functions, locations) = XPathParser.Parse(paths.Substitute(text, Position.Of(element), useCurrent: isFilter));
            foreach (var function in functions.Where(function => !XPathFunctions.IsKnown(function)).Distinct().Take(MaxUnknown))
            {
                Report(element.Row, Unknown(function), column);
            }
            foreach (var location in locations.Where(location => !isFilter || location.Start.Length > 0))
            {
                if (Missing(element, location) is { } missing)
                    Report(element.Row, $"There is no question, group or repeat at '{missing}'.", column);
            }
        }
        catch (XPathSyntaxException e)
        {
            Report(element.Row, $"This is not a valid expression: {e.Message}.", column);
        }
    }

    private static string Unknown(string function)
    {
        var similar = XPathFunctions.Similar(function) is { } known ? $" Is it '{known}'?" : "";
        return $"There is no function '{Messages.Shorten(function)}'.{similar}";
    }

    /// <summary>The path, if it leads to no node of the form.</summary>
    private string? Missing(SurveyElement element, XPathLocation location)
    {
        if (location.Steps.Count > 4 * context.Options.MaxDepth)
            return null;
        var steps = new List<string>(location.Start == "/" ? [] : element.Path.Split('/').Skip(1));
        foreach (var step in location.Steps)
        {
            if (step == ".." && steps.Count == 0)
                return Shown(location);
            if (step == "..")
                steps.RemoveAt(steps.Count - 1);
            else if (step != ".")
                steps.Add(step);
        }
        return steps.Count == 0 || steps.Contains("meta") || _nodes.Contains("/" + string.Join('/', steps)) ? null : Shown(location);
    }

    private static string Shown(XPathLocation location) =>
        Messages.Shorten((location.Start == "/" ? "/" : "") + string.Join('/', location.Steps));
}
