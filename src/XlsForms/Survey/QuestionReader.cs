namespace ServerlessRosa.XlsForms;

/// <summary>Reads the row of a question that is no select, with the parameters of its type (XF-100, XF-110 to XF-119).</summary>
internal sealed class QuestionReader(FormContext context)
{
    private static readonly string[] LocationKeys = ["location-priority", "location-min-interval", "location-max-age"];

    /// <summary>The question; null if its type is unknown.</summary>
    public SurveyElement? Read(string type, SheetRow row, string name, Parameters parameters)
    {
        var osmList = type.StartsWith("osm ", StringComparison.Ordinal) ? type[4..].Trim() : null;
        var found = QuestionTypes.Find(osmList is null ? type : "osm");
        if (found is null || found.Control == ControlKind.Select || found.Name == QuestionTypes.SelectOneExternal)
        {
            var text = $"Unknown question type '{Messages.Shorten(type)}'. Correct the spelling, or see xlsform.org for the types.";
            context.SurveyError(row.Number, text, "type");
            return null;
        }
        var question = new SurveyElement(ElementKind.Question, name, row.Number)
        {
            Type = found,
            TypeName = type,
            OsmList = osmList,
            IsMeta = type == "audit",
            Quality = type == "background-audio" ? parameters.OneOf("quality", "voice-only", "low", "normal") : null,
        };
        RowElement.Fill(question, row);
        Apply(type, question, row, parameters);
        return question;
    }

    private void Apply(string type, SurveyElement question, SheetRow row, Parameters parameters)
    {
        switch (type)
        {
            case "text":
                parameters.Allow("rows");
                Set(question.Control, "rows", parameters.Integer("rows"));
                break;
            case "photo":
                ApplyImage(question, row, parameters);
                break;
            case "audio":
                parameters.Allow("quality");
                Set(question.Bind, "odk:quality", parameters.OneOf("quality", "voice-only", "low", "normal", "external"));
                break;
            case "background-audio":
                parameters.Allow("quality");
                break;
            case "geopoint" or "geotrace" or "geoshape":
                new GeometryRules(parameters).Apply(type, question);
                break;
            case "range":
                ApplyRange(question, parameters);
                break;
            case "audit":
                ApplyAudit(question, row, parameters);
                break;
            case "background-geopoint":
                CheckBackgroundGeopoint(question, row);
                break;
            case "subscriberid" or "simserial":
                context.SurveyWarning(row.Number, $"'{type}' is no longer supported on most devices.", "type");
                break;
        }
    }

    private static void Set(OrderedDictionary<string, CellValue> map, string key, string? value)
    {
        if (value is not null)
            map[key] = CellValue.Of(value);
    }

    private void ApplyImage(SurveyElement question, SheetRow row, Parameters parameters)
    {
        parameters.Allow("app", "max-pixels");
        if (!parameters.Has("max-pixels"))
        {
            const string text = "Use the parameter 'max-pixels' to make submissions smaller and faster to send.";
            context.SurveyWarning(row.Number, text, "parameters");
        }
        Set(question.Bind, "orx:max-pixels", parameters.Integer("max-pixels"));
        var appearance = question.Control.GetValueOrDefault("appearance")?.Text;
        if (parameters["app"] is not { } app || appearance is not (null or "annotate"))
            return;
        if (IsPackageName(app))
            Set(question.Control, "intent", app);
        else
            parameters.Error($"'app' must be the name of an Android package, such as 'com.example.camera'. '{app}' is not.");
    }

    private static bool IsPackageName(string text)
    {
        var segments = text.Split('.');
        return segments.Length > 1
            && segments.All(segment =>
                segment.Length > 0
                && segment[0] != '_'
                && !char.IsAsciiDigit(segment[0])
                && segment.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            );
    }

    private void ApplyRange(SurveyElement question, Parameters parameters)
    {
        var rules = new RangeRules(context, parameters, question.Control.GetValueOrDefault("appearance")?.Text);
        question.Itemset = rules.Apply(question.Control);
        if (rules.IsDecimal)
            Set(question.Bind, "type", "decimal");
    }

    private void ApplyAudit(SurveyElement question, SheetRow row, Parameters parameters)
    {
        if (question.Name != "audit")
            context.SurveyError(row.Number, "An audit question must have no name, or the name 'audit'.", "name");
        parameters.Allow(
            "location-priority",
            "location-min-interval",
            "location-max-age",
            "track-changes",
            "track-changes-reasons",
            "identify-user"
        );
        question.Name = "audit";
        Set(question.Bind, "odk:track-changes", parameters.OneOf("track-changes", "true", "false"));
        Set(question.Bind, "odk:track-changes-reasons", parameters.OneOf("track-changes-reasons", "on-form-edit"));
        Set(question.Bind, "odk:identify-user", parameters.OneOf("identify-user", "true", "false"));
        var given = LocationKeys.Count(parameters.Has);
        if (given == 0)
            return;
        if (given < 3)
            parameters.Error("A location needs all of 'location-priority', 'location-min-interval' and 'location-max-age'.");
        var priority = parameters.OneOf("location-priority", "no-power", "low-power", "balanced", "high-accuracy");
        var interval = parameters.Integer("location-min-interval", 0);
        var age = parameters.Integer("location-max-age", 0);
        if (interval is not null && age is not null && long.Parse(age, null) < long.Parse(interval, null))
            parameters.Error("'location-max-age' must not be less than 'location-min-interval'.");
        Set(question.Bind, "odk:location-max-age", age);
        Set(question.Bind, "odk:location-min-interval", interval);
        Set(question.Bind, "odk:location-priority", priority);
    }

    private void CheckBackgroundGeopoint(SurveyElement question, SheetRow row)
    {
        if (question.Trigger is null)
            context.SurveyError(row.Number, "A 'background-geopoint' needs a trigger. Name the question that triggers it.", "trigger");
        if (question.Calculation is not null)
            context.SurveyError(row.Number, "A 'background-geopoint' cannot have a calculation. Empty the cell.", "bind", "calculate");
    }
}
