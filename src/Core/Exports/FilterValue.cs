using System.Globalization;

namespace ServerlessRosa.Core.Exports;

/// <summary>The values of a `$filter`: text, numbers (double), times, truth and null.</summary>
internal static class FilterValue
{
    /// <summary>Null equals null alone, and is neither less nor more than anything. Null when the two can't be compared.</summary>
    public static bool? Compare(object? left, string comparison, object? right)
    {
        if (left is null || right is null)
        {
            return comparison switch
            {
                "eq" => left is null && right is null,
                "ne" => left is not null || right is not null,
                _ => false,
            };
        }
        if (Order(left, right) is not { } order)
        {
            return null;
        }
        return comparison switch
        {
            "lt" => order < 0,
            "le" => order <= 0,
            "eq" => order == 0,
            "ne" => order != 0,
            "ge" => order >= 0,
            _ => order > 0,
        };
    }

    /// <summary>`year` to `second` of a time, in UTC; null for another function.</summary>
    public static Func<object?, object?>? PartOfTime(string function)
    {
        Func<DateTimeOffset, int>? part = function switch
        {
            "year" => time => time.Year,
            "month" => time => time.Month,
            "day" => time => time.Day,
            "hour" => time => time.Hour,
            "minute" => time => time.Minute,
            "second" => time => time.Second,
            _ => null,
        };
        return part is null ? null : value => AsTime(value) is { } time ? (double)part(time.ToUniversalTime()) : null;
    }

    // Scripts put quotes around times and numbers.
    private static int? Order(object left, object right) =>
        (left, right) switch
        {
            (DateTimeOffset, _) or (_, DateTimeOffset) => AsTime(left) is { } a && AsTime(right) is { } b ? a.CompareTo(b) : null,
            (double, _) or (_, double) => AsNumber(left) is { } a && AsNumber(right) is { } b ? a.CompareTo(b) : null,
            (string a, string b) => string.CompareOrdinal(a, b),
            (bool a, bool b) => a.CompareTo(b),
            _ => null,
        };

    private static DateTimeOffset? AsTime(object? value) =>
        value switch
        {
            DateTimeOffset time => time,
            string text => FilterTokens.Time(text),
            _ => null,
        };

    private static double? AsNumber(object value) =>
        value switch
        {
            double number => number,
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };
}
