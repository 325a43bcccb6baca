namespace ServerlessRosa.XlsForms;

/// <summary>Writes the XForm around its parts (XF-080).</summary>
internal sealed class FormWriter(FormContext context, SurveyTree tree, Triggers triggers, EntityPlaces entities)
{
    private static readonly string[] RootAttributes = ["id", "version", "xmlns", "odk:prefix", "odk:delimiter"];

    private readonly XFormXmlWriter _xml = new(context.Options.MaxXFormCharacters);
    private readonly ReferencePaths _paths = new(tree, context.Messages);

    private Settings Settings => context.Settings;

    private string Id => Settings["id_string"] ?? Fallback;

    private string Fallback =>
        string.IsNullOrEmpty(context.Options.FormIdFallback) ? Settings.DefaultRootName : context.Options.FormIdFallback;

    public ConvertedForm Write()
    {
        var title = Settings["title"] ?? Id;
        var labels = new LabelText(_paths);
        _xml.Start("h:html").Attribute("xmlns", "http://www.w3.org/2002/xforms");
        foreach (var (prefix, uri) in FormNamespaces.InScope(context))
        {
            _xml.Attribute("xmlns:" + prefix, uri);
        }
        _xml.Start("h:head").Element("h:title", title);
        WriteModel(labels);
        _xml.End();
        _xml.Start("h:body");
        if (Settings["style"] is { } style)
            _xml.Attribute("class", style);
        new BodyWriter(context, _xml, tree, _paths, labels, triggers, entities).Write();
        _xml.End().End();
        return new ConvertedForm(_xml.ToString(), Id, title, Settings["version"], Itemsets());
    }

    private string? Itemsets() =>
        context.External is not null && tree.Root.DescendantsAndSelf().Any(element => element.Query is not null)
            ? context.External.ToCsv()
            : null;

    private void WriteModel(LabelText labels)
    {
        _xml.Start("model").Attribute("odk:xforms-version", "1.0.0");
        if (context.HasEntities)
            _xml.Attribute("entities:entities-version", entities.Count > 1 || entities.AnyInRepeat ? "2025.1.0" : "2024.1.0");
        WriteSubmission();
        var itext = new ItextBuilder(context, tree).Build();
        LanguageCodes.Warn(context, itext.Languages.Select(language => language.Key));
        new ItextWriter(_xml, labels, context.DefaultLanguage).Write(itext);
        _xml.Start("instance");
        WriteRoot();
        _xml.End();
        new SecondaryInstances(context, _xml, tree).Write();
        new BindWriter(_xml, tree, _paths, entities).Write();
        _xml.End();
    }

    private void WriteRoot()
    {
        _xml.Start(Settings.RootName).Attribute("id", Id);
        if (Settings["instance_xmlns"] is { } xmlns)
            _xml.Attribute("xmlns", xmlns);
        if (Settings["version"] is { } version)
            _xml.Attribute("version", version);
        if (Settings["prefix"] is { } prefix)
            _xml.Attribute("odk:prefix", prefix);
        if (Settings["delimiter"] is { } delimiter)
            _xml.Attribute("odk:delimiter", delimiter);
        foreach (var (name, value) in Settings.RootAttributes.Where(attribute => !RootAttributes.Contains(attribute.Key)))
        {
            _xml.Attribute(name, value);
        }
        new InstanceWriter(_xml, tree, _paths, entities).WriteContent();
        _xml.End();
    }

    /// <summary>XF-046.</summary>
    private void WriteSubmission()
    {
        var attributes = new List<(string Name, string Value)>();
        if (Settings["submission_url"] is { } url)
            attributes.AddRange([("action", url), ("method", "post")]);
        if (Settings["public_key"] is { } key)
            attributes.Add(("base64RsaPublicKey", key));
        if (Settings["auto_send"] is { } send)
            attributes.Add(("orx:auto-send", send));
        if (Settings["auto_delete"] is { } delete)
            attributes.Add(("orx:auto-delete", delete));
        if (YesNo.IsYes(Settings["client_editable"]))
            attributes.Add(("odk:client-editable", "true"));
        if (attributes.Count == 0)
            return;
        _xml.Start("submission");
        foreach (var (name, value) in attributes)
        {
            _xml.Attribute(name, value);
        }
        _xml.End();
    }
}
