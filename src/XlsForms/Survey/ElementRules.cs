namespace ServerlessRosa.XlsForms;

/// <summary>Rules that need the whole tree: geometries, lists used by search(), and columns that stand for attributes.</summary>
internal sealed class ElementRules(FormContext context, SurveyTree tree)
{
    private static readonly string[] NoLanguage = ["calculate", "constraint", "readonly", "relevant", "required"];

    private readonly HashSet<string> _prefixes = [.. FormNamespaces.InScope(context).Select(scope => scope.Prefix), "xml", "xmlns"];

    public void Check()
    {
        var elements = tree.Root.DescendantsAndSelf().Skip(1).Concat(tree.Meta).ToList();
        CheckSearch(elements);
        CheckNames();
        var instances = InstanceNames(elements);
        foreach (var element in elements)
        {
            CheckAttributes(element);
            if (element.Itemset is { IsGeometry: true } itemset)
                CheckGeometry(element, itemset, instances);
            if (element.Itemset is { IsGeometry: false, Source: ItemsetSource.Repeat } previous)
                CheckPreviousAnswers(element, previous);
        }
    }

    /// <summary>Names that the settings and choices sheets give to attributes and elements.</summary>
    private void CheckNames()
    {
        foreach (var (name, _) in context.Settings.RootAttributes.Where(attribute => !IsUsable(attribute.Key)))
        {
            context.Messages.Error(SheetName.Settings, 1, $"attribute::{name}", NotUsable(name));
        }
        if (!IsUsable(tree.Root.Name) && XmlName.IsName(tree.Root.Name))
            context.Messages.Error(SheetName.Settings, 2, "name", NotUsable(tree.Root.Name));
        foreach (var column in context.Choices.ExtraColumns.Where(column => !IsUsable(column.Path[0])))
        {
            if (context.Choices.Table!.Rows.Any(row => row.Cell(column) is not null))
                context.Messages.Error(SheetName.Choices, 1, column.Header, NotUsable(column.Path[0]));
        }
    }

    private static string NotUsable(string name) =>
        $"'{Messages.Shorten(name)}' is no name that XML allows, or its prefix is not in the setting 'namespaces'. Rename it.";

    /// <summary>Whether it is a name whose prefix, if it has one, is declared.</summary>
    private bool IsUsable(string name) =>
        XmlName.IsXmlName(name)
        && (name.IndexOf(':', StringComparison.Ordinal) is var colon && (colon < 0 || _prefixes.Contains(name[..colon])));

    /// <summary>XF-160: a list that search() uses stands in the body and cannot serve other selects.</summary>
    private void CheckSearch(List<SurveyElement> elements)
    {
        var selects = elements.Where(element => element.Itemset is { Source: ItemsetSource.List, IsGeometry: false }).ToList();
        foreach (var select in selects.Where(select => select.Itemset!.IsSearch))
        {
            if (context.Choices.Find(select.Itemset!.Name) is { } list)
                list.IsUsedBySearch = true;
        }
        foreach (var select in selects.Where(select => !select.Itemset!.IsSearch))
        {
            if (context.Choices.Find(select.Itemset!.Name) is not { IsUsedBySearch: true } list)
                continue;
            var text = $"The list '{list.Name}' is used with search() by another question. Use search() here too, or another list.";
            context.SurveyError(select.Row, text, "type");
        }
    }

    private HashSet<string> InstanceNames(List<SurveyElement> elements)
    {
        var names = context.Choices.All.Select(list => list.Name).Concat(context.Entities.Select(entity => entity.ListName));
        var files = elements.Where(element => element.Itemset is { Source: ItemsetSource.File }).Select(element => element.Itemset!.Name);
        var external = elements.Where(element => element.Type?.Name is "csv-external" or "xml-external").Select(element => element.Name);
        return [.. names, .. files, .. external];
    }

    /// <summary>XF-115.</summary>
    private void CheckGeometry(SurveyElement element, Itemset itemset, HashSet<string> instances)
    {
        var isKnown = Reference.Whole(itemset.Name) is { } reference
            ? !reference.IsLastSaved && tree.Find(reference.Name) is { Kind: ElementKind.Repeat }
            : instances.Contains(itemset.Name);
        if (isKnown)
            return;
        const string text =
            "'reference-geometry' must be a choice list, an entity list, a file without extension, or a repeat such as ${trees}.";
        context.SurveyError(element.Row, text, "parameters");
    }

    private void CheckPreviousAnswers(SurveyElement element, Itemset itemset)
    {
        if (Reference.Whole(itemset.Name) is not { } reference || tree.Named(reference.Name).Count == 0)
            context.SurveyError(element.Row, $"There is no question '{itemset.Name}' to choose answers from.", "type");
        else if (tree.Named(reference.Name).Count > 1)
            context.SurveyError(element.Row, $"More than one question has the name '{reference.Name}'. Rename them.", "type");
    }

    private void CheckAttributes(SurveyElement element)
    {
        foreach (var key in NoLanguage)
        {
            if (element.Bind.GetValueOrDefault(key) is { IsMap: true })
                context.SurveyError(element.Row, $"The column '{key}' cannot have a language. Rename it.", "bind", key);
        }
        CheckPrefix(element, element.Name, "name");
        CheckNames(element, "bind", element.Bind);
        CheckNames(element, "control", element.Control);
        CheckNames(element, "instance", element.InstanceAttributes);
    }

    /// <summary>XF-252: the reference converts such a form, but no XML parser reads it.</summary>
    private void CheckPrefix(SurveyElement element, string name, params ReadOnlySpan<string> column)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && name != "entities:saveto" && !_prefixes.Contains(name[..colon]))
            context.SurveyError(
                element.Row,
                $"The prefix of '{name}' is not declared. Declare it in the setting 'namespaces', or remove it.",
                column
            );
    }

    private void CheckNames(SurveyElement element, string column, OrderedDictionary<string, CellValue> attributes)
    {
        foreach (var (name, _) in attributes)
        {
            // The reference fails on an attribute `tag`; only a question's control may have one, which names the control.
            var isTag = name == "tag" && (column != "control" || element.IsSection);
            var isNodeset = name == "nodeset" && column == "bind";
            if (isTag || isNodeset || !XmlName.IsXmlName(name))
                context.SurveyError(element.Row, $"'{name}' cannot be the name of an attribute. Rename the column.", column, name);
            else
                CheckPrefix(element, name, column, name);
        }
    }
}
