using System.Globalization;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Cases;

/// <summary>As what the values of a property are compared.</summary>
public enum CaseOrderType
{
    Text,
    Number,
    Date,
}

/// <summary>A key of `commcare_sort`: a property, as text, number or date.</summary>
public sealed record CaseOrder(string Property, bool Descending, CaseOrderType Type)
{
    /// <summary>`name`, `+name`, `-name`, each with `:exact`, `:date` or `:numeric` if wanted. Refuses another type with 501.1.</summary>
    public static CaseOrder Parse(string key)
    {
        var (name, type) = key.Split(':', 2) is [var first, var second] ? (first.Trim(), second.Trim()) : (key.Trim(), "");
        return new CaseOrder(
            name.TrimStart('+', '-'),
            name.StartsWith('-'),
            type switch
            {
                "" or "exact" or "plain" => CaseOrderType.Text,
                "date" => CaseOrderType.Date,
                "numeric" or "double" or "integer" => CaseOrderType.Number,
                _ => throw Problem.NotSupported($"commcare_sort by {type}").AsException(),
            }
        );
    }

    /// <summary>What is compared: a text, or a number; null for a case without such a value.</summary>
    internal (string? Text, double? Number) KeyOf(Case one)
    {
        var value = CaseSearch.ValueOf(one, Property);
        return Type switch
        {
            CaseOrderType.Text => (value.Length == 0 ? null : value, null),
            CaseOrderType.Number => (null, double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : null),
            _ => (
                null,
                DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                    ? time.UtcTicks
                    : null
            ),
        };
    }

    /// <summary>Cases without a value are the lowest.</summary>
    internal int Compare((string? Text, double? Number) one, (string? Text, double? Number) other)
    {
        var order =
            Type == CaseOrderType.Text
                ? string.CompareOrdinal(one.Text, other.Text)
                : Comparer<double?>.Default.Compare(one.Number, other.Number);
        return Descending ? -order : order;
    }
}
