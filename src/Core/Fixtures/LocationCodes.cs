using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>The codes of locations and their types, and their places on the earth, as texts.</summary>
public static partial class LocationCodes
{
    private const int MaxMade = 80;

    public static bool IsTypeCode(string code) => Code().IsMatch(code);

    /// <summary>1 to 99 letters, digits, dashes and underscores.</summary>
    public static bool IsSiteCode(string code) => Code().IsMatch("_" + code);

    /// <summary>Decimal degrees, or nothing.</summary>
    public static bool IsDegrees(string text) =>
        text.Length == 0
        || (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var degrees) && Math.Abs(degrees) <= 180);

    /// <summary>The <paramref name="number"/>th site code for a name, from 1.</summary>
    internal static string Of(string name, int number)
    {
        var code = new StringBuilder();
        foreach (var letter in name.Trim().ToLowerInvariant())
        {
            code.Append(char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_');
        }
        var made = code.Length == 0 ? "location" : code.ToString(0, Math.Min(code.Length, MaxMade));
        return number == 1 ? made : made + number.ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_-]{0,99}\z")]
    private static partial Regex Code();
}
