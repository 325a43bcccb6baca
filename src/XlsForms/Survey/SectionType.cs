namespace ServerlessRosa.XlsForms;

internal enum SectionKind
{
    Group,
    Repeat,
    Loop,
}

/// <summary>A begin or end row's type cell, taken apart (XF-120a).</summary>
internal sealed record SectionType(bool IsBegin, SectionKind Kind, string? List)
{
    private static readonly (string Word, SectionKind Kind)[] Words =
    [
        ("group", SectionKind.Group),
        ("lgroup", SectionKind.Repeat),
        ("repeat", SectionKind.Repeat),
        ("loop", SectionKind.Loop),
        ("looped group", SectionKind.Repeat),
    ];

    /// <summary>Null if the type neither begins nor ends anything.</summary>
    public static SectionType? Parse(string type)
    {
        var isBegin = type.StartsWith("begin", StringComparison.Ordinal);
        if (!isBegin && !type.StartsWith("end", StringComparison.Ordinal))
            return null;
        var at = isBegin ? 5 : 3;
        if (type.Length <= at || !(type[at] == '_' || char.IsWhiteSpace(type[at])))
            return null;
        var rest = type[(at + 1)..];
        foreach (var (word, kind) in Words)
        {
            if (rest == word)
                return new SectionType(isBegin, kind, null);
            if (!isBegin || !rest.StartsWith(word + ' ', StringComparison.Ordinal))
                continue;
            var list = rest[(word.Length + 1)..];
            if (list.StartsWith("over ", StringComparison.Ordinal))
                list = list[5..];
            if (list.Length > 0 && !list.Any(char.IsWhiteSpace))
                return new SectionType(true, kind, list);
        }
        return null;
    }
}
