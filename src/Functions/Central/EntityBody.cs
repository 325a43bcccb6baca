using System.Text.Json;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Functions.Central;

/// <summary>An entity in a request: `uuid`, `label`, `data`.</summary>
internal static class EntityBody
{
    private const int MaxSourceName = 1000;
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

    /// <summary>
    /// Several new entities and their source; null for a body without `entities`. Refuses anything but a list with 400.31, a source without
    /// a name with 400.2, and an entity that <see cref="Read"/> refuses.
    /// </summary>
    public static (EntityBulkSource Source, IReadOnlyList<(EntityId Id, EntityEdit Edit)> Entities)? ReadMany(JsonElement body)
    {
        if (!body.TryGetProperty("entities", out var entities))
        {
            return null;
        }
        var names = body.EnumerateObject().Select(member => member.Name).ToList();
        if (names.Exists(name => name is not ("entities" or "source" or "__csrf")))
        {
            throw Problem.UnexpectedAttributes(["entities", "source"], names).AsException();
        }
        if (entities.ValueKind != JsonValueKind.Array || entities.GetArrayLength() == 0)
        {
            var actual = entities.ValueKind == JsonValueKind.Array ? "empty array" : "not an array";
            throw Problem.UnexpectedAttributes(["entities: [...]"], [actual]).AsException();
        }
        var read = entities
            .EnumerateArray()
            .Select(entity =>
                entity.ValueKind == JsonValueKind.Object
                    ? Read(entity)
                    : throw Problem.InvalidParameterType("entities", "object").AsException()
            )
            .ToList();
        return (SourceOf(body, read.Count), read);
    }

    /// <summary>The `ids` of a bulk call. Refuses anything but a list with 400.31, and a malformed UUID with 400.11.</summary>
    public static IReadOnlyList<EntityId> ReadIds(JsonElement body) =>
        body.TryGetProperty("ids", out var ids) && ids.ValueKind == JsonValueKind.Array && ids.GetArrayLength() > 0
            ?
            [
                .. ids.EnumerateArray()
                    .Select(id =>
                        id.ValueKind == JsonValueKind.String
                            ? EntityId.Parse(id.GetString())
                            : throw Problem.InvalidParameterType("ids", "uuid").AsException()
                    ),
            ]
            : throw Problem.UnexpectedAttributes(["ids: [...]"], [.. body.EnumerateObject().Select(member => member.Name)]).AsException();

    private static EntityBulkSource SourceOf(JsonElement body, int count)
    {
        if (!body.TryGetProperty("source", out var source) || source.ValueKind != JsonValueKind.Object)
        {
            throw Problem.MissingParameter("source").AsException();
        }
        var name = TextOf(source, "name") is { Length: > 0 and <= MaxSourceName } given
            ? given
            : throw Problem.MissingParameter("source.name").AsException();
        long? size =
            !source.TryGetProperty("size", out var value) || value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number
            : throw Problem.InvalidParameterType("size", "number").AsException();
        return new EntityBulkSource(name, size, count);
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
