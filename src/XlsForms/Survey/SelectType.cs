namespace ServerlessRosa.XlsForms;

/// <summary>A select question's type cell, taken apart (XF-140): command, list, and whether `or_other` follows.</summary>
internal sealed record SelectType(string TypeName, string List, bool IsFromFile, bool HasOther)
{
    private static readonly (string Command, string TypeName, bool IsFromFile)[] Commands =
    [
        ("select_one", QuestionTypes.SelectOne, false),
        ("select one", QuestionTypes.SelectOne, false),
        ("select1", QuestionTypes.SelectOne, false),
        ("select one from", QuestionTypes.SelectOne, false),
        ("add select one prompt using", QuestionTypes.SelectOne, false),
        ("select_multiple", QuestionTypes.SelectMultiple, false),
        ("select all that apply", QuestionTypes.SelectMultiple, false),
        ("select all that apply from", QuestionTypes.SelectMultiple, false),
        ("add select multiple prompt using", QuestionTypes.SelectMultiple, false),
        ("rank", QuestionTypes.Rank, false),
        ("select_one_external", QuestionTypes.SelectOneExternal, false),
        ("select_one_from_file", QuestionTypes.SelectOne, true),
        ("select one from file", QuestionTypes.SelectOne, true),
        ("select_multiple_from_file", QuestionTypes.SelectMultiple, true),
        ("select multiple from file", QuestionTypes.SelectMultiple, true),
    ];

    private static readonly string[] Suffixes = ["or_other", "or other", "or specify other"];

    /// <summary>Null if the type is no select.</summary>
    public static SelectType? Parse(string type)
    {
        foreach (var (command, typeName, isFromFile) in Commands)
        {
            if (!type.StartsWith(command, StringComparison.Ordinal) || type.Length <= command.Length || type[command.Length] != ' ')
                continue;
            var rest = type[(command.Length + 1)..];
            var end = rest.IndexOf(' ', StringComparison.Ordinal);
            var list = end < 0 ? rest : rest[..end];
            if (list.Length == 0 || list.Any(char.IsWhiteSpace))
                continue;
            if (end < 0)
                return new SelectType(typeName, list, isFromFile, false);
            if (Suffixes.Contains(rest[(end + 1)..]))
                return new SelectType(typeName, list, isFromFile, true);
        }
        return null;
    }

    /// <summary>The extension of a list that is a file, with its dot; empty for none.</summary>
    public string Extension => List.LastIndexOf('.') is var dot and >= 0 ? List[dot..] : "";

    public bool IsFile => IsFromFile || Extension is ".csv" or ".xml" or ".geojson";

    public bool IsReference => Reference.TryRead(List, 0) is not null;
}
