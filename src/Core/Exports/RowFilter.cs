using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

/// <summary>
/// `$filter` (OR-276 to OR-279): comparisons of a row's metadata, with `and`, `or`, `not`, and the functions of times. Parsed
/// once, then asked of each row, without reading its content.
/// </summary>
public class RowFilter<T>
{
    private const int MaxDepth = 100;
    private static readonly string[] Comparisons = ["lt", "le", "eq", "ne", "ge", "gt"];
    private static readonly string[] Operators = [.. Comparisons, "and", "or", "not"];

    // OData has them, and they are refused as such, not as nonsense.
    private static readonly string[] OtherOperators = ["add", "sub", "mul", "div", "divby", "mod", "has", "in"];

    private readonly FilterTokens _tokens;
    private readonly DateTimeOffset _now;
    private readonly T _example;
    private readonly Func<string, Func<T, object?>> _fields;
    private readonly Func<string, bool> _isDeletedAt;
    private readonly Func<T, bool> _matches;
    private int _depth;

    /// <summary>Refuses what can't be parsed with 400.18, a field that isn't the server's own with 501.5, and what OData has but this
    /// server hasn't with 501.4.</summary>
    /// <param name="example">A row that has everything that can be asked for: what can't be compared there never can, so that a filter is
    /// refused before anything is read.</param>
    protected RowFilter(string text, DateTimeOffset now, T example, Func<string, Func<T, object?>> fields, Func<string, bool> isDeletedAt)
    {
        _tokens = new FilterTokens(text);
        _now = now;
        (_example, _fields, _isDeletedAt) = (example, fields, isDeletedAt);
        _tokens.Move();
        _matches = Condition(ReadAny());
        if (_tokens.Kind != FilterToken.End)
        {
            throw _tokens.Refuse();
        }
    }

    private delegate object? Term(T row);

    /// <summary>Whether it refers to deletion: only then are deleted rows included.</summary>
    public bool AsksForDeleted { get; private set; }

    /// <summary>Whether it asks for the time of now, so that it leaves others from moment to moment.</summary>
    public bool DependsOnTime { get; private set; }

    public bool Matches(T row) => _matches(row);

    private Term ReadAny() => ReadList("or", ReadAll, (row, conditions) => Array.Exists(conditions, condition => condition(row)));

    private Term ReadAll() => ReadList("and", ReadOne, (row, conditions) => Array.TrueForAll(conditions, condition => condition(row)));

    private Term ReadList(string between, Func<Term> read, Func<T, Func<T, bool>[], bool> combine)
    {
        var first = read();
        if (!IsWord(between))
        {
            return first;
        }
        var conditions = new List<Func<T, bool>> { Condition(first) };
        while (IsWord(between))
        {
            _tokens.Move();
            conditions.Add(Condition(read()));
        }
        var all = conditions.ToArray();
        return row => combine(row, all);
    }

    private Term ReadOne()
    {
        if (!IsWord("not"))
        {
            return ReadComparison();
        }
        _tokens.Move();
        var condition = Condition(Nested(ReadOne));
        return row => !condition(row);
    }

    private Term ReadComparison()
    {
        var left = ReadTerm();
        if (_tokens.Kind == FilterToken.Word && OtherOperators.Contains(_tokens.Word))
        {
            throw Problem.UnsupportedODataExpression(_tokens.Word).AsException();
        }
        if (_tokens.Kind != FilterToken.Word || !Comparisons.Contains(_tokens.Word))
        {
            return left;
        }
        var comparison = _tokens.Word;
        _tokens.Move();
        var right = ReadTerm();
        _ = FilterValue.Compare(left(_example), comparison, right(_example)) ?? throw _tokens.Refuse();
        return row => FilterValue.Compare(left(row), comparison, right(row)) ?? false;
    }

    private Term ReadTerm()
    {
        var (kind, word, value) = (_tokens.Kind, _tokens.Word, _tokens.Value);
        if (kind is FilterToken.End or FilterToken.Close || (kind == FilterToken.Word && Operators.Contains(word)))
        {
            throw _tokens.Refuse();
        }
        _tokens.Move();
        switch (kind)
        {
            case FilterToken.Literal:
                return _ => value;
            case FilterToken.Open:
                var inner = Nested(ReadAny);
                Close();
                return inner;
            case var _ when word is "true" or "false":
                return _ => word == "true";
            case var _ when _tokens.Kind == FilterToken.Open:
                return ReadCall(word);
            default:
                AsksForDeleted |= _isDeletedAt(word);
                var field = _fields(word);
                return row => field(row);
        }
    }

    private Term ReadCall(string function)
    {
        _tokens.Move();
        if (function == "now")
        {
            DependsOnTime = true;
            Close();
            return _ => _now;
        }
        var part = FilterValue.PartOfTime(function) ?? throw Problem.UnsupportedODataExpression(function).AsException();
        var time = Nested(ReadAny);
        Close();
        return row => part(time(row));
    }

    private Term Nested(Func<Term> read)
    {
        if (++_depth > MaxDepth)
        {
            throw _tokens.Refuse();
        }
        var term = read();
        _depth--;
        return term;
    }

    private void Close()
    {
        if (_tokens.Kind != FilterToken.Close)
        {
            throw _tokens.Refuse();
        }
        _tokens.Move();
    }

    private Func<T, bool> Condition(Term term) => term(_example) is bool ? row => term(row) is true : throw _tokens.Refuse();

    private bool IsWord(string word) => _tokens.Kind == FilterToken.Word && _tokens.Word == word;
}
