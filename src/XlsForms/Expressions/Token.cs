namespace ServerlessRosa.XlsForms;

internal enum TokenKind
{
    DateOrTime,
    Number,
    MathOperator,
    Comparison,
    BooleanOperator,
    Union,
    OpenParenthesis,
    CloseParenthesis,
    ParentStep,
    SelfStep,
    PathSeparator,
    Literal,
    Comma,
    WhiteSpace,
    Reference,
    FunctionCall,
    PredicateStart,
    PredicateEnd,
    UriScheme,
    Name,
    ReferenceStart,
    Other,
}

/// <summary>A token of the reference's lexer (XF-190).</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int End);

/// <summary>
/// Splits a text as the reference does to find out whether it is an expression (XF-190). It is not an XPath lexer: a name takes `-` and `.`
/// along, and any text has tokens.
/// </summary>
internal static class Lexer
{
    public static IEnumerable<Token> Tokens(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var token = Next(text, at);
            yield return token;
            at = token.End;
        }
    }

    private static Token Next(string text, int at)
    {
        if (DateOrTime(text, at) is var date and > 0)
            return new(TokenKind.DateOrTime, at, date);
        if (Number(text, at) is var number and > 0)
            return new(TokenKind.Number, at, number);
        return Symbol(text, at) ?? Word(text, at);
    }

    private static Token? Symbol(string text, int at)
    {
        var c = text[at];
        var next = at + 1 < text.Length ? text[at + 1] : '\0';
        switch (c)
        {
            case '*' or '+' or '-':
                return new(TokenKind.MathOperator, at, at + 1);
            case ' ' when StartsWith(text, at, " mod ") || StartsWith(text, at, " div "):
                return new(TokenKind.MathOperator, at, at + 5);
            case ' ' when StartsWith(text, at, " and "):
                return new(TokenKind.BooleanOperator, at, at + 5);
            case ' ' when StartsWith(text, at, " or "):
                return new(TokenKind.BooleanOperator, at, at + 4);
            case '=' or '<' or '>':
                return new(TokenKind.Comparison, at, at + 1);
            case '!' when next == '=':
                return new(TokenKind.Comparison, at, at + 2);
            case '|':
                return new(TokenKind.Union, at, at + 1);
            case '(':
                return new(TokenKind.OpenParenthesis, at, at + 1);
            case ')':
                return new(TokenKind.CloseParenthesis, at, at + 1);
            case '.' when next == '.':
                return new(TokenKind.ParentStep, at, at + 2);
            case '.':
                return new(TokenKind.SelfStep, at, at + 1);
            case '/':
                return new(TokenKind.PathSeparator, at, at + 1);
            case '"' or '\'' when text.IndexOf(c, at + 1) is var close and > 0:
                return new(TokenKind.Literal, at, close + 1);
            case ',':
                return new(TokenKind.Comma, at, at + 1);
            case ']':
                return new(TokenKind.PredicateEnd, at, at + 1);
            default:
                return char.IsWhiteSpace(c) ? new(TokenKind.WhiteSpace, at, EndOfWhiteSpace(text, at)) : null;
        }
    }

    private static Token Word(string text, int at)
    {
        if (text[at] == '$' && at + 1 < text.Length && text[at + 1] == '{')
        {
            return Reference.TryRead(text, at) is { } reference
                ? new(TokenKind.Reference, at, reference.End)
                : new(TokenKind.ReferenceStart, at, at + 2);
        }
        var end = XmlName.EndOfNcName(text, at);
        if (end == at)
            return new(TokenKind.Other, at, at + 1);
        var full = end;
        if (end < text.Length && text[end] == ':' && XmlName.EndOfNcName(text, end + 1) is var local && local > end + 1)
            full = local;
        if (full < text.Length && text[full] == '(')
            return new(TokenKind.FunctionCall, at, full + 1);
        if (full < text.Length && text[full] == '[')
            return new(TokenKind.PredicateStart, at, full + 1);
        return StartsWith(text, end, "://") ? new(TokenKind.UriScheme, at, end + 3) : new(TokenKind.Name, at, full);
    }

    private static int EndOfWhiteSpace(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
        return at;
    }

    private static bool StartsWith(string text, int at, string what) =>
        at < text.Length && text.AsSpan(at).StartsWith(what, StringComparison.Ordinal);

    /// <summary>`2020-01-31`, `10:00:00`, or both with T between; -1 for none.</summary>
    private static int DateOrTime(string text, int at)
    {
        var start = at < text.Length && text[at] == '-' ? at + 1 : at;
        var date = Matches(text, start, "dddd-dd-dd") ? start + 10 : -1;
        if (date > 0)
            return date < text.Length && text[date] == 'T' && Matches(text, date + 1, "dd:dd:dd") ? EndOfTime(text, date + 1) : date;
        return Matches(text, at, "dd:dd:dd") ? EndOfTime(text, at) : -1;
    }

    private static int EndOfTime(string text, int at)
    {
        var end = at + 8;
        if (end < text.Length && text[end] == 'Z')
            return end + 1;
        return end < text.Length && text[end] is '+' or '-' && Matches(text, end + 1, "dd:dd") ? end + 6 : end;
    }

    private static bool Matches(string text, int at, string pattern)
    {
        if (at + pattern.Length > text.Length)
            return false;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == 'd' ? !char.IsAsciiDigit(text[at + i]) : text[at + i] != pattern[i])
                return false;
        }
        return true;
    }

    private static int Number(string text, int at)
    {
        var start = text[at] == '-' ? at + 1 : at;
        var end = EndOfDigits(text, start);
        if (end < text.Length && text[end] == '.' && (end > start || EndOfDigits(text, end + 1) > end + 1))
            return EndOfDigits(text, end + 1);
        return end > start ? end : -1;
    }

    private static int EndOfDigits(string text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }
        return at;
    }
}
