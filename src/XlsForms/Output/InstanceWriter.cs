namespace ServerlessRosa.XlsForms;

/// <summary>Writes the primary instance (XF-090 to XF-095).</summary>
internal sealed class InstanceWriter(XFormXmlWriter xml, SurveyTree tree, ReferencePaths paths, EntityPlaces entities)
{
    /// <summary>Writes the content of the root node, the meta block last.</summary>
    public void WriteContent()
    {
        WriteChildren(tree.Root, isCopy: false);
        WriteMeta(tree.Root, tree.Meta);
    }

    private void WriteMeta(SurveyElement container, IReadOnlyList<SurveyElement> meta)
    {
        var entity = entities.In(container);
        if (entity is null && meta.Count == 0)
            return;
        xml.Start("meta");
        if (entity is not null)
            EntityWriter.WriteNode(xml, entity);
        foreach (var element in meta)
        {
            WriteElement(element, isCopy: false);
        }
        xml.End();
    }

    /// <param name="isCopy">Within a repeat's plain copy, where repeats appear once and without template (XF-094).</param>
    private void WriteChildren(SurveyElement parent, bool isCopy)
    {
        foreach (var child in parent.Children)
        {
            if (child.IsFlat)
                WriteChildren(child, isCopy);
            else
                WriteChild(child, isCopy);
        }
    }

    private void WriteChild(SurveyElement child, bool isCopy)
    {
        if (child.Kind == ElementKind.Repeat && !isCopy)
        {
            WriteTemplate(child);
            WriteElement(child, isCopy: true);
            return;
        }
        WriteElement(child, isCopy);
    }

    private void WriteTemplate(SurveyElement repeat)
    {
        xml.Start(repeat.Name).Attribute("jr:template", "");
        foreach (var child in repeat.Children)
        {
            if (child.Kind == ElementKind.Repeat)
                WriteTemplate(child);
            else if (child.IsFlat)
                WriteChildren(child, isCopy: false);
            else
                WriteElement(child, isCopy: false);
        }
        WriteMeta(repeat, []);
        xml.End();
    }

    private void WriteElement(SurveyElement element, bool isCopy)
    {
        if (element.Type is { Name: "csv-external" or "xml-external" })
            return;
        xml.Start(element.Name);
        foreach (var (name, value) in element.InstanceAttributes)
        {
            xml.Attribute(name, paths.Substitute(PythonText.Of(value), Position.Of(element)));
        }
        if (element.IsSection)
        {
            WriteChildren(element, isCopy);
            WriteMeta(element, []);
        }
        else if (element.Default is { } text && !element.HasDynamicDefault)
        {
            var isImage = element.Type?.MediaType == "image/*" && !text.Contains("jr://images/", StringComparison.Ordinal);
            xml.Text(isImage ? "jr://images/" + text : text);
        }
        xml.End();
    }
}
