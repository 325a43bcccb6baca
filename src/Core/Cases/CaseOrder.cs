using System.Globalization;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Cases;

/// <summary>A key of `commcare_sort`: a property, as text, number or date.</summary>
public sealed record CaseOrder(string Property, bool Descending, bool AsNumber)
{
    /// <summary>`name`, `+name`, `-name`, each with `:exact`, `:date` or `:double` if wanted. Refuses another type with 501.1.</summary>
    public static CaseOrder Parse(string key)
    {
        var (name, type) = key.Split(':', 2) is [var first, var second] ? (first.Trim(), second.Trim()) : (key.Trim(), "");
        return new CaseOrder(
            name.TrimStart('+', '-'),
            name.StartsWith('-'),
            type switch
            {
                "" or "exact" or "plain" or "date" => false,
                "double" or "integer" => true,
                _ => throw Problem.NotSupported($"commcare_sort by {type}").AsException(),
            }
        );
    }

    /// <summary>Cases without a value come last.</summary>
    internal static IEnumerable<Case> Sort(IEnumerable<Case> cases, IReadOnlyList<CaseOrder> keys)
    {
        var sorted = cases.Order(Comparer<Case>.Create((_, _) => 0));
        foreach (var key in keys)
        {
            sorted = sorted.ThenBy(one => CaseSearch.ValueOf(one, key.Property).Length == 0);
            sorted = key.Descending ? sorted.ThenByDescending(key.ValueOf, key.Comparer) : sorted.ThenBy(key.ValueOf, key.Comparer);
        }
        return sorted;
    }

    private Comparer<string> Comparer =>
        AsNumber
            ? Comparer<string>.Create((one, other) => Number(one).CompareTo(Number(other)))
            : Comparer<string>.Create(string.CompareOrdinal);

    private string ValueOf(Case value) => CaseSearch.ValueOf(value, Property);

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.MaxValue;
}
