namespace ServerlessRosa.XlsForms;

/// <summary>Distinguishes expressions from plain text in the default column (XF-120).</summary>
internal static class DynamicDefault
{
    private static readonly HashSet<string> TypesWithHyphens = ["date", "dateTime", "geopoint", "geotrace", "geoshape"];

    public static bool Is(string? text, string typeName)
    {
        if (text is null)
            return false;
        var hyphenIsText = TypesWithHyphens.Contains(typeName);
        foreach (var token in Lexer.Tokens(text))
        {
            if (hyphenIsText && token.Kind == TokenKind.MathOperator && text[token.Start] == '-')
                return false;
            if (token.Kind is TokenKind.MathOperator or TokenKind.Union or TokenKind.Reference or TokenKind.FunctionCall)
                return true;
        }
        return false;
    }
}
