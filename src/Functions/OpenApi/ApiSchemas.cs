using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenApi;

/// <summary>
/// JSON schemas of the types that answers are written from, by the same metadata. A record becomes a component; its members are required
/// unless they have `JsonIgnore`, and there are no others.
/// </summary>
internal sealed class ApiSchemas
{
    private readonly NullabilityInfoContext _nullability = new();

    /// <summary>By the name of the type.</summary>
    public SortedDictionary<string, JsonNode> Components { get; } = new(StringComparer.Ordinal);

    public JsonObject Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return OrNull(Of(inner));
        }
        return type switch
        {
            _ when type == typeof(string) => Simple("string"),
            _ when type == typeof(bool) => Simple("boolean"),
            _ when type == typeof(int) || type == typeof(long) => Simple("integer"),
            _ when type == typeof(decimal) || type == typeof(double) => Simple("number"),
            _ when type == typeof(DateTimeOffset) => new() { ["type"] = "string", ["format"] = "date-time" },
            _ when type == typeof(JsonObject) || type.GetCustomAttribute<FreeMembersAttribute>() is not null => FreeObject(),
            _ when type == typeof(object) || type == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(type) => [],
            _ => OfStructure(Json.TypeInfoOf(type)),
        };
    }

    public JsonObject OneOf(IEnumerable<Type> types)
    {
        var schemas = types.Select(Of).ToList();
        return schemas.Count == 1 ? schemas[0] : new JsonObject { ["anyOf"] = new JsonArray([.. schemas]) };
    }

    private JsonObject OfStructure(JsonTypeInfo info)
    {
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Enumerable:
                return new() { ["type"] = "array", ["items"] = Of(info.ElementType!) };
            case JsonTypeInfoKind.Dictionary:
                return new() { ["type"] = "object", ["additionalProperties"] = Of(info.ElementType!) };
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

    // A list of cases is `CaseAnswerList`.
    private static string NameOf(Type type) =>
        type.IsGenericType
            ? $"{type.GetGenericArguments()[0].Name}{type.Name[..type.Name.IndexOf("Answer", StringComparison.Ordinal)]}"
            : type.Name;

    private JsonObject OfMembers(JsonTypeInfo info)
    {
        var (members, required) = (new JsonObject(), new JsonArray());
        foreach (var member in info.Properties.OrderBy(member => member.Order))
        {
            if (member.AttributeProvider is not PropertyInfo property)
            {
                continue;
            }
            var mayLack = property.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: not JsonIgnoreCondition.Never } ignore;
            if (!mayLack)
            {
                required.Add((JsonNode)member.Name);
            }
            members[member.Name] = OfMember(property, mayLack);
        }
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = members,
            ["additionalProperties"] = false,
        };
        if (required.Count > 0 && info.Type.GetCustomAttribute<ChosenMembersAttribute>() is null)
        {
            schema["required"] = required;
        }
        return schema;
    }

    // What is not written when null is never null.
    private JsonObject OfMember(PropertyInfo property, bool mayLack)
    {
        var (type, known) = (property.PropertyType, _nullability.Create(property));
        if (property.GetCustomAttribute<OneOfTypesAttribute>() is { } declared)
        {
            var one = OneOf(declared.Types);
            return type.IsAssignableTo(typeof(IEnumerable)) ? new() { ["type"] = "array", ["items"] = one }
                : MayBeNull(known) ? OrNull(one)
                : one;
        }
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
        {
            var value = type.GetGenericArguments()[0];
            return MayBeNull(known) ? OrNull(Of(value)) : Of(value);
        }
        return mayLack ? Of(Nullable.GetUnderlyingType(type) ?? type)
            : MayBeNull(known) ? OrNull(Of(type))
            : Of(type);
    }

    private static bool MayBeNull(NullabilityInfo known) =>
        (known.GenericTypeArguments is [var value] && known.Type.GetGenericTypeDefinition() == typeof(Optional<>) ? value : known).ReadState
        == NullabilityState.Nullable;

    private static JsonObject OrNull(JsonObject schema)
    {
        switch (schema["type"])
        {
            case JsonValue one when one.GetValueKind() == JsonValueKind.String:
                schema["type"] = new JsonArray(one.GetValue<string>(), "null");
                return schema;
            case null when schema.ContainsKey("$ref"):
                return new() { ["anyOf"] = new JsonArray(schema, Simple("null")) };
            case null when schema["anyOf"] is JsonArray several:
                several.Add((JsonNode)Simple("null"));
                return schema;
            default:
                return schema;
        }
    }

    private static JsonObject FreeObject() => new() { ["type"] = "object", ["additionalProperties"] = new JsonObject() };

    private static JsonObject Simple(string type) => new() { ["type"] = type };
}
