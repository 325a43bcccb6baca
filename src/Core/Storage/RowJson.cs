using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

/// <summary>A row in the JSON of a request or response that the app writes or reads itself: columns, and the types of those whose JSON
/// does not tell.</summary>
internal static class RowJson
{
    private const string TypeSuffix = "@odata.type";
    private const string MetadataPrefix = "odata.";
    private const string Timestamp = "Timestamp";
    private const string Binary = "Edm.Binary";
    private const string Double = "Edm.Double";
    private const string Guid = "Edm.Guid";
    private const string Long = "Edm.Int64";
    private const string Time = "Edm.DateTime";

    /// <summary>All columns that are not null.</summary>
    /// <exception cref="ArgumentException">A value has none of the types that the app stores.</exception>
    public static void Write(Utf8JsonWriter json, TableEntity row)
    {
        json.WriteStartObject();
        foreach (var (name, value) in row)
        {
            if (name != Timestamp && !name.StartsWith(MetadataPrefix, StringComparison.Ordinal))
            {
                Write(json, name, value);
            }
        }
        json.WriteEndObject();
    }

    public static TableEntity Read(ReadOnlyMemory<byte> row, ETag etag)
    {
        var entity = new TableEntity();
        using var json = JsonDocument.Parse(row);
        string? type = null;
        foreach (var column in json.RootElement.EnumerateObject())
        {
            if (column.Name.EndsWith(TypeSuffix, StringComparison.Ordinal))
            {
                type = column.Value.GetString();
                continue;
            }
            if (!column.Name.StartsWith(MetadataPrefix, StringComparison.Ordinal))
            {
                entity[column.Name] = ValueOf(column.Value, column.Name == Timestamp ? Time : type);
            }
            type = null;
        }
        entity.ETag = etag;
        return entity;
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case string text:
                json.WriteString(name, text);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case byte[] binary:
                json.WriteString(name + TypeSuffix, Binary);
                json.WriteBase64String(name, binary);
                break;
            case DateTimeOffset time:
                json.WriteString(name + TypeSuffix, Time);
                json.WriteString(name, time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
                break;
            case long number:
                json.WriteString(name + TypeSuffix, Long);
                json.WriteString(name, number.ToString(CultureInfo.InvariantCulture));
                break;
            default:
                throw new ArgumentException($"A column cannot hold a {value.GetType().Name}.", nameof(value));
        }
    }

    private static object? ValueOf(JsonElement value, string? type) =>
        (value.ValueKind, type) switch
        {
            (JsonValueKind.Null, _) => null,
            (JsonValueKind.True or JsonValueKind.False, _) => value.GetBoolean(),
            (JsonValueKind.Number, Double) => value.GetDouble(),
            (JsonValueKind.Number, _) => value.TryGetInt32(out var number) ? (object)number : value.GetDouble(),
            (_, Time) => value.GetDateTimeOffset(),
            (_, Binary) => value.GetBytesFromBase64(),
            (_, Guid) => value.GetGuid(),
            (_, Long) => long.Parse(value.GetString()!, CultureInfo.InvariantCulture),
            _ => value.GetString(),
        };
}
