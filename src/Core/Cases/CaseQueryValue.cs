using System.Globalization;

namespace ServerlessRosa.Core.Cases;

/// <summary>A value in a <see cref="CaseQuery"/>: a text, a number as it is written, or several texts of `unwrap-list()`.</summary>
internal sealed record CaseQueryValue(IReadOnlyList<string> Texts, bool IsNumber = false)
{
    public CaseQueryValue(string text, bool isNumber = false)
        : this([text], isNumber) { }

    public string Text => Texts is [var single] ? single : "";

    /// <summary>Refuses several texts where one is expected.</summary>
    public string Single(CaseQueryTokens tokens) =>
        Texts is [var single] ? single : throw tokens.Refused("unwrap-list()", "one value is expected here.");

    /// <summary>A date, or a whole number of days since 1970; else null.</summary>
    public DateOnly? AsDay() =>
        !IsNumber ? Day(Text)
        : int.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var days)
        && DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + (long)days is >= 0 and var number
        && number <= DateOnly.MaxValue.DayNumber
            ? DateOnly.FromDayNumber((int)number)
        : null;

    public static CaseQueryValue Of(DateOnly day) => new(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    public static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
