namespace ServerlessRosa.XlsForms;

/// <summary>The functions of XPath 1.0 and of the ODK XForms specification.</summary>
internal static class XPathFunctions
{
    private static readonly HashSet<string> Known =
    [
        .. (
            "last position count id local-name namespace-uri name string concat starts-with contains substring-before substring-after"
            + " substring string-length normalize-space translate boolean not true false lang number sum floor ceiling round"
        ).Split(' '),
        .. (
            "if coalesce once selected selected-at count-selected count-non-empty jr:choice-name jr:itext indexed-repeat max min join"
            + " substr ends-with regex uuid random randomize int pow log log10 sin cos tan asin acos atan atan2 sqrt exp exp10 pi abs"
            + " today now date date-time decimal-date-time decimal-time format-date format-date-time weighted-checklist checklist digest"
            + " area enclosed-area distance geofence intersects version property instance current pulldata boolean-from-string"
            + " base64-decode base64-encode thousands-sep depend position extract-signed"
        ).Split(' '),
    ];

    public static bool IsKnown(string name) => Known.Contains(name);

    /// <summary>The known function with the most similar name; null if none is similar.</summary>
    public static string? Similar(string name) =>
        name.Length > 40 ? null : Known.Where(known => Distance(name, known) <= 2).OrderBy(known => Distance(name, known)).FirstOrDefault();

    private static int Distance(string name, string known) => SheetSpelling.Distance(name, known);
}
