using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// An expression in CommCare HQ's case search query language: the `query` of the case list (CC-146) and the `_xpath_query` of a search
/// (CC-151).
/// </summary>
public sealed class CaseQuery
{
    /// <summary>Characters of an expression.</summary>
    public const int MaxLength = 4096;

    private CaseQuery(string parameter, CaseExpression root, IReadOnlyList<RelatedExpression> related) =>
        (Parameter, Root, Related) = (parameter, root, related);

    public string Parameter { get; }

    internal CaseExpression Root { get; }

    /// <summary>What depends on other cases; an inner one before the one that has it in its filter.</summary>
    internal IReadOnlyList<RelatedExpression> Related { get; }

    /// <summary>
    /// Refuses with 400.8, naming the parameter and what is wrong: an expression that is not understood, another function, more than 4,096
    /// characters, 20 levels of nesting or 5 lookups of related cases. Days are those of UTC; `today()` is the day of
    /// <paramref name="now"/>.
    /// </summary>
    public static CaseQuery Parse(string parameter, string text, DateTimeOffset now)
    {
        if (text.Length > MaxLength)
        {
            throw Problem.UnexpectedValue(parameter, null, $"it has {text.Length} characters, of {MaxLength} at most.").AsException();
        }
        var parser = new CaseQueryParser(new CaseQueryTokens(parameter, text), DateOnly.FromDateTime(now.UtcDateTime));
        return new CaseQuery(parameter, parser.Read(), parser.Related);
    }
}

/// <summary>A query whose lookups of related cases were made: it decides without storage.</summary>
public sealed class ResolvedCaseQuery
{
    private readonly CaseExpression _root;
    private readonly IReadOnlyDictionary<RelatedExpression, IReadOnlyDictionary<CaseId, int>> _related;

    internal ResolvedCaseQuery(CaseExpression root, IReadOnlyDictionary<RelatedExpression, IReadOnlyDictionary<CaseId, int>> related) =>
        (_root, _related) = (root, related);

    internal bool Holds(Case value) => _root.Holds(value, _related);
}
