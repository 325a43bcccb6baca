namespace ServerlessRosa.XlsForms;

/// <summary>The finished tree with its meta block, and its elements by name.</summary>
internal sealed class SurveyTree
{
    private const string InstanceId = "instanceID";

    private readonly Dictionary<string, List<SurveyElement>> _byName = new(StringComparer.Ordinal);

    public SurveyTree(SurveyElement root, IEnumerable<SurveyElement> audits, Settings settings)
    {
        Root = root;
        Meta = [.. audits, .. MetaElements(settings)];
        foreach (var element in Meta)
        {
            root.Adopt(element);
        }
        foreach (var element in root.DescendantsAndSelf().Skip(1).Concat(Meta))
        {
            if (!_byName.TryGetValue(element.Name, out var named))
                _byName.Add(element.Name, named = []);
            named.Add(element);
        }
    }

    public SurveyElement Root { get; }

    /// <summary>The content of the meta block of the root, except entities (XF-150).</summary>
    public IReadOnlyList<SurveyElement> Meta { get; }

    /// <summary>The elements of this name; none if there is none.</summary>
    public IReadOnlyList<SurveyElement> Named(string name) => _byName.TryGetValue(name, out var found) ? found : [];

    /// <summary>The only element of this name; null if there is none or more than one.</summary>
    public SurveyElement? Find(string name) => _byName.TryGetValue(name, out var found) && found.Count == 1 ? found[0] : null;

    private static IEnumerable<SurveyElement> MetaElements(Settings settings)
    {
        if (!YesNo.IsYes(settings["omit_instanceID"]))
        {
            yield return MetaQuestion(
                InstanceId,
                ("type", "string"),
                ("readonly", "true()"),
                ("jr:preload", settings["instance_id"] ?? "uid")
            );
        }
        if (settings["instance_name"] is { } name)
            yield return MetaQuestion("instanceName", ("type", "string"), ("calculate", name));
    }

    private static SurveyElement MetaQuestion(string name, params (string Key, string Value)[] bind)
    {
        var columns = new OrderedDictionary<string, CellValue>(StringComparer.Ordinal);
        foreach (var (key, value) in bind)
        {
            columns[key] = CellValue.Of(value);
        }
        return new SurveyElement(ElementKind.Question, name, 0) { IsMeta = true, Bind = columns };
    }
}
