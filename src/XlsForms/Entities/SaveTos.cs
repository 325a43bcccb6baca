namespace ServerlessRosa.XlsForms;

/// <summary>The save_to column: which question is saved to which property of which entity list (XF-226).</summary>
internal sealed class SaveTos
{
    private const string Key = "entities:saveto";
    private static readonly List<SurveyElement> None = [];

    private readonly FormContext _context;
    private readonly Dictionary<string, List<SurveyElement>> _byList = new(StringComparer.Ordinal);
    private readonly HashSet<(string List, string Property)> _properties = [];

    private SaveTos(FormContext context) => _context = context;

    public IReadOnlyList<SurveyElement> Of(EntityDeclaration entity) => _byList.GetValueOrDefault(entity.ListName, None);

    public static SaveTos Read(FormContext context, SurveyTree tree)
    {
        var saveTos = new SaveTos(context);
        foreach (var element in tree.Root.DescendantsAndSelf())
        {
            if (element.Bind.GetValueOrDefault(Key)?.Text is { } value)
                saveTos.Read(element, value);
        }
        return saveTos;
    }

    private void Error(SurveyElement element, string text) => _context.SurveyError(element.Row, text, "bind", Key);

    private void Read(SurveyElement element, string value)
    {
        if (element.IsSection)
        {
            Error(element, "A group or repeat cannot be saved to an entity. Move the value to a question.");
            return;
        }
        if (!_context.HasEntities)
        {
            Error(element, "'save_to' needs an entity list. Add it to the sheet 'entities'.");
            return;
        }
        var parts = value.Split('#');
        if (parts.Length > 2)
        {
            Error(element, "There must be at most one '#'.");
            return;
        }
        if (FindList(element, parts) is { } list)
            Add(element, list, parts[^1]);
    }

    private string? FindList(SurveyElement element, string[] parts)
    {
        if (parts.Length == 1 && _context.Entities.Count > 1)
        {
            Error(element, "There are several entity lists. Write the list's name, '#', and the property.");
            return null;
        }
        if (parts.Length == 1)
            return _context.Entities.Count == 1 ? _context.Entities[0].ListName : null;
        if (_context.Entities.Any(entity => entity.ListName == parts[0]))
            return parts[0];
        Error(element, $"The sheet 'entities' has no list '{parts[0]}'.");
        return null;
    }

    private void Add(SurveyElement element, string list, string property)
    {
        if (PythonText.Lower(property) is "name" or "label")
            Error(element, "A property cannot have the name 'name' or 'label'.");
        else if (property.StartsWith("__", StringComparison.Ordinal))
            Error(element, "The name of a property must not begin with two underscores.");
        else if (!XmlName.IsName(property))
            Error(element, $"'{property}' is not a valid name. {NameRules.Explanation}");
        else if (!_properties.Add((list, property)))
            Error(element, $"The property '{property}' is saved twice. Remove one of them.");
        if (!_byList.TryGetValue(list, out var elements))
            _byList.Add(list, elements = []);
        elements.Add(element);
    }
}
