namespace ServerlessRosa.XlsForms;

/// <summary>Writes binds, and after each the actions of its question (XF-084 to XF-089, XF-122, XF-130).</summary>
internal sealed class BindWriter(XFormXmlWriter xml, SurveyTree tree, ReferencePaths paths, EntityPlaces entities)
{
    private static readonly HashSet<string> Convertible = ["readonly", "required", "relevant", "constraint", "calculate"];

    private readonly EntityWriter _entityWriter = new(xml, paths);

    public void Write()
    {
        WriteSection(tree.Root);
        foreach (var element in tree.Meta)
        {
            WriteElement(element);
        }
    }

    private void WriteSection(SurveyElement section)
    {
        foreach (var child in section.Children)
        {
            WriteElement(child);
            if (child.IsSection)
                WriteSection(child);
        }
        if (entities.In(section) is { } entity)
            _entityWriter.WriteBinds(section, entity);
    }

    private void WriteElement(SurveyElement element)
    {
        var bind = Merge(element);
        if (bind.Count > 0 && !element.IsFlat)
        {
            xml.Start("bind").Attribute("nodeset", element.Path);
            foreach (var (key, value) in bind)
            {
                if (key != "calculate" || element.Trigger is null)
                    xml.Attribute(key, Value(element, key, value));
            }
            xml.End();
        }
        if (!element.IsSection)
            WriteActions(element);
    }

    /// <summary>The type's bind, overridden by the row's columns (XF-085).</summary>
    private static OrderedDictionary<string, CellValue> Merge(SurveyElement element)
    {
        var bind = new OrderedDictionary<string, CellValue>(StringComparer.Ordinal);
        foreach (var (key, value) in element.Type?.Bind ?? new Dictionary<string, string>())
        {
            bind[key] = CellValue.Of(value);
        }
        foreach (var (key, value) in element.Bind)
        {
            bind[key] = value;
        }
        if (FlatRelevant(element) is { } relevant)
            bind["relevant"] = CellValue.Of(relevant);
        return bind;
    }

    /// <summary>The relevants of flattened groups go to their questions.</summary>
    private static string? FlatRelevant(SurveyElement element)
    {
        if (element.Parent is not { IsFlat: true })
            return null;
        var all = new[] { element.Bind.GetValueOrDefault("relevant")?.Text }
            .Concat(element.Ancestors.TakeWhile(at => at.IsFlat).Select(at => at.Bind.GetValueOrDefault("relevant")?.Text))
            .OfType<string>()
            .ToList();
        return all.Count == 0 ? null : all.Aggregate((joined, next) => $"{joined} and ({next})");
    }

    private string Value(SurveyElement element, string key, CellValue value)
    {
        if (ItextBuilder.IsItextMessage(key, value))
            return $"jr:itext('{element.Path}:{key}')";
        var text = PythonText.Of(value);
        if (Convertible.Contains(key))
            text = YesNo.ToXPath(text);
        if (key == "entities:saveto")
            text = text[(text.IndexOf('#', StringComparison.Ordinal) + 1)..];
        return paths.Substitute(text, Position.Of(element));
    }

    private void WriteActions(SurveyElement element)
    {
        if (element.HasDynamicDefault)
            Actions.WriteDefault(xml, paths, element, "odk-instance-first-load");
        if (element.Type?.Name == "start-geopoint")
            xml.Start("odk:setgeopoint").Attribute("ref", element.Path).Attribute("event", "odk-instance-first-load").End();
        if (element.Type?.Name != "background-audio")
            return;
        xml.Start("odk:recordaudio").Attribute("ref", element.Path).Attribute("event", "odk-instance-load");
        if (element.Quality is not null)
            xml.Attribute("odk:quality", element.Quality);
        xml.End();
    }
}

/// <summary>Actions that stand in the model as well as in the body.</summary>
internal static class Actions
{
    public static void WriteDefault(XFormXmlWriter xml, ReferencePaths paths, SurveyElement element, string @event) =>
        xml.Start("setvalue")
            .Attribute("ref", element.Path)
            .Attribute("event", @event)
            .Attribute("value", paths.Substitute(element.Default!, Position.Of(element)))
            .End();
}
