using System.Globalization;
using System.Text.Json;

namespace ServerlessRosa.Core.Exports;

/// <summary>Locations as phones write them, `latitude longitude altitude accuracy;...`, and as OData has them: GeoJSON or well-known
/// text (OR-276 to OR-279).</summary>
internal static class GeoValue
{
    /// <summary>Null for what can't be read.</summary>
    public static void WritePoint(Utf8JsonWriter json, string answer, bool wkt)
    {
        if (Parse(answer) is not [var point])
        {
            json.WriteNullValue();
        }
        else if (wkt)
        {
            json.WriteStringValue($"POINT ({Text(point)})");
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("type", "Point");
            json.WritePropertyName("coordinates");
            WritePosition(json, point);
            if (point.Accuracy is { } accuracy)
            {
                json.WriteStartObject("properties");
                json.WriteNumber("accuracy", accuracy);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
    }

    public static void WriteLine(Utf8JsonWriter json, string answer, bool wkt) =>
        WritePath(json, answer, wkt, "LineString", "LINESTRING (", ")", isArea: false);

    public static void WriteArea(Utf8JsonWriter json, string answer, bool wkt) =>
        WritePath(json, answer, wkt, "Polygon", "POLYGON ((", "))", isArea: true);

    private static void WritePath(Utf8JsonWriter json, string answer, bool wkt, string type, string before, string after, bool isArea)
    {
        if (Parse(answer) is not { } points)
        {
            json.WriteNullValue();
            return;
        }
        if (wkt)
        {
            json.WriteStringValue($"{before}{string.Join(',', points.Select(Text))}{after}");
            return;
        }
        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteStartArray("coordinates");
        if (isArea)
        {
            json.WriteStartArray();
        }
        foreach (var point in points)
        {
            WritePosition(json, point);
        }
        if (isArea)
        {
            json.WriteEndArray();
        }
        json.WriteEndArray();
        WriteAccuracies(json, points);
        json.WriteEndObject();
    }

    /// <summary>Bare GeoJSON: a geometry of a kind of answer, or, of several answers, the one that holds them all. Areas are
    /// closed.</summary>
    internal static void WriteGeometry(Utf8JsonWriter json, string type, IReadOnlyList<List<Position>> answers, bool several)
    {
        var name = type switch
        {
            "geopoint" => "Point",
            "geotrace" => "LineString",
            _ => "Polygon",
        };
        json.WriteStartObject();
        json.WriteString("type", several ? "Multi" + name : name);
        json.WritePropertyName("coordinates");
        if (several)
        {
            json.WriteStartArray();
        }
        foreach (var points in answers)
        {
            if (name == "Point")
            {
                WritePosition(json, points[0]);
                continue;
            }
            if (name == "Polygon")
            {
                json.WriteStartArray();
            }
            json.WriteStartArray();
            points.ForEach(point => WritePosition(json, point));
            if (name == "Polygon")
            {
                if (points[0].Latitude != points[^1].Latitude || points[0].Longitude != points[^1].Longitude)
                {
                    WritePosition(json, points[0]);
                }
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        if (several)
        {
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    // One for each point, in the same order, as soon as any has one. Zero is what phones write for none.
    private static void WriteAccuracies(Utf8JsonWriter json, List<Position> points)
    {
        if (!points.Exists(point => point.Accuracy is { } accuracy && accuracy != 0))
        {
            return;
        }
        json.WriteStartObject("properties");
        json.WriteStartArray("accuracies");
        foreach (var point in points)
        {
            if (point.Accuracy is { } accuracy && accuracy != 0)
            {
                json.WriteNumberValue(accuracy);
            }
            else
            {
                json.WriteNullValue();
            }
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePosition(Utf8JsonWriter json, Position point)
    {
        json.WriteStartArray();
        json.WriteNumberValue(point.Longitude);
        json.WriteNumberValue(point.Latitude);
        if (point.Altitude is { } altitude)
        {
            json.WriteNumberValue(altitude);
        }
        json.WriteEndArray();
    }

    private static string Text(Position point) =>
        string.Create(CultureInfo.InvariantCulture, $"{point.Longitude} {point.Latitude}")
        + (point.Altitude is { } altitude ? string.Create(CultureInfo.InvariantCulture, $" {altitude}") : "");

    internal static List<Position>? Parse(string answer)
    {
        var points = new List<Position>();
        foreach (var text in answer.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Number).ToArray();
            // A point that can't be read is left out, and the others stay.
            if (parts is [{ } latitude, { } longitude, ..])
            {
                points.Add(new Position(latitude, longitude, parts.ElementAtOrDefault(2), parts.ElementAtOrDefault(3)));
            }
        }
        return points.Count == 0 ? null : points;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    internal readonly record struct Position(double Latitude, double Longitude, double? Altitude, double? Accuracy);
}
