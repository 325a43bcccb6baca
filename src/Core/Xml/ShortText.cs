namespace ServerlessRosa.Core.Xml;

/// <summary>Texts that lists show beside a submission. What is longer than anybody reads is cut there; the XML keeps it whole.</summary>
public static class ShortText
{
    /// <summary>At most <paramref name="maximum"/> characters, and never half of one.</summary>
    public static string Cut(string text, int maximum) =>
        text.Length <= maximum ? text : text[..(char.IsHighSurrogate(text[maximum - 1]) ? maximum - 1 : maximum)];
}
