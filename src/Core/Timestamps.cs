using System.Globalization;

namespace ServerlessRosa.Core;

/// <summary>Times as every answer of the management API and every export has them: `2024-05-01T10:11:12.345Z`.</summary>
public static class Timestamps
{
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
