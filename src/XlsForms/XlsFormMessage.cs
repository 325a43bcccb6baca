namespace ServerlessRosa.XlsForms;

/// <summary>The effect of a message about a workbook on its conversion.</summary>
public enum XlsFormMessageKind
{
    /// <summary>The workbook cannot be converted.</summary>
    Error,

    /// <summary>The reference converter warns of this too (W-01 to W-14).</summary>
    Warning,

    /// <summary>A finding of the checks that follow the conversion: clients may not be able to open the form (XF-011).</summary>
    Check,
}

/// <summary>One thing that a form designer should know, with its place in the workbook. Rows count from 1, the header included.</summary>
public sealed record XlsFormMessage(XlsFormMessageKind Kind, string? Sheet, int? Row, string? Column, string Text)
{
    /// <summary>The text with its place in front: "survey, row 3, column 'label': …".</summary>
    public override string ToString()
    {
        var place = new List<string>();
        if (Sheet is not null)
            place.Add(Sheet);
        if (Row is not null)
            place.Add($"row {Row}");
        if (Column is not null)
            place.Add($"column '{Column}'");
        return place.Count == 0 ? Text : $"{string.Join(", ", place)}: {Text}";
    }
}
