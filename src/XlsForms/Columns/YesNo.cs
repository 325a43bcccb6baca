namespace ServerlessRosa.XlsForms;

/// <summary>The words for yes and no (XF-03B).</summary>
internal static class YesNo
{
    private static readonly HashSet<string> YesWords = ["yes", "Yes", "YES", "true", "True", "TRUE", "true()"];
    private static readonly HashSet<string> NoWords = ["no", "No", "NO", "false", "False", "FALSE", "false()"];

    public static bool IsYes(string? text) => text is not null && YesWords.Contains(text);

    public static bool IsNo(string? text) => text is not null && NoWords.Contains(text);

    /// <summary>The XPath function for a yes or no word; any other text as it is (XF-086).</summary>
    public static string ToXPath(string text) =>
        IsYes(text) ? "true()"
        : IsNo(text) ? "false()"
        : text;
}
