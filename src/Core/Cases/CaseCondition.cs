using System.Globalization;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Cases;

/// <summary>A condition of a case search: the property has one of the accepted values.</summary>
public sealed record CaseCondition
{
    private const string RangePrefix = "__range__";
    private const int MaxWords = 20;
    private static readonly HashSet<string> Fields = ["@case_id", "@case_type", "@owner_id", "@status"];
    private readonly IReadOnlyList<Accepted> _accepted;

    private CaseCondition(string name, IReadOnlyList<Accepted> accepted) => (Name, _accepted) = (name, accepted);

    public string Name { get; }

    internal bool IsFuzzy => _accepted.Any(one => one is Similar);

    /// <summary>
    /// Texts, `__range__from__to` of two days or two numbers, both included, and an empty value for cases without the property. With
    /// <paramref name="isFuzzy"/>, one word that nearly equals is enough. Refuses a property of a related case and an unknown field of the
    /// case with 501.1, another range with 400.8.
    /// </summary>
    public static CaseCondition Parse(string name, IEnumerable<string> values, bool isFuzzy)
    {
        if (name.Contains('/', StringComparison.Ordinal) || (name.StartsWith('@') && !Fields.Contains(name)))
        {
            throw Problem.NotSupported($"search by {name}").AsException();
        }
        return new CaseCondition(name, [.. values.Select(value => ParseValue(name, value, isFuzzy))]);
    }

    /// <summary>Null when the value is not accepted, else how far it is from the nearest accepted one.</summary>
    internal int? Distance(string value)
    {
        int? least = null;
        foreach (var one in _accepted)
        {
            if (one.Distance(value) is { } distance && !(distance >= least))
            {
                least = distance;
            }
        }
        return least;
    }

    private static Accepted ParseValue(string name, string value, bool isFuzzy)
    {
        if (value.StartsWith(RangePrefix, StringComparison.Ordinal))
        {
            return ParseRange(value[RangePrefix.Length..])
                ?? throw Problem.UnexpectedValue(name, value, "a range is __range__from__to, of two dates or two numbers.").AsException();
        }
        if (!isFuzzy || value.Length == 0)
        {
            return new Same(value);
        }
        var words = SimilarWords.Of(value);
        return words.Count <= MaxWords
            ? new Similar(value, words)
            : throw Problem.UnexpectedValue(name, value, $"at most {MaxWords} words are searched.").AsException();
    }

    private static Accepted? ParseRange(string bounds)
    {
        if (bounds.Split("__") is not [var from, var to])
        {
            return null;
        }
        return Day(from) is { } first && Day(to) is { } last ? new Days(first, last)
            : Number(from) is { } least && Number(to) is { } most ? new Numbers(least, most)
            : null;
    }

    private static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private abstract record Accepted
    {
        public abstract int? Distance(string value);
    }

    private sealed record Same(string Text) : Accepted
    {
        public override int? Distance(string value) => value == Text ? 0 : null;
    }

    // A time counts as the day that it begins with.
    private sealed record Days(DateOnly First, DateOnly Last) : Accepted
    {
        public override int? Distance(string value) =>
            value.Length >= 10 && Day(value[..10]) is { } day && day >= First && day <= Last ? 0 : null;
    }

    private sealed record Numbers(double Least, double Most) : Accepted
    {
        public override int? Distance(string value) => Number(value) is { } number && number >= Least && number <= Most ? 0 : null;
    }

    private sealed record Similar(string Text, IReadOnlyList<string> Words) : Accepted
    {
        public override int? Distance(string value) => value == Text ? 0 : SimilarWords.Distance(Words, value) + 1;
    }
}
