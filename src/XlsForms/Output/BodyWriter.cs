namespace ServerlessRosa.XlsForms;

/// <summary>Writes the body (XF-102 to XF-105, XF-121a, XF-122a).</summary>
internal sealed class BodyWriter(
    FormContext context,
    XFormXmlWriter xml,
    SurveyTree tree,
    ReferencePaths paths,
    LabelText labels,
    Triggers triggers,
    EntityPlaces entities
)
{
    /// <summary>Attributes that a column cannot change, since the converter writes them, and those that name the control.</summary>
    private static readonly string[] WrittenByType = ["ref", "nodeset", "query", "tag"];

    private readonly ItemsetWriter _itemsets = new(context, xml, tree, paths, labels);
    private readonly EntityWriter _entityWriter = new(xml, paths);
    private readonly OsmTags _osm = OsmTags.Read(context);

    public void Write() => WriteChildren(tree.Root);

    private void WriteChildren(SurveyElement parent)
    {
        foreach (var child in parent.Children)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            switch (child.Kind)
            {
                case ElementKind.Group:
                    WriteGroup(child);
                    break;
                case ElementKind.Repeat:
                    WriteRepeat(child);
                    break;
                default:
                    if (Controls.Has(child))
                        WriteQuestion(child);
                    break;
            }
        }
    }

    private void WriteGroup(SurveyElement group)
    {
        xml.Start("group");
        if (!group.IsFlat)
            xml.Attribute("ref", group.Path);
        WriteControl(group, group.Control);
        if (group.Label is not null)
            WriteLabel(group);
        WriteChildren(group);
        xml.End();
    }

    private void WriteRepeat(SurveyElement repeat)
    {
        xml.Start("group").Attribute("ref", repeat.Path);
        WriteLabel(repeat);
        xml.Start("repeat").Attribute("nodeset", repeat.Path);
        WriteControl(repeat, repeat.Control);
        WriteChildren(repeat);
        WriteNewRepeatActions(repeat);
        xml.End().End();
    }

    /// <summary>The actions of those elements of which this is the nearest repeat, in document order (XF-122, XF-225).</summary>
    private void WriteNewRepeatActions(SurveyElement section)
    {
        foreach (var child in section.Children.Where(child => child.Kind != ElementKind.Repeat))
        {
            if (child.IsSection)
                WriteNewRepeatActions(child);
            else if (child.HasDynamicDefault)
                Actions.WriteDefault(xml, paths, child, "odk-new-repeat");
        }
        if (entities.In(section) is { EntityId: null })
            _entityWriter.WriteNewId(section, "odk-new-repeat");
    }

    private void WriteControl(SurveyElement element, IEnumerable<KeyValuePair<string, CellValue>> control)
    {
        foreach (var (name, value) in control.Where(entry => !WrittenByType.Contains(entry.Key)))
        {
            var text = PythonText.Of(value);
            // XF-121a: the appearance of a group is written as it is.
            xml.Attribute(name, element.IsSection && name == "appearance" ? text : paths.Substitute(text, Position.Of(element)));
        }
    }

    private void WriteQuestion(SurveyElement question)
    {
        var type = question.Type!;
        xml.Start(question.Control.GetValueOrDefault("tag")?.Text ?? type.Tag!).Attribute("ref", question.Path);
        if (type.MediaType is not null && !question.Control.ContainsKey("mediatype"))
            xml.Attribute("mediatype", type.MediaType);
        WriteControl(question, question.Control);
        if (question.Query is not null)
            xml.Attribute("query", _itemsets.Query(question));
        WriteLabelAndHint(question);
        if (question.OsmList is not null)
            _osm.Write(xml, question.OsmList);
        if (question.Itemset is not null)
            _itemsets.Write(question);
        WriteTriggered(question);
        xml.End();
    }

    private void WriteTriggered(SurveyElement question)
    {
        var set = triggers.SetBy(question);
        foreach (var element in set.Where(element => element.Type?.Name != "background-geopoint"))
        {
            xml.Start("setvalue").Attribute("ref", element.Path).Attribute("event", "xforms-value-changed");
            if (element.Bind.GetValueOrDefault("calculate")?.Text is { } calculation)
                xml.Attribute("value", paths.Substitute(YesNo.ToXPath(calculation), Position.Of(question)));
            xml.End();
        }
        foreach (var element in set.Where(element => element.Type?.Name == "background-geopoint"))
        {
            xml.Start("odk:setgeopoint").Attribute("ref", element.Path).Attribute("event", "xforms-value-changed").End();
        }
    }

    private void WriteLabelAndHint(SurveyElement question)
    {
        if (question.Label is null && question.Control.GetValueOrDefault("appearance")?.Text == "label")
            question.Label = CellValue.Of(" ");
        if (question.Label is null && question.Media.Count == 0 && question.Hint is null)
            context.SurveyError(question.Row, $"The question '{question.Name}' needs a label or a hint. Fill in the cell.", "label");
        if (question.Media.ContainsKey("big-image") && !question.Media.ContainsKey("image"))
            context.SurveyError(question.Row, "A big-image needs an image beside it. Fill in the cell.", "media", "image");
        WriteLabel(question);
        if (question.Hint is { IsMap: true } || question.GuidanceHint is not null)
            xml.Start("hint").Attribute("ref", $"jr:itext('{question.Path}:hint')").End();
        else if (question.Hint?.Text is { } hint)
            xml.Start("hint").Mixed(labels.Parse(hint, Position.Of(question))).End();
    }

    private void WriteLabel(SurveyElement element)
    {
        xml.Start("label");
        if (element.HasItextLabel)
            xml.Attribute("ref", $"jr:itext('{element.Path}:label')");
        else if (element.Label?.Text is { } text)
            xml.Mixed(labels.Parse(text, Position.Of(element)));
        xml.End();
    }
}
