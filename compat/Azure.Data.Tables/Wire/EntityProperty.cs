using System.Text.Json;

namespace Azure.Data.Tables.Wire;

/// <summary>One property of an entity's class, with its name on the wire. <c>Set</c> and <c>Reader</c> are null for what is never read.</summary>
internal sealed class EntityProperty(string name, Func<object, object> get, Action<object, object> set, EdmValue.Reader reader)
{
    private readonly JsonEncodedText _name = JsonEncodedText.Encode(name);
    private readonly JsonEncodedText _annotation = JsonEncodedText.Encode(name + EdmValue.AnnotationSuffix);

    public bool IsNamedBy(ref Utf8JsonReader json) => json.ValueTextEquals(_name.EncodedUtf8Bytes);

    public void Write(Utf8JsonWriter json, object entity)
    {
        // The service does not store a null, so one is not sent.
        if (get(entity) is not { } value) return;
        if (EdmValue.AnnotationOf(value) is { } type) json.WriteString(_annotation, type);
        json.WritePropertyName(_name);
        EdmValue.Write(json, value);
    }

    public void Read(ref Utf8JsonReader json, object entity)
    {
        if (set is null || reader is null) json.Skip();
        else set(entity, json.TokenType == JsonTokenType.Null ? null : reader(ref json));
    }
}
