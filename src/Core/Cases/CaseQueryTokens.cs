using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Cases;

internal enum CaseQueryToken
{
    Name,
    Text,
    Number,
    Symbol,
    End,
}

/// <summary>Splits a <see cref="CaseQuery"/> into names, texts in quotes, numbers and symbols.</summary>
internal sealed class CaseQueryTokens
{
    private readonly string _parameter;
    private readonly string _text;
    private int _next;

    public CaseQueryTokens(string parameter, string text)
    {
        (_parameter, _text) = (parameter, text);
        Advance();
    }

    public CaseQueryToken Kind { get; private set; }

    /// <summary>A text without its quotes.</summary>
    public string Value { get; private set; } = "";

    /// <summary>Where the token starts, from 1.</summary>
    private int Position { get; set; }

    public bool IsSymbol(string symbol) => Kind == CaseQueryToken.Symbol && Value == symbol;

    /// <summary>`and`, `or` are names that stand between two conditions.</summary>
    public bool IsName(string name) => Kind == CaseQueryToken.Name && Value == name;

    public string Take()
    {
        var taken = Value;
        Advance();
        return taken;
    }

    public bool TakeIf(string symbol)
    {
        var isIt = IsSymbol(symbol);
        if (isIt)
        {
            Advance();
        }
        return isIt;
    }

    public void Require(string symbol)
    {
        if (!TakeIf(symbol))
        {
            throw Unexpected($"{symbol} is expected");
        }
    }

    /// <summary>The refusal of the current token.</summary>
    public ProblemException Unexpected(string reason) =>
        Refused(Kind == CaseQueryToken.End ? "(its end)" : Value, $"{reason} at character {Position}.");

    /// <summary>The refusal of a part of the expression.</summary>
    public ProblemException Refused(string part, string reason) => Problem.UnexpectedValue(_parameter, part, reason).AsException();

    private void Advance()
    {
        while (_next < _text.Length && char.IsWhiteSpace(_text[_next]))
        {
            _next++;
        }
        Position = _next + 1;
        var rest = _text.AsSpan(_next);
        int length;
        switch (rest)
        {
            case []:
                (Kind, Value) = (CaseQueryToken.End, "");
                return;
            case ['\'' or '"', ..]:
                var end = rest[1..].IndexOf(rest[0]);
                (Kind, Value) = (CaseQueryToken.Text, end < 0 ? rest.ToString() : rest.Slice(1, end).ToString());
                _next += end < 0 ? throw Unexpected("the closing quote is missing") : end + 2;
                return;
            case ['!' or '<' or '>', '=', ..]:
                (Kind, length) = (CaseQueryToken.Symbol, 2);
                break;
            case ['@', ..] when rest.Length > 1 && IsNameStart(rest[1]):
                (Kind, length) = (CaseQueryToken.Name, 1 + Count(rest[1..], IsNamePart));
                break;
            case [var first, ..] when IsNameStart(first):
                (Kind, length) = (CaseQueryToken.Name, Count(rest, IsNamePart));
                break;
            case [var first, ..] when char.IsAsciiDigit(first) || first == '.':
                (Kind, length) = (CaseQueryToken.Number, Count(rest, one => char.IsAsciiDigit(one) || one == '.'));
                break;
            default:
                (Kind, length) = (CaseQueryToken.Symbol, 1);
                break;
        }
        Value = rest[..length].ToString();
        _next += length;
    }

    private static bool IsNameStart(char one) => char.IsLetter(one) || one == '_';

    private static bool IsNamePart(char one) => char.IsLetterOrDigit(one) || one is '_' or '-' or '.';

    private static int Count(ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        var count = 0;
        while (count < text.Length && belongs(text[count]))
        {
            count++;
        }
        return count;
    }
}
