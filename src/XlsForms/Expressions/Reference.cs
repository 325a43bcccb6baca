namespace ServerlessRosa.XlsForms;

/// <summary>A `${name}` or `${last-saved#name}` in a text (XF-055).</summary>
internal readonly record struct Reference(int Start, int End, string Name, bool IsLastSaved)
{
    private const string LastSaved = "last-saved#";

    /// <summary>All well-formed references of a text, from left to right.</summary>
    public static List<Reference> FindAll(string text)
    {
        var found = new List<Reference>();
        for (var at = 0; (at = text.IndexOf("${", at, StringComparison.Ordinal)) >= 0;)
        {
            if (TryRead(text, at) is { } reference)
            {
                found.Add(reference);
                at = reference.End;
            }
            else
            {
                at += 2;
            }
        }
        return found;
    }

    public static bool IsIn(string? text) => text is not null && text.Contains("${", StringComparison.Ordinal) && FindAll(text).Count > 0;

    /// <summary>The reference that is the whole text; null if it is anything else.</summary>
    public static Reference? Whole(string text) => TryRead(text, 0) is { } reference && reference.End == text.Length ? reference : null;

    /// <summary>Whether a `${` outside quotes does not begin a reference (XF-056).</summary>
    public static bool IsMalformedIn(string text) =>
        text.Contains("${", StringComparison.Ordinal) && Lexer.Tokens(text).Any(token => token.Kind == TokenKind.ReferenceStart);

    public static Reference? TryRead(string text, int start)
    {
        if (start + 2 >= text.Length || text[start] != '$' || text[start + 1] != '{')
            return null;
        var nameStart = start + 2;
        var isLastSaved = text.AsSpan(nameStart).StartsWith(LastSaved, StringComparison.Ordinal);
        if (isLastSaved)
            nameStart += LastSaved.Length;
        var end = XmlName.EndOfNcName(text, nameStart);
        return end > nameStart && end < text.Length && text[end] == '}'
            ? new Reference(start, end + 1, text[nameStart..end], isLastSaved)
            : null;
    }
}
