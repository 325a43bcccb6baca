namespace ServerlessRosa.XlsForms;

internal enum XPathTokenKind
{
    Number,
    Literal,
    Name,
    Operator,
    Symbol,
    End,
}

/// <summary>A token of XPath 1.0. Text is the name, the operator or the symbol.</summary>
internal readonly record struct XPathToken(XPathTokenKind Kind, string Text, int Position);

/// <summary>An error in an expression, with a message for the form designer.</summary>
internal sealed class XPathSyntaxException(string message) : Exception(message);

/// <summary>Splits an expression into tokens by the rules of XPath 1.0, section 3.7.</summary>
internal static class XPathTokenizer
{
    private static readonly string[] Symbols = ["::", "//", "..", "!=", "<=", ">="];
    private static readonly HashSet<string> OperatorNames = ["and", "or", "div", "mod"];
    private static readonly HashSet<string> OperatorSymbols = ["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "|"];

    public static List<XPathToken> Tokenize(string text)
    {
        var tokens = new List<XPathToken>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            if (at == text.Length)
                break;
            var token = Next(text, at, tokens, out var end);
            tokens.Add(token);
            at = end;
        }
        tokens.Add(new XPathToken(XPathTokenKind.End, "the end", text.Length));
        return tokens;
    }

    private static XPathToken Next(string text, int at, List<XPathToken> before, out int end)
    {
        var c = text[at];
        if (c is '"' or '\'')
        {
            end = text.IndexOf(c, at + 1) + 1;
            return end > 0 ? new(XPathTokenKind.Literal, text[at..end], at) : throw new XPathSyntaxException($"a quote {c} is not closed");
        }
        if (char.IsAsciiDigit(c) || (c == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            end = at;
            while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            {
                end++;
            }
            return new(XPathTokenKind.Number, text[at..end], at);
        }
        end = XmlName.EndOfNcName(text, at);
        return end > at ? Name(text, at, before, ref end) : Symbol(text, at, before, out end);
    }

    private static XPathToken Name(string text, int at, List<XPathToken> before, ref int end)
    {
        if (OperatorNames.Contains(text[at..end]) && IsAfterOperand(before))
            return new(XPathTokenKind.Operator, text[at..end], at);
        if (end < text.Length && text[end] == ':' && XmlName.EndOfNcName(text, end + 1) is var local && local > end + 1)
            end = local;
        return new(XPathTokenKind.Name, text[at..end], at);
    }

    private static XPathToken Symbol(string text, int at, List<XPathToken> before, out int end)
    {
        var symbol = Array.Find(Symbols, candidate => text.AsSpan(at).StartsWith(candidate)) ?? text[at].ToString();
        end = at + symbol.Length;
        var isOperator = OperatorSymbols.Contains(symbol) && (symbol != "*" || IsAfterOperand(before));
        return new(isOperator ? XPathTokenKind.Operator : XPathTokenKind.Symbol, symbol, at);
    }

    private static bool IsAfterOperand(List<XPathToken> before) =>
        before.Count > 0
        && before[^1] is var last
        && last.Kind != XPathTokenKind.Operator
        && !(last.Kind == XPathTokenKind.Symbol && last.Text is "@" or "::" or "(" or "[" or "," or "/" or "//");
}
