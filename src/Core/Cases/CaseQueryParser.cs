using System.Globalization;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// Reads a <see cref="CaseQuery"/>: conditions with `and`, `or` and parentheses. A condition is a function, or compares a property of the
/// case, or of an ancestor by its path, with a value.
/// </summary>
internal sealed partial class CaseQueryParser(CaseQueryTokens tokens, DateOnly today)
{
    // Parsing and deciding recurse as deep as the expression is nested.
    private const int MaxDepth = 20;
    private const int MaxLookups = 5;
    private static readonly HashSet<string> Fields = ["@case_id", "@case_type", "@owner_id", "@status"];
    private static readonly Dictionary<string, CaseTime> Times = new()
    {
        ["date_opened"] = CaseTime.Opened,
        ["closed_on"] = CaseTime.Closed,
        ["last_modified"] = CaseTime.Modified,
    };
    private readonly List<RelatedExpression> _related = [];
    private int _depth;
    private int _lookups;

    /// <summary>Inner ones first.</summary>
    public IReadOnlyList<RelatedExpression> Related => _related;

    public CaseExpression Read()
    {
        var root = ReadAny();
        return tokens.Kind == CaseQueryToken.End ? root : throw tokens.Unexpected("and, or, or the end is expected");
    }

    private CaseExpression ReadAny() => ReadList("or", all => new AnyOf(all), ReadAll);

    private CaseExpression ReadAll() => ReadList("and", all => new AllOf(all), ReadCondition);

    private CaseExpression ReadList(string word, Func<IReadOnlyList<CaseExpression>, CaseExpression> join, Func<CaseExpression> read)
    {
        var parts = new List<CaseExpression> { read() };
        while (tokens.IsName(word))
        {
            tokens.Take();
            parts.Add(read());
        }
        return parts is [var single] ? single : join(parts);
    }

    private CaseExpression ReadCondition()
    {
        if (tokens.TakeIf("("))
        {
            var inner = Nested(ReadAny);
            tokens.Require(")");
            return inner;
        }
        if (tokens.Kind != CaseQueryToken.Name)
        {
            throw tokens.Unexpected("a property, a function or ( is expected");
        }
        var name = tokens.Take();
        if (tokens.TakeIf("("))
        {
            return Nested(() => ReadFunction(name));
        }
        var path = ReadPath(name);
        var comparison = ReadComparison();
        return path.Count == 1
            ? Compare(path[0], comparison, ReadValue())
            : Ancestor(path[..^1], Compare(path[^1], comparison, ReadValue()));
    }

    private List<string> ReadPath(string first)
    {
        var path = new List<string> { first };
        while (tokens.TakeIf("/"))
        {
            path.Add(ReadName());
        }
        return path;
    }

    private string ReadName() => tokens.Kind == CaseQueryToken.Name ? tokens.Take() : throw tokens.Unexpected("a name is expected");

    private string ReadComparison() =>
        tokens is { Kind: CaseQueryToken.Symbol, Value: "=" or "!=" or "<" or "<=" or ">" or ">=" }
            ? tokens.Take()
            : throw tokens.Unexpected("=, !=, <, <=, > or >= is expected");

    private CaseExpression Compare(string property, string comparison, CaseQueryValue value)
    {
        RequireKnown(property);
        if (Times.TryGetValue(property, out var time))
        {
            var day = DayOf(value);
            var test = new DayTest(time, comparison is "=" or "!=" ? one => one == day : one => Matches(one.CompareTo(day), comparison));
            return comparison == "!=" ? new Negated(test) : test;
        }
        if (comparison is "=" or "!=")
        {
            var isSame = SameAs(property, value);
            return comparison == "!=" ? new Negated(isSame) : isSame;
        }
        if (NumberOf(value.Single(tokens)) is { } number)
        {
            return new PropertyTest(property, text => NumberOf(text) is { } own && Matches(own.CompareTo(number), comparison));
        }
        var bound = CaseQueryValue.Day(value.Text) ?? throw tokens.Refused(value.Text, $"{comparison} needs a number or a date in quotes.");
        return new PropertyTest(property, text => DayIn(text) is { } own && Matches(own.CompareTo(bound), comparison));
    }

    private static CaseExpression SameAs(string property, CaseQueryValue value) =>
        property == "@case_id" && value.Texts is [var id] ? new IdTest(id) : new PropertyTest(property, text => value.Texts.Contains(text));

    private static bool Matches(int difference, string comparison) =>
        comparison switch
        {
            "=" => difference == 0,
            "!=" => difference != 0,
            "<" => difference < 0,
            "<=" => difference <= 0,
            ">" => difference > 0,
            _ => difference >= 0,
        };

    private AncestorTest Ancestor(IReadOnlyList<string> path, CaseExpression filter) => Lookup(new AncestorTest(path, filter), path.Count);

    private T Lookup<T>(T related, int steps)
        where T : RelatedExpression
    {
        _lookups += steps;
        if (_lookups > MaxLookups)
        {
            throw tokens.Refused("related cases", $"at most {MaxLookups} steps to related cases are looked up.");
        }
        _related.Add(related);
        return related;
    }

    private T Nested<T>(Func<T> read)
    {
        if (++_depth > MaxDepth)
        {
            throw tokens.Unexpected($"more than {MaxDepth} levels are nested");
        }
        var inner = read();
        _depth--;
        return inner;
    }

    private string RequireKnown(string property) =>
        !property.StartsWith('@') || Fields.Contains(property)
            ? property
            : throw tokens.Refused(property, $"the fields of a case are {string.Join(", ", Fields)}.");

    private DateOnly DayOf(CaseQueryValue value) =>
        value.AsDay() ?? throw tokens.Refused(value.Single(tokens), "a date such as '2026-01-31' is expected.");

    private static double? NumberOf(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    // Of a date, or of a date and time in UTC.
    private static DateOnly? DayIn(string text) => CaseDates.Parse(text) is { } time ? DateOnly.FromDateTime(time.UtcDateTime) : null;
}
