using System.Text.Json;

namespace Azure.Data.Tables.Wire;

/// <summary>Entities between their class, or dictionary, and JSON.</summary>
internal static class EntityJson
{
    public static void Write(Utf8JsonWriter json, ITableEntity entity)
    {
        json.WriteStartObject();
        if (entity is IDictionary<string, object> properties) WriteProperties(json, properties);
        else EntityShape.Of(entity.GetType()).Write(json, entity);
        json.WriteEndObject();
    }

    public static T ReadEntity<T>(BinaryData body) where T : class, ITableEntity
    {
        var json = new Utf8JsonReader(body.ToMemory().Span);
        json.Read();
        return Read<T>(ref json);
    }

    public static List<T> ReadPage<T>(BinaryData body, ReadItem<T> read)
    {
        var items = new List<T>();
        var json = new Utf8JsonReader(body.ToMemory().Span);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isItems = json.ValueTextEquals("value"u8);
            json.Read();
            if (!isItems)
            {
                json.Skip();
                continue;
            }

            while (json.Read() && json.TokenType == JsonTokenType.StartObject)
                items.Add(read(ref json));
        }

        return items;
    }

    public delegate T ReadItem<T>(ref Utf8JsonReader json);

    /// <summary>Enters on the start of an object and leaves on its end.</summary>
    public static T Read<T>(ref Utf8JsonReader json) where T : class, ITableEntity
    {
        var entity = Activator.CreateInstance<T>();
        if (entity is IDictionary<string, object> properties) ReadProperties(ref json, properties);
        else EntityShape.Of(typeof(T)).Read(ref json, entity);
        return entity;
    }

    private static void WriteProperties(Utf8JsonWriter json, IDictionary<string, object> properties)
    {
        foreach (var (name, value) in properties)
        {
            if (value is null || name is TableEntity.ETagKey or nameof(ITableEntity.Timestamp)) continue;
            if (EdmValue.AnnotationOf(value) is { } type) json.WriteString(name + EdmValue.AnnotationSuffix, type);
            json.WritePropertyName(name);
            EdmValue.Write(json, value);
        }
    }

    private static void ReadProperties(ref Utf8JsonReader json, IDictionary<string, object> properties)
    {
        // An annotation stands right before the property that it annotates.
        string annotation = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            if (name.EndsWith(EdmValue.AnnotationSuffix, StringComparison.Ordinal))
            {
                annotation = json.GetString();
                continue;
            }

            if (name == nameof(ITableEntity.Timestamp)) annotation = "Edm.DateTime";
            if (name == TableEntity.ETagKey || !name.StartsWith("odata.", StringComparison.Ordinal))
                properties[name] = EdmValue.ReadAnnotated(ref json, annotation);
            annotation = null;
        }
    }
}
