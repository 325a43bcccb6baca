using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Core.Exports;

/// <summary>
/// `$filter` (OR-276 to OR-279): comparisons of a submission's metadata, with `and`, `or`, `not`, and the functions of times.
/// Parsed once, then asked of each submission, without reading its XML.
/// </summary>
public sealed class SubmissionFilter
{
    private const int MaxDepth = 100;
    private static readonly string[] Comparisons = ["lt", "le", "eq", "ne", "ge", "gt"];
    private static readonly string[] Operators = [.. Comparisons, "and", "or", "not"];

    // OData has them, and they are refused as such, not as nonsense.
    private static readonly string[] OtherOperators = ["add", "sub", "mul", "div", "divby", "mod", "has", "in"];

    // Has everything that can be asked for: what can't be compared here never can, so that a filter is refused before anything is read.
    private static readonly Submission Example = new(
        InstanceId.Parse("example"),
        new Sender(new ActorId(1), null, null),
        "",
        DateTimeOffset.UnixEpoch,
        new SubmissionVersion(InstanceId.Parse("example"), "", "", new Sender(null, null, null), null, DateTimeOffset.UnixEpoch)
    )
    {
        UpdatedAt = DateTimeOffset.UnixEpoch,
        ReviewState = "approved",
        DeletedAt = DateTimeOffset.UnixEpoch,
    };

    private readonly FilterTokens _tokens;
    private readonly DateTimeOffset _now;
    private readonly Func<Submission, bool> _matches;
    private int _depth;

    private SubmissionFilter(string text, DateTimeOffset now)
    {
        _tokens = new FilterTokens(text);
        _now = now;
        _tokens.Move();
        _matches = Condition(ReadAny());
        if (_tokens.Kind != FilterToken.End)
        {
            throw _tokens.Refuse();
        }
    }

    private delegate object? Term(Submission submission);

    /// <summary>Whether it mentions deletion: only then are deleted submissions shown.</summary>
    public bool AsksForDeleted { get; private set; }

    /// <summary>Whether it asks for the time of now, so that it leaves others from moment to moment.</summary>
    public bool DependsOnTime { get; private set; }

    /// <summary>Refuses what can't be parsed with 400.18, a field that isn't the server's own with 501.5, and what OData has but this
    /// server hasn't with 501.4.</summary>
    public static SubmissionFilter Parse(string text, DateTimeOffset now) => new(text, now);

    public bool Matches(Submission submission) => _matches(submission);

    private Term ReadAny() =>
        ReadList("or", ReadAll, (submission, conditions) => Array.Exists(conditions, condition => condition(submission)));

    private Term ReadAll() =>
        ReadList("and", ReadOne, (submission, conditions) => Array.TrueForAll(conditions, condition => condition(submission)));

    private Term ReadList(string between, Func<Term> read, Func<Submission, Func<Submission, bool>[], bool> combine)
    {
        var first = read();
        if (!IsWord(between))
        {
            return first;
        }
        var conditions = new List<Func<Submission, bool>> { Condition(first) };
        while (IsWord(between))
        {
            _tokens.Move();
            conditions.Add(Condition(read()));
        }
        var all = conditions.ToArray();
        return submission => combine(submission, all);
    }

    private Term ReadOne()
    {
        if (!IsWord("not"))
        {
            return ReadComparison();
        }
        _tokens.Move();
        var condition = Condition(Nested(ReadOne));
        return submission => !condition(submission);
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
        _ = FilterValue.Compare(left(Example), comparison, right(Example)) ?? throw _tokens.Refuse();
        return submission => FilterValue.Compare(left(submission), comparison, right(submission)) ?? false;
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
                AsksForDeleted |= SubmissionField.IsDeletedAt(word);
                var field = SubmissionField.Read(word);
                return submission => field(submission);
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
        return submission => part(time(submission));
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

    private Func<Submission, bool> Condition(Term term) =>
        term(Example) is bool ? submission => term(submission) is true : throw _tokens.Refuse();

    private bool IsWord(string word) => _tokens.Kind == FilterToken.Word && _tokens.Word == word;
}
