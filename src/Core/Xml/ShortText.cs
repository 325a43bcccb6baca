namespace ServerlessRosa.Core.Xml;

/// <summary>Texts that lists show beside a submission. Longer texts are cut there; the XML keeps them whole.</summary>
public static class ShortText
{
    /// <summary>At most <paramref name="maximum"/> characters, and never half of one.</summary>
    public static string Cut(string text, int maximum) =>
        text.Length <= maximum ? text : text[..(char.IsHighSurrogate(text[maximum - 1]) ? maximum - 1 : maximum)];
}
