using System.Globalization;
using System.Numerics;
using System.Text;
using ExcelDataReader;

namespace ServerlessRosa.XlsForms;

/// <summary>Cell values as text, written as the reference writes them (XF-024 to XF-026).</summary>
internal static class CellText
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>The text of a cell; null for an empty one.</summary>
    /// <param name="reader">The sheet, on the row of the cell.</param>
    /// <param name="column">Counts from 0.</param>
    /// <param name="wholeSeconds">Rounds times to seconds, as is done for .xls files.</param>
    public static string? Of(IExcelDataReader reader, int column, bool wholeSeconds) =>
        reader.GetValue(column) switch
        {
            null => null,
            string text => Text(text),
            bool truth => truth ? "TRUE" : "FALSE",
            double number => Number(number),
            int number => number.ToString(Invariant),
            DateTime time => Date(wholeSeconds ? Round(time) : time),
            TimeSpan duration => Duration(duration),
            var other => Convert.ToString(other, Invariant),
        };

    private static string? Text(string raw)
    {
        if (string.IsNullOrWhiteSpace(raw))
            return null;
        var text = RestoreEscapes(raw).Trim();
        return text.Contains('\u00A0', StringComparison.Ordinal) ? text.Replace('\u00A0', ' ') : text;
    }

    /// <summary>
    /// Writes control characters in the `_x000D_` notation, which the library has decoded and the reference leaves as it is. They cannot
    /// stand in XML anyway.
    /// </summary>
    public static string RestoreEscapes(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '\uFFFD') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        var result = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '\t' or '\n' || (c >= ' ' && c <= '\uFFFD' && !char.IsSurrogate(c)))
                result.Append(c);
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                result.Append(c).Append(text[++i]);
            else
                result.Append(Invariant, $"_x{(int)c:X4}_");
        }
        return result.ToString();
    }

    /// <summary>A number as Python prints it: no fraction if it is whole, else the shortest text that gives the same double.</summary>
    public static string Number(double number)
    {
        if (!double.IsFinite(number))
            return number.ToString(Invariant);
        if (number == Math.Floor(number))
            return Math.Abs(number) < 1e15 ? ((long)number).ToString(Invariant) : new BigInteger(number).ToString(Invariant);
        var text = number.ToString("R", Invariant);
        var exponent = text.IndexOf('E', StringComparison.Ordinal);
        var size = Math.Abs(number);
        if (exponent < 0)
            return size >= 1e-4 ? text : Exponential(number);
        return size >= 1e-4 ? ((decimal)number).ToString(Invariant) : Exponential(number);
    }

    private static string Exponential(double number)
    {
        var text = number.ToString("E16", Invariant);
        for (var digits = 0; digits <= 16; digits++)
        {
            var candidate = number.ToString("E" + digits.ToString(Invariant), Invariant);
            if (double.Parse(candidate, Invariant) != number)
                continue;
            text = candidate;
            break;
        }
        var exponent = text.IndexOf('E', StringComparison.Ordinal);
        var power = int.Parse(text.AsSpan(exponent + 1), Invariant);
        return string.Create(Invariant, $"{text.AsSpan(0, exponent)}e{(power < 0 ? '-' : '+')}{Math.Abs(power):00}");
    }

    private static DateTime Round(DateTime time) =>
        new((time.Ticks + (TimeSpan.TicksPerSecond / 2)) / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond);

    /// <summary>A date; a time of day if there is no day (the serial is below 1).</summary>
    private static string Date(DateTime time)
    {
        var micros = time.Ticks / 10 % 1_000_000;
        var fraction = micros == 0 ? "" : string.Create(Invariant, $".{micros:000000}");
        var clock = time.ToString("HH:mm:ss", Invariant) + fraction;
        return time.Year < 1900 ? clock : time.ToString("yyyy-MM-dd ", Invariant) + clock;
    }

    private static string Duration(TimeSpan duration)
    {
        var days = (long)Math.Floor(duration.TotalDays);
        var rest = duration - TimeSpan.FromDays(days);
        var micros = rest.Ticks / 10 % 1_000_000;
        var clock = string.Create(Invariant, $"{rest.Hours}:{rest.Minutes:00}:{rest.Seconds:00}");
        if (micros != 0)
            clock += string.Create(Invariant, $".{micros:000000}");
        return days == 0 ? clock : string.Create(Invariant, $"{days} day{(Math.Abs(days) == 1 ? "" : "s")}, {clock}");
    }
}
