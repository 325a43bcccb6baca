namespace ServerlessRosa.XlsForms;

/// <summary>A location path outside predicates, as far as it can be followed.</summary>
/// <param name="Start">`/` for an absolute path, `current()`, or empty for a relative one.</param>
internal sealed record XPathLocation(string Start, IReadOnlyList<string> Steps);

/// <summary>Parses XPath 1.0 and notes which functions are called and which paths are followed.</summary>
internal sealed class XPathParser
{
    private const int MaxDepth = 200;

    private static readonly string[][] Precedence =
    [
        ["or"],
        ["and"],
        ["=", "!="],
        ["<", "<=", ">", ">="],
        ["+", "-"],
        ["*", "div", "mod"],
    ];
    private static readonly HashSet<string> NodeTypes = ["text", "node", "comment", "processing-instruction"];

    private readonly List<XPathToken> _tokens;
    private readonly List<string> _functions = [];
    private readonly List<XPathLocation> _locations = [];
    private int _at;
    private int _depth;
    private int _predicates;

    private XPathParser(string expression) => _tokens = XPathTokenizer.Tokenize(expression);

    /// <summary>Throws <see cref="XPathSyntaxException"/>.</summary>
    public static (IReadOnlyList<string> Functions, IReadOnlyList<XPathLocation> Locations) Parse(string expression)
    {
        var parser = new XPathParser(expression);
        parser.Binary(0);
        if (parser.Current.Kind != XPathTokenKind.End)
            throw parser.Unexpected();
        return (parser._functions, parser._locations);
    }

    private XPathToken Current => _tokens[_at];

    private bool IsSymbol(string text) => Current.Kind == XPathTokenKind.Symbol && Current.Text == text;

    private bool IsFollowedBy(string symbol) =>
        _at + 1 < _tokens.Count && _tokens[_at + 1] is { Kind: XPathTokenKind.Symbol } next && next.Text == symbol;

    private bool Take(string symbol)
    {
        if (!IsSymbol(symbol))
            return false;
        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!Take(symbol))
            throw new XPathSyntaxException($"'{symbol}' is missing before {Shown(Current)}");
    }

    private static string Shown(XPathToken token) => token.Kind == XPathTokenKind.End ? token.Text : $"'{token.Text}'";

    private XPathSyntaxException Unexpected() => new($"{Shown(Current)} is not expected here (character {Current.Position + 1})");

    private void Binary(int level)
    {
        if (++_depth > MaxDepth * Precedence.Length)
            throw new XPathSyntaxException("it is nested too deeply");
        if (level == Precedence.Length)
        {
            Unary();
        }
        else
        {
            Binary(level + 1);
            while (Current.Kind == XPathTokenKind.Operator && Precedence[level].Contains(Current.Text))
            {
                _at++;
                Binary(level + 1);
            }
        }
        _depth--;
    }

    private void Unary()
    {
        while (Current is { Kind: XPathTokenKind.Operator, Text: "-" })
        {
            _at++;
        }
        Path();
        while (Current is { Kind: XPathTokenKind.Operator, Text: "|" })
        {
            _at++;
            Path();
        }
    }

    private void Path()
    {
        if (Current.Kind is XPathTokenKind.Literal or XPathTokenKind.Number)
        {
            _at++;
            Predicates();
            return;
        }
        if (Take("("))
        {
            Binary(0);
            Expect(")");
            AfterFilter("");
            return;
        }
        if (Current.Kind == XPathTokenKind.Name && IsFollowedBy("(") && !NodeTypes.Contains(Current.Text))
        {
            AfterFilter(Call());
            return;
        }
        LocationPath();
    }

    /// <summary>A function call; returns its name.</summary>
    private string Call()
    {
        var name = Current.Text;
        _functions.Add(name);
        _at += 2;
        if (Take(")"))
            return name;
        do
        {
            Binary(0);
        } while (Take(","));
        Expect(")");
        return name;
    }

    /// <summary>Predicates and steps after a function call or parentheses.</summary>
    private void AfterFilter(string function)
    {
        Predicates();
        var follows = function == "current" && IsSymbol("/");
        if (!Take("/") && !Take("//"))
            return;
        var steps = Steps();
        if (follows && steps is not null)
            _locations.Add(new XPathLocation("current()", steps));
    }

    private void LocationPath()
    {
        var isAbsolute = IsSymbol("/");
        var isAnywhere = Take("//");
        if (Take("/") && !StartsStep())
            return;
        var steps = Steps();
        if (steps is not null && !isAnywhere && (isAbsolute || _predicates == 0))
            _locations.Add(new XPathLocation(isAbsolute ? "/" : "", steps));
    }

    private bool StartsStep() => Current.Kind == XPathTokenKind.Name || IsSymbol(".") || IsSymbol("..") || IsSymbol("@") || IsSymbol("*");

    /// <summary>The steps; null if some of them cannot be followed by name alone.</summary>
    private List<string>? Steps()
    {
        List<string>? steps = [];
        do
        {
            var step = Step();
            steps = step is null ? null : steps;
            steps?.Add(step!);
            if (!IsSymbol("//"))
                continue;
            steps = null;
        } while (Take("/") || Take("//"));
        return steps;
    }

    private string? Step()
    {
        if (Take("."))
            return ".";
        if (Take(".."))
            return "..";
        var isPlain = !Take("@");
        if (Current.Kind == XPathTokenKind.Name && IsFollowedBy("::"))
        {
            isPlain = false;
            _at += 2;
        }
        string? name = null;
        if (Take("*"))
        {
            isPlain = false;
        }
        else if (Current.Kind == XPathTokenKind.Name)
        {
            name = Current.Text;
            _at++;
            isPlain = !Take("(") && isPlain;
            if (_tokens[_at - 1].Text == "(")
                Expect(")");
        }
        else
        {
            throw Unexpected();
        }
        Predicates();
        return isPlain ? name : null;
    }

    private void Predicates()
    {
        while (Take("["))
        {
            _predicates++;
            Binary(0);
            _predicates--;
            Expect("]");
        }
    }
}
