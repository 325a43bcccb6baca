using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ServerlessRosa.Core.Exports;

/// <summary>
/// Typed answers in OData (OR-278). A value that is not of the column's type is null there, and unchanged in XML and CSV.
/// </summary>
internal static partial class TypedValue
{
    public static void Write(Utf8JsonWriter json, string type, string answer)
    {
        var text = answer.Trim();
        switch (type)
        {
            case "int" when Integer(text) is { } number:
                json.WriteNumberValue(number);
                break;
            case "decimal" when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                json.WriteNumberValue(number);
                break;
            case "decimal"
                when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case "boolean" when text is "true" or "1" or "false" or "0":
                json.WriteBooleanValue(text is "true" or "1");
                break;
            case "date" when Date(text) is { } date:
                json.WriteStringValue(date);
                break;
            case "dateTime" when Time(text) is { } time:
                json.WriteStringValue(time);
                break;
            case "int" or "decimal" or "boolean" or "date" or "dateTime":
                json.WriteNullValue();
                break;
            default:
                json.WriteStringValue(answer);
                break;
        }
    }

    // As ODK Central does, the part before the point.
    private static long? Integer(string text) =>
        decimal.TryParse(
            text,
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out var number
        ) && decimal.Truncate(number) is >= long.MinValue and <= long.MaxValue and var whole
            ? (long)whole
            : null;

    // A form may calculate a date from a time; then its day counts.
    private static string? Date(string text)
    {
        var day = text.Length > 10 && text[10] == 'T' && Time(text) is not null ? text[..10] : text;
        return IsDay(day) ? day : null;
    }

    /// <summary>With hours and minutes of its offset, which phones shorten to `+03`. One without an offset is no point in time.</summary>
    private static string? Time(string text)
    {
        var match = TimeWithOffset().Match(text);
        if (!match.Success || !IsDay(text[..10]))
        {
            return null;
        }
        var offset = match.Groups["offset"].Value;
        return match.Groups["minutes"].Success ? text
            : offset == "Z" ? text
            : match.Groups["joined"].Success ? $"{text[..^2]}:{text[^2..]}"
            : text + ":00";
    }

    private static bool IsDay(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    [GeneratedRegex(
        @"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,12})?)?"
            + @"(?<offset>Z|[+-](0\d|1[0-4])((?<minutes>:[0-5]\d)|(?<joined>[0-5]\d))?)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex TimeWithOffset();
}
