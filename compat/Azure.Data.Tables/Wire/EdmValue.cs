using System.Globalization;
using System.Text.Json;

namespace Azure.Data.Tables.Wire;

/// <summary>Values between .NET and the OData JSON of the service.</summary>
internal static class EdmValue
{
    public const string AnnotationSuffix = "@odata.type";

    private static readonly JsonEncodedText s_binary = JsonEncodedText.Encode("Edm.Binary");
    private static readonly JsonEncodedText s_dateTime = JsonEncodedText.Encode("Edm.DateTime");
    private static readonly JsonEncodedText s_double = JsonEncodedText.Encode("Edm.Double");
    private static readonly JsonEncodedText s_guid = JsonEncodedText.Encode("Edm.Guid");
    private static readonly JsonEncodedText s_int64 = JsonEncodedText.Encode("Edm.Int64");

    public delegate object Reader(ref Utf8JsonReader json);

    /// <summary>The annotation a value needs, or null where the JSON already says its type.</summary>
    public static JsonEncodedText? AnnotationOf(object value) => value switch
    {
        string or int or bool or Enum => null,
        long => s_int64,
        double => s_double,
        DateTimeOffset or DateTime => s_dateTime,
        Guid => s_guid,
        byte[] or BinaryData => s_binary,
        _ => throw new NotSupportedException($"A table property cannot hold a {value.GetType()}."),
    };

    public static void Write(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case string text: json.WriteStringValue(text); break;
            case int number: json.WriteNumberValue(number); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case long number: WriteFormatted(json, number, default); break;
            case double number: json.WriteNumberValue(number); break;
            case DateTimeOffset moment: WriteFormatted(json, moment.UtcDateTime, "O"); break;
            case DateTime { Kind: DateTimeKind.Utc } moment: WriteFormatted(json, moment, "O"); break;
            case DateTime moment: throw new NotSupportedException($"DateTime {moment} is {moment.Kind}, and a table holds only UTC.");
            case Guid id: json.WriteStringValue(id); break;
            case byte[] bytes: json.WriteBase64StringValue(bytes); break;
            case BinaryData data: json.WriteBase64StringValue(data.ToMemory().Span); break;
            case Enum name: json.WriteStringValue(name.ToString()); break;
        }
    }

    /// <summary>How to read a property of a type; null when a table cannot hold the type.</summary>
    public static Reader ReaderFor(Type type)
    {
        var value = Nullable.GetUnderlyingType(type) ?? type;
        if (value == typeof(string)) return static (ref json) => json.TokenType == JsonTokenType.String ? json.GetString() : null;
        if (value == typeof(int)) return static (ref json) => json.GetInt32();
        if (value == typeof(long)) return static (ref json) => ReadInt64(ref json);
        if (value == typeof(bool)) return static (ref json) => json.GetBoolean();
        if (value == typeof(double)) return static (ref json) => ReadDouble(ref json);
        if (value == typeof(DateTimeOffset)) return static (ref json) => json.GetDateTimeOffset();
        if (value == typeof(DateTime)) return static (ref json) => json.GetDateTime();
        if (value == typeof(Guid)) return static (ref json) => json.GetGuid();
        if (value == typeof(byte[])) return static (ref json) => json.GetBytesFromBase64();
        if (value == typeof(BinaryData)) return static (ref json) => new BinaryData(json.GetBytesFromBase64());
        if (value.IsEnum) return (ref json) => Enum.Parse(value, json.GetString()!);
        return null;
    }

    /// <summary>Reads a value whose type only its annotation, or the JSON itself, tells.</summary>
    public static object ReadAnnotated(ref Utf8JsonReader json, string annotation) => (json.TokenType, annotation) switch
    {
        (JsonTokenType.String, "Edm.Binary") => json.GetBytesFromBase64(),
        (JsonTokenType.String, "Edm.DateTime") => json.GetDateTimeOffset(),
        (JsonTokenType.String, "Edm.Guid") => json.GetGuid(),
        (JsonTokenType.String, "Edm.Int64") => ReadInt64(ref json),
        (_, "Edm.Double") => ReadDouble(ref json),
        (JsonTokenType.String, _) => json.GetString(),
        (JsonTokenType.Number, _) => json.TryGetInt32(out var number) ? (object)number : json.GetDouble(),
        (JsonTokenType.True, _) => true,
        (JsonTokenType.False, _) => false,
        _ => null,
    };

    private static long ReadInt64(ref Utf8JsonReader json) =>
        long.Parse(json.GetString()!, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    // NaN and the infinities have no JSON number, so they come as text.
    private static double ReadDouble(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number ? json.GetDouble() : double.Parse(json.GetString()!, CultureInfo.InvariantCulture);

    private static void WriteFormatted<T>(Utf8JsonWriter json, T value, ReadOnlySpan<char> format) where T : IUtf8SpanFormattable
    {
        Span<byte> text = stackalloc byte[32];
        value.TryFormat(text, out var length, format, CultureInfo.InvariantCulture);
        json.WriteStringValue(text[..length]);
    }
}
