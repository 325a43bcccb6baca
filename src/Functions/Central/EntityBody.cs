using System.Text.Json;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.Central;

/// <summary>An entity in a request: `uuid`, `label`, `data`.</summary>
internal static class EntityBody
{
    private static readonly string[] Writable = ["label", "uuid", "data"];
    private static readonly string[] Known = [.. Writable, "__csrf"];

    /// <summary>
    /// A new entity, with a new id unless it has one. Refuses unknown members with 400.31, other types with 400.11, a missing label with
    /// 400.2 and a blank one with 400.8.
    /// </summary>
    public static (EntityId Id, EntityEdit Edit) Read(JsonElement body)
    {
        RequireKnown(body);
        var id = TextOf(body, "uuid") is { } uuid ? EntityId.ParseRandom(uuid) : EntityId.New();
        var label = LabelOf(body) ?? throw Problem.MissingParameter("label").AsException();
        return (id, new EntityEdit(label, DataOf(body)));
    }

    /// <summary>A change of an entity. Refuses one without data and label with 400.28, and what <see cref="Read"/> refuses.</summary>
    public static EntityEdit ReadEdit(JsonElement body)
    {
        RequireKnown(body);
        var label = LabelOf(body);
        return label is not null || (body.TryGetProperty("data", out var data) && data.ValueKind != JsonValueKind.Null)
            ? new EntityEdit(label, DataOf(body))
            : throw Problem.InvalidEntity("No entity data or label provided.").AsException();
    }

    public static bool IsEmpty(JsonElement body) => body.EnumerateObject().All(member => member.Name == "__csrf");

    private static void RequireKnown(JsonElement body)
    {
        var names = body.EnumerateObject().Select(member => member.Name).ToList();
        if (names.Exists(name => !Known.Contains(name)))
        {
            throw Problem.UnexpectedAttributes(Writable, names).AsException();
        }
    }

    private static string? LabelOf(JsonElement body) =>
        TextOf(body, "label") is not { } label ? null
        : string.IsNullOrWhiteSpace(label)
            ? throw Problem.UnexpectedValue("label", "(empty string)", "Label cannot be blank.").AsException()
        : label;

    private static Dictionary<string, string> DataOf(JsonElement body)
    {
        var data = new Dictionary<string, string>();
        if (!body.TryGetProperty("data", out var given) || given.ValueKind == JsonValueKind.Null)
        {
            return data;
        }
        if (given.ValueKind != JsonValueKind.Object)
        {
            throw Problem.InvalidParameterType("data", "object").AsException();
        }
        foreach (var property in given.EnumerateObject())
        {
            data[property.Name] =
                property.Value.ValueKind == JsonValueKind.String
                    ? property.Value.GetString()!
                    : throw Problem.InvalidParameterType(property.Name, "string").AsException();
        }
        return data;
    }

    private static string? TextOf(JsonElement body, string name) =>
        !body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Problem.InvalidParameterType(name, "string").AsException();
}
