using System.Globalization;

namespace ServerlessRosa.XlsForms;

/// <summary>Reads the row of a select (XF-140 to XF-149, XF-160).</summary>
internal sealed class SelectReader(FormContext context, TableList tableList)
{
    public void Read(SelectType type, SheetRow row, string name, Parameters parameters, SurveyElement parent)
    {
        var select = new SurveyElement(ElementKind.Question, name, row.Number)
        {
            Type = QuestionTypes.Get(type.TypeName),
            TypeName = type.TypeName,
        };
        RowElement.Fill(select, row);
        if (type.TypeName == QuestionTypes.SelectOneExternal)
            ReadExternal(type, row, select, parameters);
        else
            ReadItemset(type, row, select, parameters);
        if (type.TypeName == QuestionTypes.SelectMultiple && YesNo.IsYes(context.Settings["add_none_option"]))
            AddNone(type, select);
        tableList.Fit(select, type.List, row, parent);
        parent.Add(select);
        if (type.HasOther)
            AddOther(type, row, select, parent);
    }

    private void ReadExternal(SelectType type, SheetRow row, SurveyElement select, Parameters parameters)
    {
        select.Query = type.List;
        parameters.Allow("randomize", "seed");
        if (select.ChoiceFilter is null)
        {
            const string text = "A select_one_external without a choice filter is slow. Fill in the cell, or use select_one.";
            context.SurveyWarning(row.Number, text, "choice_filter");
        }
        if (context.External is null)
            Error(row, $"There must be a sheet 'external_choices'. {SheetSpelling.Hint(context.Workbook, SheetName.ExternalChoices)}");
        else if (!context.External.HasList(type.List))
            Error(row, $"The sheet 'external_choices' has no list '{type.List}'.");
    }

    private void Error(SheetRow row, string text) => context.SurveyError(row.Number, text.TrimEnd(), "type");

    private void ReadItemset(SelectType type, SheetRow row, SurveyElement select, Parameters parameters)
    {
        var list = context.Choices.Find(type.List);
        var isFile = type.IsFromFile || (list is null && type.IsFile);
        CheckList(type, row, list);
        if (type.IsFile)
            parameters.Allow("randomize", "seed", "value", "label");
        else
            parameters.Allow("randomize", "seed");
        var isSearch = Search.Is(select.Control.GetValueOrDefault("appearance")?.Text);
        if (isSearch && isFile)
            context.SurveyError(row.Number, "A select from a file cannot use search(). Use one of them.", "control", "appearance");
        var randomize = parameters.OneOf("randomize", "true", "false") == "true";
        select.Itemset = new Itemset(Source(type, isFile), isFile ? type.List[..^type.Extension.Length] : type.List)
        {
            File = isFile ? type.List : null,
            ValueReference = NameParameter(parameters, "value"),
            LabelReference = NameParameter(parameters, "label"),
            Randomize = randomize,
            Seed = ReadSeed(parameters, randomize),
            IsSearch = isSearch,
        };
    }

    private static ItemsetSource Source(SelectType type, bool isFile) =>
        isFile ? ItemsetSource.File
        : type.IsReference ? ItemsetSource.Repeat
        : ItemsetSource.List;

    private void CheckList(SelectType type, SheetRow row, ChoiceList? list)
    {
        if (type.IsFromFile && type.Extension is not (".csv" or ".xml" or ".geojson"))
            Error(row, $"The file '{type.List}' must end with .csv, .xml or .geojson.");
        else if (type.IsFile && list is null && type.List.Count(c => c == '.') > 1)
            Error(row, $"The file name '{type.List}' must have one dot only.");
        if (list is null && !type.IsFile && !type.IsReference)
        {
            Error(row, MissingList(type.List));
        }
        if (type.TypeName != QuestionTypes.SelectMultiple || list is null)
            return;
        foreach (var choice in list.Choices.Where(choice => choice.Name.Contains(' ', StringComparison.Ordinal)))
        {
            const string text = "The names of choices of a select_multiple cannot have spaces. Use underscores.";
            context.Messages.Error(SheetName.Choices, choice.Row?.Number, context.Choices.Table!.HeaderOf("name"), text);
        }
    }

    private string MissingList(string list)
    {
        if (context.Choices.All.Count > 0)
            return $"The choices sheet has no list '{list}'. Add it, or correct the spelling.";
        var hint = SheetSpelling.Hint(context.Workbook, SheetName.Choices);
        return $"There must be a sheet 'choices' with the columns list_name, name and label. {hint}";
    }

    private static string? NameParameter(Parameters parameters, string key)
    {
        if (parameters[key] is not { } value || XmlName.IsName(value))
            return parameters[key];
        parameters.Error($"'{key}' must be the name of a column. '{value}' is not a valid name. {NameRules.Explanation}");
        return null;
    }

    private static string? ReadSeed(Parameters parameters, bool randomize)
    {
        if (parameters["seed"] is not { } seed)
            return null;
        if (!randomize)
            parameters.Error("'seed' needs 'randomize=true'.");
        if (double.TryParse(seed, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || Reference.Whole(seed) is not null)
            return seed;
        parameters.Error("'seed' must be a number or a reference to a question.");
        return null;
    }

    private void AddNone(SelectType type, SurveyElement select)
    {
        const string condition = "(.='none' or not(selected(., 'none')))";
        if (context.Choices.Find(type.List) is { } list)
            ChoiceLists.AddNone(list);
        var own = select.Bind.GetValueOrDefault("constraint")?.Text;
        select.Bind["constraint"] = CellValue.Of(own is null ? condition : $"{own} and {condition}");
    }

    /// <summary>XF-148: the choice `other`, and a text question for it.</summary>
    private void AddOther(SelectType type, SheetRow row, SurveyElement select, SurveyElement parent)
    {
        if (select.ChoiceFilter is not null)
            context.SurveyError(row.Number, "A choice filter is not possible with or_other.", "choice_filter");
        if (context.Choices.Find(type.List) is not { } list)
        {
            Error(row, "or_other needs a list of the choices sheet.");
            return;
        }
        ChoiceLists.AddOther(list);
        parent.Add(
            new SurveyElement(ElementKind.Question, select.Name + "_other", row.Number)
            {
                Type = QuestionTypes.Get("text"),
                TypeName = "text",
                Label = CellValue.Of("Specify other."),
                Bind = new(StringComparer.Ordinal) { ["relevant"] = CellValue.Of($"selected(../{select.Name}, 'other')") },
            }
        );
        if (Translations.AreUsed(context))
        {
            const string text = "The form has or_other and translations. The label of the question for 'other' is not translated.";
            context.SurveyWarning(row.Number, text, "type");
        }
    }
}

/// <summary>The appearance search(…), by which clients fill a list from a file (XF-160).</summary>
internal static class Search
{
    public static bool Is(string? appearance) =>
        appearance is not null
        && appearance.IndexOf("search(", StringComparison.Ordinal) is var at and >= 0
        && appearance.IndexOf(')', at) > 0;
}
