using System.Text.RegularExpressions;

namespace ServerlessRosa.XlsForms;

/// <summary>Writes the secondary instances (XF-146, XF-180 to XF-183).</summary>
internal sealed class SecondaryInstances(FormContext context, XFormXmlWriter xml, SurveyTree tree)
{
    private static readonly Regex Pulldata = new(@"(?:^|[^A-Za-z0-9_.:-])pulldata\s*\(\s*([^,()]+)", RegexOptions.NonBacktracking);
    private static readonly string[] ExpressionKeys = ["calculate", "constraint", "readonly", "required", "relevant"];

    private readonly Dictionary<string, string?> _sources = new(StringComparer.Ordinal);
    private readonly HashSet<string> _externals = new(StringComparer.Ordinal);
    private bool _hasLastSaved;

    public void Write()
    {
        var elements = tree.Root.DescendantsAndSelf().Skip(1).Concat(tree.Meta).ToList();
        foreach (var element in elements)
        {
            WriteSourcesOf(element);
        }
        _hasLastSaved = elements.Any(element =>
            Expressions(element).Any(text => Reference.FindAll(text).Exists(reference => reference.IsLastSaved))
        );
        if (_hasLastSaved)
            WriteSource("__last-saved", "jr://instance/last-saved", 0);
        foreach (var list in context.Choices.All.Where(list => !list.IsUsedBySearch))
        {
            WriteList(list);
        }
    }

    private static IEnumerable<string> Expressions(SurveyElement element) =>
        ExpressionKeys
            .Select(key => element.Bind.GetValueOrDefault(key)?.Text)
            .Append(element.ChoiceFilter)
            .Append(element.Default)
            .OfType<string>();

    private void WriteSourcesOf(SurveyElement element)
    {
        foreach (var text in Expressions(element).Where(text => text.Contains("pulldata", StringComparison.Ordinal)))
        {
            foreach (Match match in Pulldata.Matches(text))
            {
                var file = match.Groups[1].Value.Trim().Trim('\'', '"').Trim();
                WriteSource(file, $"jr://file-csv/{file}.csv", element.Row);
            }
        }
        if (element.Itemset is { Source: ItemsetSource.File, File: { } name } itemset)
            WriteSource(itemset.Name, FileUri(name), element.Row);
        if (element.Type?.Name is not ("csv-external" or "xml-external"))
            return;
        if (!_externals.Add(element.Name))
            context.SurveyError(element.Row, $"Two external instances have the name '{element.Name}'. Rename one of them.", "name");
        WriteSource(element.Name, FileUri(element.Name + (element.Type.Name == "csv-external" ? ".csv" : ".xml")), element.Row);
    }

    private static string FileUri(string file) =>
        file.EndsWith(".csv", StringComparison.Ordinal) ? $"jr://file-csv/{file}" : $"jr://file/{file}";

    private bool Claim(string id, string? source, int row)
    {
        if (_sources.TryAdd(id, source))
            return true;
        if (_sources[id] != source || source is null)
        {
            var text =
                $"The instance name '{id}' is used for {_sources[id] ?? "a choice list"} and {source ?? "a choice list"}. Rename one.";
            context.SurveyError(row, text);
        }
        return false;
    }

    private void WriteSource(string id, string source, int row)
    {
        if (Claim(id, source, row))
            xml.Start("instance").Attribute("id", id).Attribute("src", source).End();
    }

    private void WriteList(ChoiceList list)
    {
        if (!Claim(list.Name, null, 0))
            return;
        xml.Start("instance").Attribute("id", list.Name).Start("root");
        for (var i = 0; i < list.Choices.Count; i++)
        {
            WriteItem(list, list.Choices[i], i);
        }
        xml.End().End();
    }

    private void WriteItem(ChoiceList list, Choice choice, int index)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        xml.Start("item");
        if (list.NeedsItext)
            xml.Element("itextId", $"{list.Name}-{index}");
        xml.Element("name", choice.Name);
        if (!list.NeedsItext && choice.Label?.Text is { } label)
            xml.Element("label", label);
        if (choice.Row is { } row)
        {
            foreach (var column in context.Choices.ExtraColumns)
            {
                if (row.Cell(column) is { } cell)
                    xml.Element(column.Path[0], cell);
            }
            if (row.Text("sms_option") is { } option)
                xml.Element("sms_option", option);
        }
        xml.End();
    }
}
