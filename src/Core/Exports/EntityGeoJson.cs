using System.Text.Json;
using ServerlessRosa.Core.Entities;

namespace ServerlessRosa.Core.Exports;

/// <summary>Entities as GeoJSON: the location is in the property `geometry`, as phones write it.</summary>
public static class EntityGeoJson
{
    private const string Geometry = "geometry";

    /// <summary>A collection of the entity, or of nothing when it has no location.</summary>
    public static byte[] Of(DatasetEntity entity)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            Start(json);
            TryWrite(json, entity);
            End(json);
        }
        return output.ToArray();
    }

    internal static void Start(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "FeatureCollection");
        json.WriteStartArray("features");
    }

    /// <summary>False for an entity without a location that can be read.</summary>
    internal static bool TryWrite(Utf8JsonWriter json, DatasetEntity entity)
    {
        if (!entity.Current.Data.TryGetValue(Geometry, out var text) || GeoShape.TryParse(text) is not { } shape)
        {
            return false;
        }
        json.WriteStartObject();
        json.WriteString("type", "Feature");
        json.WriteString("id", entity.Id.Value);
        json.WriteNull("properties");
        json.WritePropertyName(Geometry);
        shape.Write(json);
        json.WriteEndObject();
        return true;
    }

    internal static void End(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
