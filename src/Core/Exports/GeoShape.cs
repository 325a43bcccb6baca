using System.Globalization;
using System.Text.Json;

namespace ServerlessRosa.Core.Exports;

/// <summary>
/// A location whose kind follows from its text: one position is a point, several are a line, and a line that ends where it began is an
/// area.
/// </summary>
internal sealed class GeoShape
{
    private const int FewestOfArea = 4;
    private readonly IReadOnlyList<double[]> _positions;

    private GeoShape(IReadOnlyList<double[]> positions) => _positions = positions;

    /// <summary>Null if the text is no location.</summary>
    public static GeoShape? TryParse(string text)
    {
        var positions = new List<double[]>();
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (TryParsePosition(part) is not { } position)
            {
                return null;
            }
            positions.Add(position);
        }
        return positions.Count == 0 ? null : new GeoShape(positions);
    }

    public void Write(Utf8JsonWriter json)
    {
        var isArea = _positions.Count >= FewestOfArea && _positions[0].AsSpan(0, 2).SequenceEqual(_positions[^1].AsSpan(0, 2));
        json.WriteStartObject();
        json.WriteString(
            "type",
            _positions.Count == 1 ? "Point"
                : isArea ? "Polygon"
                : "LineString"
        );
        json.WritePropertyName("coordinates");
        if (_positions.Count == 1)
        {
            WritePosition(json, _positions[0]);
        }
        else
        {
            json.WriteStartArray();
            if (isArea)
            {
                json.WriteStartArray();
            }
            foreach (var position in _positions)
            {
                WritePosition(json, position);
            }
            if (isArea)
            {
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WritePosition(Utf8JsonWriter json, double[] position)
    {
        json.WriteStartArray();
        foreach (var number in position)
        {
            json.WriteNumberValue(number);
        }
        json.WriteEndArray();
    }

    // Latitude first, as phones write it; GeoJSON has the longitude first.
    private static double[]? TryParsePosition(string text)
    {
        var numbers = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(part =>
                double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                    ? number
                    : (double?)null
            )
            .ToList();
        return numbers is [>= -90 and <= 90, >= -180 and <= 180, ..] && numbers.TrueForAll(number => number is not null)
            ? numbers.Count > 2
                ? [numbers[1]!.Value, numbers[0]!.Value, numbers[2]!.Value]
                : [numbers[1]!.Value, numbers[0]!.Value]
            : null;
    }
}
