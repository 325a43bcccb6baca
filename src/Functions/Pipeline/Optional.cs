using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>
/// A member that an answer or a body may lack, which differs from one that is null: the default value is not written, provided that the
/// member has `JsonIgnore` with `WhenWritingDefault`.
/// </summary>
[JsonConverter(typeof(OptionalConverter))]
[SuppressMessage("Usage", "CA2225", Justification = "The constructor is the alternative.")]
public readonly record struct Optional<T>(T Value)
{
    public bool IsPresent { get; } = true;

    public static implicit operator Optional<T>(T value) => new(value);
}

/// <summary>Reads and writes the value alone.</summary>
internal sealed class OptionalConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) =>
        typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Converter<T> : JsonConverter<Optional<T>>
    {
        public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)))!);

        public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
    }
}
