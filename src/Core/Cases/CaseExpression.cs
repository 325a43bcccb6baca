using RelatedCases = System.Collections.Generic.IReadOnlyDictionary<
    ServerlessRosa.Core.Cases.RelatedExpression,
    System.Collections.Generic.IReadOnlyDictionary<ServerlessRosa.Core.Ids.CaseId, int>
>;

namespace ServerlessRosa.Core.Cases;

/// <summary>A condition of a <see cref="CaseQuery"/>.</summary>
internal abstract class CaseExpression
{
    /// <summary><paramref name="related"/> has the cases that each lookup of the query found.</summary>
    internal abstract bool Holds(Case value, RelatedCases related);
}

internal sealed class AlwaysOrNever(bool holds) : CaseExpression
{
    internal override bool Holds(Case value, RelatedCases related) => holds;
}

internal sealed class AllOf(IReadOnlyList<CaseExpression> parts) : CaseExpression
{
    internal override bool Holds(Case value, RelatedCases related) => parts.All(part => part.Holds(value, related));
}

internal sealed class AnyOf(IReadOnlyList<CaseExpression> parts) : CaseExpression
{
    internal override bool Holds(Case value, RelatedCases related) => parts.Any(part => part.Holds(value, related));
}

internal sealed class Negated(CaseExpression part) : CaseExpression
{
    internal override bool Holds(Case value, RelatedCases related) => !part.Holds(value, related);
}

/// <summary>Tests a property, or a field of the case by its name; one that a case lacks is empty.</summary>
internal sealed class PropertyTest(string property, Func<string, bool> test) : CaseExpression
{
    internal override bool Holds(Case value, RelatedCases related) => test(CaseSearch.ValueOf(value, property));
}

/// <summary>Is the case with an id.</summary>
internal sealed class IdTest(string id) : CaseExpression
{
    public string Id => id;

    internal override bool Holds(Case value, RelatedCases related) => value.Id.Value == id;
}

/// <summary>Tests the day of a time of the case, in UTC; no day passes for a case without that time.</summary>
internal sealed class DayTest(CaseTime time, Func<DateOnly, bool> test) : CaseExpression
{
    internal override bool Holds(Case value, RelatedCases related) =>
        CaseTimeBound.TimeOf(value, time) is { } known && test(DateOnly.FromDateTime(known.UtcDateTime));
}

/// <summary>A condition that depends on other cases. They are looked up for all cases at once, before the query is used.</summary>
internal abstract class RelatedExpression(CaseExpression filter) : CaseExpression
{
    /// <summary>What the other cases have to meet.</summary>
    public CaseExpression Filter => filter;
}

/// <summary>Has an ancestor that meets a filter, along a path of identifiers of indices.</summary>
internal sealed class AncestorTest(IReadOnlyList<string> path, CaseExpression filter) : RelatedExpression(filter)
{
    public IReadOnlyList<string> Path => path;

    internal override bool Holds(Case value, RelatedCases related) =>
        value.Indices.Any(index => index.Identifier == path[0] && index.Target is { } target && related[this].ContainsKey(target));
}

/// <summary>Has a certain number of cases with an index to it that meet a filter.</summary>
internal sealed class SubcaseTest(string identifier, CaseExpression filter, Func<int, bool> test) : RelatedExpression(filter)
{
    public string Identifier => identifier;

    internal override bool Holds(Case value, RelatedCases related) => test(related[this].GetValueOrDefault(value.Id));
}
