using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenApi;

/// <summary>
/// JSON schemas of the types that answers are written from, by the same metadata, and of the bodies of requests. A record becomes a
/// component. The members of an answer are required unless they have `JsonIgnore`, and there are no others; those of a body are required
/// unless they have a default value, and others are allowed unless the record disallows them.
/// </summary>
internal sealed class ApiSchemas
{
    private readonly NullabilityInfoContext _nullability = new();

    /// <summary>By the name of the type.</summary>
    public SortedDictionary<string, JsonNode> Components { get; } = new(StringComparer.Ordinal);

    public JsonObject Of(Type type) =>
        Nullable.GetUnderlyingType(type) is { } inner ? OrNull(Of(inner))
        : type == typeof(string) ? Simple("string")
        : type == typeof(bool) ? Simple("boolean")
        : type == typeof(int) || type == typeof(long) ? Simple("integer")
        : type == typeof(decimal) || type == typeof(double) ? Simple("number")
        : type == typeof(DateTimeOffset) ? new() { ["type"] = "string", ["format"] = "date-time" }
        : type == typeof(JsonObject) || type.GetCustomAttribute<FreeMembersAttribute>() is not null ? ObjectOf([])
        : type.GetCustomAttribute<MembersOfAttribute>() is { } members ? ObjectOf(Of(members.Type))
        : type.GetCustomAttribute<JsonTypesAttribute>() is { } types ? new() { ["type"] = Texts(types.Names) }
        : type == typeof(object) || type == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(type) ? []
        : OfStructure(Json.TypeInfoOf(type), null);

    /// <summary>Of any of some types.</summary>
    public JsonObject Of(IEnumerable<Type> types)
    {
        var schemas = types.Select(Of).ToList();
        return schemas.Count == 1 ? schemas[0] : new JsonObject { ["anyOf"] = new JsonArray([.. schemas]) };
    }

    private JsonObject OfStructure(JsonTypeInfo info, NullabilityInfo? known)
    {
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Enumerable:
                return new() { ["type"] = "array", ["items"] = OfElement(info, known) };
            case JsonTypeInfoKind.Dictionary:
                return ObjectOf(OfElement(info, known));
            case JsonTypeInfoKind.Object:
                var name = NameOf(info.Type);
                if (Components.TryAdd(name, new JsonObject()))
                {
                    Components[name] = OfMembers(info);
                }
                return new() { ["$ref"] = $"#/components/schemas/{name}" };
            default:
                throw new InvalidOperationException($"{info.Type} is no structure with a schema.");
        }
    }

    // Whether an item may be null is known of the member that has the list.
    private JsonObject OfElement(JsonTypeInfo info, NullabilityInfo? known)
    {
        var element = known?.GenericTypeArguments is [.., var last] ? last : null;
        var schema = element is null ? Of(info.ElementType!) : OfKnown(info.ElementType!, element);
        return element?.ReadState == NullabilityState.Nullable ? OrNull(schema) : schema;
    }

    private JsonObject OfKnown(Type type, NullabilityInfo known) =>
        type.IsGenericType && Nullable.GetUnderlyingType(type) is null ? OfStructure(Json.TypeInfoOf(type), known) : Of(type);

    // A list of cases is `CaseAnswerList`.
    private static string NameOf(Type type) =>
        type.IsGenericType
            ? $"{type.GetGenericArguments()[0].Name}{type.Name[..type.Name.IndexOf("Answer", StringComparison.Ordinal)]}"
            : type.Name;

    private JsonObject OfMembers(JsonTypeInfo info)
    {
        var (members, required) = (new JsonObject(), new JsonArray());
        var isBody = info.Type.IsAssignableTo(typeof(RequestBody));
        foreach (var member in info.Properties.OrderBy(member => member.Order))
        {
            if (member.AttributeProvider is not PropertyInfo property)
            {
                continue;
            }
            var mayLack = isBody ? !IsRequired(info.Type, property) : IsIgnored(property);
            if (!mayLack)
            {
                required.Add((JsonNode)member.Name);
            }
            // What an answer omits when null is never null.
            members[member.Name] = OfMember(property, neverNull: mayLack && !isBody);
        }
        var schema = new JsonObject { ["type"] = "object", ["properties"] = members };
        if ((isBody ? OthersOf(info.Type) : false) is { } others)
        {
            schema["additionalProperties"] = others;
        }
        if (required.Count > 0 && info.Type.GetCustomAttribute<ChosenMembersAttribute>() is null)
        {
            schema["required"] = required;
        }
        return schema;
    }

    // Null where others are allowed without a meaning.
    private static JsonNode? OthersOf(Type body) =>
        body.GetCustomAttribute<JsonUnmappedMemberHandlingAttribute>()?.UnmappedMemberHandling switch
        {
            JsonUnmappedMemberHandling.Disallow => false,
            JsonUnmappedMemberHandling.Skip => new JsonObject(),
            _ => null,
        };

    private static bool IsIgnored(PropertyInfo property) =>
        property.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: not JsonIgnoreCondition.Never };

    private static bool IsRequired(Type body, PropertyInfo property) =>
        body.GetConstructors()
            .SelectMany(constructor => constructor.GetParameters())
            .Any(parameter => parameter.Name == property.Name && !parameter.HasDefaultValue);

    private JsonObject OfMember(PropertyInfo property, bool neverNull)
    {
        var (type, known) = (property.PropertyType, _nullability.Create(property));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
        {
            (type, known, neverNull) = (type.GetGenericArguments()[0], known.GenericTypeArguments[0], false);
        }
        if (neverNull)
        {
            type = Nullable.GetUnderlyingType(type) ?? type;
        }
        var schema = property.GetCustomAttribute<OneOfTypesAttribute>() is { } declared
            ? type == typeof(object)
                ? Of(declared.Types)
                : new() { ["type"] = "array", ["items"] = Of(declared.Types) }
            : OfKnown(type, known);
        schema = !neverNull && known.ReadState == NullabilityState.Nullable ? OrNull(schema) : schema;
        if (property.GetCustomAttribute<OneOfTextsAttribute>() is { } texts)
        {
            schema["enum"] = Texts(texts.Texts);
            if (schema["type"] is JsonArray)
            {
                schema["enum"]!.AsArray().Add((JsonNode?)null);
            }
        }
        return schema;
    }

    private static JsonObject OrNull(JsonObject schema)
    {
        switch (schema)
        {
            case { Count: 0 }:
                return schema;
            case var _ when schema["anyOf"] is JsonArray several:
                several.Add((JsonNode)Simple("null"));
                return schema;
            case var _ when schema["type"] is JsonArray types:
                if (!types.Any(type => type!.GetValue<string>() == "null"))
                {
                    types.Add((JsonNode)"null");
                }
                return schema;
            case var _ when schema["type"] is JsonValue one:
                schema["type"] = new JsonArray(one.GetValue<string>(), "null");
                return schema;
            default:
                return new() { ["anyOf"] = new JsonArray(schema, Simple("null")) };
        }
    }

    private static JsonObject ObjectOf(JsonObject member) => new() { ["type"] = "object", ["additionalProperties"] = member };

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    private static JsonObject Simple(string type) => new() { ["type"] = type };
}
