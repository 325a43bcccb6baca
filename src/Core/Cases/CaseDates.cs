using System.Globalization;
using System.Text.RegularExpressions;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// The date formats that phones send (CC-071): a date, or a date and time with any number of fraction digits and an offset such as `-04`,
/// `+05:30` or `Z`.
/// </summary>
public static partial class CaseDates
{
    private const int TickDigits = 7;

    /// <summary>The time in UTC; null when the text is not such a date. Without an offset the time is UTC.</summary>
    public static DateTimeOffset? Parse(string text)
    {
        if (Pattern().Match(text.Trim()) is not { Success: true } match)
        {
            return null;
        }
        var fraction = match.Groups["fraction"].Value.PadRight(TickDigits, '0')[..TickDigits];
        try
        {
            var local = new DateTime(
                Number("year"),
                Number("month"),
                Number("day"),
                Number("hour"),
                Number("minute"),
                Number("second"),
                DateTimeKind.Utc
            ).AddTicks(int.Parse(fraction, CultureInfo.InvariantCulture));
            var offset = new TimeSpan(Number("offsetHours"), Number("offsetMinutes"), 0);
            return new DateTimeOffset(match.Groups["sign"].Value == "-" ? local + offset : local - offset);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }

        int Number(string group) =>
            match.Groups[group] is { Success: true } found ? int.Parse(found.ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(
        @"^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)"
            + @"([T ](?<hour>\d\d):(?<minute>\d\d)(:(?<second>\d\d)([.,](?<fraction>\d{1,12}))?)?"
            + @"(Z|z|(?<sign>[+-])(?<offsetHours>\d\d)(:?(?<offsetMinutes>\d\d))?)?)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.ECMAScript
    )]
    private static partial Regex Pattern();
}
