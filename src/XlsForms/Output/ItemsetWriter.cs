namespace ServerlessRosa.XlsForms;

/// <summary>Writes what a question chooses from (XF-143 to XF-14A, XF-160, XF-170).</summary>
internal sealed class ItemsetWriter(FormContext context, XFormXmlWriter xml, SurveyTree tree, ReferencePaths paths, LabelText labels)
{
    private const string ItextLabel = "jr:itext(itextId)";

    public string Query(SurveyElement question) => $"instance('{question.Query}')/root/item{Filter(question)}";

    public void Write(SurveyElement question)
    {
        var itemset = question.Itemset!;
        if (itemset.IsSearch)
            WriteItems(itemset.Name);
        else if (itemset.Source == ItemsetSource.Repeat)
            WriteOfRepeat(question, itemset);
        else
            WriteOfInstance(question, itemset);
    }

    private string Filter(SurveyElement question) =>
        question.ChoiceFilter is null ? "" : $"[{paths.Substitute(question.ChoiceFilter, Position.Of(question), useCurrent: true)}]";

    private void WriteOfInstance(SurveyElement question, Itemset itemset)
    {
        var isGeojson = itemset.File?.EndsWith(".geojson", StringComparison.Ordinal) == true;
        var needsItext = itemset.File is null && context.Choices.Find(itemset.Name) is { NeedsItext: true };
        var label = needsItext ? ItextLabel : itemset.LabelReference ?? (isGeojson ? "title" : "label");
        var value = itemset.ValueReference ?? (isGeojson ? "id" : "name");
        WriteItemset(question, $"instance('{itemset.Name}')/root/item{Filter(question)}", value, label);
    }

    private void WriteItemset(SurveyElement question, string nodeset, string value, string label)
    {
        if (question.Itemset is { Randomize: true } itemset)
        {
            var seed = itemset.Seed is null ? "" : "," + paths.Substitute(itemset.Seed, Position.Of(question)).Trim();
            nodeset = $"randomize({nodeset}{(seed.Length == 0 ? "" : ", " + seed[1..])})";
        }
        xml.Start("itemset").Attribute("nodeset", nodeset);
        xml.Start("value").Attribute("ref", value).End();
        xml.Start("label").Attribute("ref", label).End();
        xml.End();
    }

    private void WriteItems(string listName)
    {
        if (context.Choices.Find(listName) is not { } list)
            return;
        for (var i = 0; i < list.Choices.Count; i++)
        {
            xml.Start("item").Start("label");
            if (list.NeedsItext)
                xml.Attribute("ref", $"jr:itext('{list.Name}-{i}')");
            else if (list.Choices[i].Label?.Text is { } label)
                xml.Mixed(labels.Parse(label, null));
            xml.End().Element("value", list.Choices[i].Name).End();
        }
    }

    private void WriteOfRepeat(SurveyElement question, Itemset itemset)
    {
        if (Reference.TryRead(itemset.Name, 0) is not { } reference || tree.Find(reference.Name) is not { } target)
            return;
        if (itemset.IsGeometry)
        {
            var path = paths.PathOf(reference, Position.Of(question))!.Trim();
            var filter = question.ChoiceFilter is null ? "[./geometry != '']" : Filter(question);
            WriteItemset(question, path + filter, "geometry", "geometry");
            return;
        }
        var full = PathFromParentOfRepeat(question, target);
        var nodeset = full[..Math.Max(0, full.LastIndexOf('/'))];
        var name = full[(full.LastIndexOf('/') + 1)..];
        var condition = question.ChoiceFilter is null
            ? $"[./{name} != '']"
            : Filter(question)
                .Replace($"current()/{nodeset}", ".", StringComparison.Ordinal)
                .Replace(nodeset, ".", StringComparison.Ordinal);
        WriteItemset(question, nodeset + condition, name, name);
    }

    /// <summary>XF-14A: relative to the parent of the common repeat, so that all its instances are chosen from.</summary>
    private static string PathFromParentOfRepeat(SurveyElement question, SurveyElement target)
    {
        var position = Position.Of(question);
        if (ReferencePaths.CommonAncestor(position, target) is not { } common)
            return target.Path;
        var repeat = common.Kind == ElementKind.Repeat ? common : common.NearestRepeat!;
        var reachesOut = target.NearestRepeat == repeat && (repeat.NearestRepeat is null || question.NearestRepeat != repeat);
        return ReferencePaths.RelativePath(position, target, reachesOut ? repeat.Parent! : common);
    }
}
