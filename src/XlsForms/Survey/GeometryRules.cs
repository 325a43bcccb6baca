namespace ServerlessRosa.XlsForms;

/// <summary>The parameters of geopoint, geotrace and geoshape questions (XF-114, XF-115).</summary>
internal sealed class GeometryRules(Parameters parameters)
{
    public void Apply(string type, SurveyElement question)
    {
        if (type == "geopoint")
        {
            parameters.Allow("allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy");
            Set(question.Control, "accuracyThreshold", parameters.Number("capture-accuracy"));
            Set(question.Control, "unacceptableAccuracyThreshold", parameters.Number("warning-accuracy"));
        }
        else
        {
            parameters.Allow("allow-mock-accuracy", "incremental", "reference-geometry");
            if (YesNo.IsYes(parameters["incremental"]))
                Set(question.Control, "incremental", "true");
            else if (parameters.Has("incremental"))
                parameters.Error("'incremental' can only be 'true'. Leave it out otherwise.");
        }
        Set(question.Bind, "odk:allow-mock-accuracy", parameters.OneOf("allow-mock-accuracy", "true", "false"));
        if (parameters["reference-geometry"] is not { } geometry)
            return;
        var source = Reference.Whole(geometry) is null ? ItemsetSource.Instance : ItemsetSource.Repeat;
        question.Itemset = new Itemset(source, geometry) { IsGeometry = true };
    }

    private static void Set(OrderedDictionary<string, CellValue> map, string key, string? value)
    {
        if (value is not null)
            map[key] = CellValue.Of(value);
    }
}
