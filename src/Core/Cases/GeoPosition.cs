using System.Globalization;

namespace ServerlessRosa.Core.Cases;

/// <summary>A place on the earth, in degrees.</summary>
internal readonly record struct GeoPosition(double Latitude, double Longitude)
{
    private const double EarthRadius = 6_371_008.8;
    private static readonly Dictionary<string, double> Meters = new()
    {
        ["miles"] = 1609.344,
        ["yards"] = 0.9144,
        ["feet"] = 0.3048,
        ["inch"] = 0.0254,
        ["kilometers"] = 1000,
        ["meters"] = 1,
        ["centimeters"] = 0.01,
        ["millimeters"] = 0.001,
        ["nauticalmiles"] = 1852,
    };

    public static string Units => string.Join(", ", Meters.Keys);

    /// <summary>How long a unit is; null for an unknown one.</summary>
    public static double? MetersOf(string unit) => Meters.TryGetValue(unit, out var meters) ? meters : null;

    /// <summary>Two to four numbers with spaces, as a geopoint has them; else null.</summary>
    public static GeoPosition? Parse(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: >= 2 and <= 4 } parts
        && Degrees(parts[0], 90) is { } latitude
        && Degrees(parts[1], 180) is { } longitude
            ? new GeoPosition(latitude, longitude)
            : null;

    /// <summary>Along the surface.</summary>
    public double MetersTo(GeoPosition other)
    {
        var (from, to) = (double.DegreesToRadians(Latitude), double.DegreesToRadians(other.Latitude));
        var sineLatitude = Math.Sin((to - from) / 2);
        var sineLongitude = Math.Sin(double.DegreesToRadians(other.Longitude - Longitude) / 2);
        var square = (sineLatitude * sineLatitude) + (Math.Cos(from) * Math.Cos(to) * sineLongitude * sineLongitude);
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt(square)));
    }

    private static double? Degrees(string text, double most) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var degrees) && Math.Abs(degrees) <= most
            ? degrees
            : null;
}
