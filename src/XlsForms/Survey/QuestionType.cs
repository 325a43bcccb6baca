namespace ServerlessRosa.XlsForms;

/// <summary>How a question appears in the body.</summary>
internal enum ControlKind
{
    None,
    Input,
    Trigger,
    Upload,
    Range,
    Select,
}

/// <summary>The meaning of a question type: its bind, its control, and its default hint.</summary>
internal sealed record QuestionType(string Name, ControlKind Control, string? Tag, IReadOnlyDictionary<string, string> Bind)
{
    public string? MediaType { get; init; }

    public string? Hint { get; init; }
}

/// <summary>The table of question types (XF-100). A type is one entry; the names after the first are older synonyms.</summary>
internal static class QuestionTypes
{
    public const string Calculate = "calculate";
    public const string Note = "note";
    public const string SelectOne = "select one";
    public const string SelectMultiple = "select multiple";
    public const string Rank = "rank";
    public const string SelectOneExternal = "select one external";

    private const string Whole = "0 <= . and . <= ";

    private static readonly Dictionary<string, QuestionType> Types = Build();

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["imei"] = "deviceid",
        ["image"] = "photo",
        ["add image prompt"] = "photo",
        ["add photo prompt"] = "photo",
        ["add audio prompt"] = "audio",
        ["add video prompt"] = "video",
        ["add file prompt"] = "file",
    };

    /// <summary>The name under which a type is handled: `image` is handled as `photo`.</summary>
    public static string Canonical(string name) => Aliases.GetValueOrDefault(name, name);

    public static QuestionType? Find(string name) => Types.GetValueOrDefault(Canonical(name));

    public static QuestionType Get(string name) => Types[name];

    public static IEnumerable<string> Names => Types.Keys;

    private static Dictionary<string, QuestionType> Build()
    {
        var types = new Dictionary<string, QuestionType>(StringComparer.Ordinal);
        Inputs(types);
        Uploads(types);
        Selects(types);
        Metadata(types);
        Add(types, "calculate|q calculate|add calculate prompt|hidden", ControlKind.None, null, [("type", "string")]);
        Add(types, "start-geopoint|background-geopoint", ControlKind.None, null, [("type", "geopoint")]);
        Add(types, "background-audio|audit", ControlKind.None, null, [("type", "binary")]);
        Add(types, "csv-external|xml-external", ControlKind.None, null, []);
        return types;
    }

    private static void Inputs(Dictionary<string, QuestionType> types)
    {
        Input(types, "text|string|q string|add text prompt", "string");
        Input(types, "integer|int|q int|add integer prompt", "int");
        Input(types, "decimal|q decimal|add decimal prompt", "decimal");
        Input(types, "date|q date|add date prompt", "date");
        Input(types, "time|q time|add time prompt", "time");
        Input(types, "dateTime|datetime|date time|q date time|q dateTime|add date time prompt|add dateTime prompt", "dateTime");
        Input(types, "note|q note|add note prompt", "string", ("readonly", "true()"));
        Input(types, "geopoint|gps|location|q geopoint|q location|add location prompt", "geopoint");
        Input(types, "geotrace|q geotrace", "geotrace");
        Input(types, "geoshape|q geoshape", "geoshape");
        Input(types, "barcode|q barcode|add barcode prompt", "barcode");
        Input(types, "percentage", "int", ("constraint", Whole + "100"));
        Add(types, "acknowledge|q acknowledge|add acknowledge prompt", ControlKind.Trigger, "trigger", [("type", "string")]);
        Add(types, "trigger", ControlKind.Trigger, "trigger", []);
        Add(types, "range", ControlKind.Range, "range", [("type", "int")]);
        Hinted(types, "phone number", "Enter numbers only.", ("type", "string"), ("constraint", @"regex(., '^\d*$')"));
        Hinted(types, "number of days in last month", "Enter a number 0-31.", ("type", "int"), ("constraint", Whole + "31"));
        Hinted(types, "number of days in last six months", "Enter a number 0-183.", ("type", "int"), ("constraint", Whole + "183"));
        Hinted(types, "number of days in last year", "Enter a number 0-365.", ("type", "int"), ("constraint", Whole + "365"));
    }

    private static void Uploads(Dictionary<string, QuestionType> types)
    {
        Upload(types, "photo|q picture|q image", "image/*");
        Upload(types, "audio|q audio", "audio/*");
        Upload(types, "video|q video", "video/*");
        Upload(types, "file", "application/*");
        Upload(types, "osm", "osm/*");
    }

    private static void Selects(Dictionary<string, QuestionType> types)
    {
        Add(types, SelectOne, ControlKind.Select, "select1", [("type", "string")]);
        Add(types, SelectMultiple, ControlKind.Select, "select", [("type", "string")]);
        Add(types, Rank, ControlKind.Select, "odk:rank", [("type", "odk:rank")]);
        Add(types, SelectOneExternal, ControlKind.Input, "input", [("type", "string")]);
    }

    private static void Metadata(Dictionary<string, QuestionType> types)
    {
        Preload(types, "start|start time|get start time", "dateTime", "timestamp", "start");
        Preload(types, "end|end time|get end time", "dateTime", "timestamp", "end");
        Preload(types, "today|get today", "date", "date", "today");
        Preload(types, "deviceid|device id|get device id", "string", "property", "deviceid");
        Preload(types, "subscriberid|subscriber id|get subscriber id", "string", "property", "subscriberid");
        Preload(types, "simserial|sim id|get sim id", "string", "property", "simserial");
        Preload(types, "phonenumber|get phone number", "string", "property", "phonenumber");
        foreach (var property in new[] { "username", "email" })
        {
            Preload(types, property, "string", "property", property);
        }
        foreach (var property in new[] { "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email" })
        {
            Preload(types, "uri:" + property, "string", "property", "uri:" + property);
        }
    }

    private static void Input(Dictionary<string, QuestionType> types, string names, string type, params (string, string)[] bind) =>
        Add(types, names, ControlKind.Input, "input", [("type", type), .. bind]);

    private static void Hinted(Dictionary<string, QuestionType> types, string names, string hint, params (string, string)[] bind) =>
        types.Add(names, Make(names, ControlKind.Input, "input", bind) with { Hint = hint });

    private static void Upload(Dictionary<string, QuestionType> types, string names, string mediaType)
    {
        foreach (var name in names.Split('|'))
        {
            types.Add(name, Make(name, ControlKind.Upload, "upload", [("type", "binary")]) with { MediaType = mediaType });
        }
    }

    private static void Preload(Dictionary<string, QuestionType> types, string names, string type, string preload, string parameter) =>
        Add(types, names, ControlKind.None, null, [("jr:preload", preload), ("type", type), ("jr:preloadParams", parameter)]);

    private static void Add(Dictionary<string, QuestionType> types, string names, ControlKind control, string? tag, (string, string)[] bind)
    {
        foreach (var name in names.Split('|'))
        {
            types.Add(name, Make(name, control, tag, bind));
        }
    }

    private static QuestionType Make(string name, ControlKind control, string? tag, (string Key, string Value)[] bind) =>
        new(name, control, tag, bind.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal));
}
