using System.Net;
using System.Text.Json;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Compares each JSON answer that a test gets with docs/openapi.json.</summary>
internal static class ApiContract
{
    private const string OData = "application/json;odata.metadata=minimal";

    private static readonly JsonElement Document = JsonSerializer.Deserialize<JsonElement>(
        File.ReadAllBytes(Repository.Locate("docs", "openapi.json"))
    );

    private static readonly ILookup<int, (string[] Parts, JsonElement Path)> Paths = Document
        .GetProperty("paths")
        .EnumerateObject()
        .Select(path => (Parts: path.Name.Split('/'), path.Value))
        .ToLookup(path => path.Parts.Length);

    /// <summary>Fails when a successful JSON answer of the API has another form than documented.</summary>
    public static void Check(HttpMethod method, Uri address, Answer answer)
    {
        var type = answer.ContentHeaders.ContentType;
        if (
            answer.Status is not (HttpStatusCode.OK or HttpStatusCode.Created)
            || type is not { MediaType: "application/json" }
            || answer.Bytes.Length == 0
            || Find(address.AbsolutePath.TrimEnd('/')) is not { } path
            || !path.TryGetProperty(method.Method.ToLowerInvariant(), out var operation)
        )
        {
            return;
        }
        var id = operation.GetProperty("operationId").GetString();
        var isOData = type.Parameters.Any(parameter => parameter.Name == "odata.metadata");
        if (
            !operation.GetProperty("responses").GetProperty("2XX").TryGetProperty("content", out var content)
            || !content.TryGetProperty(isOData ? OData : type.MediaType, out var json)
        )
        {
            Assert.Fail($"{id} answers JSON, which docs/openapi.json does not say.");
            return;
        }
        if (json.TryGetProperty("schema", out var schema))
        {
            var difference = Difference(schema, answer.Json, "answer");
            Assert.True(difference is null, $"{id} answers otherwise than docs/openapi.json says: {difference}\n{answer.Text}");
        }
    }

    // Of several templates that fit, the one with the most literal parts.
    private static JsonElement? Find(string address)
    {
        var parts = address.Split('/');
        return Paths[parts.Length]
            .Where(path =>
                path.Parts.Zip(parts)
                    .All(pair => pair.First.StartsWith('{') || pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase))
            )
            .OrderByDescending(path => path.Parts.Count(part => !part.StartsWith('{')))
            .Select(path => (JsonElement?)path.Path)
            .FirstOrDefault();
    }

    /// <summary>What is wrong with a value; null when it fits the schema.</summary>
    internal static string? Difference(JsonElement schema, JsonElement value, string place)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!.Split('/')[^1];
            return Difference(Document.GetProperty("components").GetProperty("schemas").GetProperty(name), value, place);
        }
        if (schema.TryGetProperty("anyOf", out var any))
        {
            var differences = any.EnumerateArray().Select(one => Difference(one, value, place)).ToList();
            return differences.Contains(null) ? null : string.Join(" or ", differences);
        }
        if (schema.TryGetProperty("type", out var types) && !TypesOf(types).Any(type => IsOf(value, type)))
        {
            return $"{place} is {value.ValueKind}, not {types}";
        }
        return value.ValueKind switch
        {
            JsonValueKind.Object when schema.TryGetProperty("type", out _) => OfMembers(schema, value, place),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) => value
                .EnumerateArray()
                .Select((item, at) => Difference(items, item, $"{place}[{at}]"))
                .FirstOrDefault(difference => difference is not null),
            _ => null,
        };
    }

    private static string? OfMembers(JsonElement schema, JsonElement value, string place)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            var missing = required.EnumerateArray().FirstOrDefault(name => !value.TryGetProperty(name.GetString()!, out _));
            if (missing.ValueKind == JsonValueKind.String)
            {
                return $"{place} lacks {missing}";
            }
        }
        schema.TryGetProperty("properties", out var members);
        var others = schema.GetProperty("additionalProperties");
        foreach (var member in value.EnumerateObject())
        {
            var known = members.ValueKind == JsonValueKind.Object && members.TryGetProperty(member.Name, out var own) ? own : others;
            if (known.ValueKind == JsonValueKind.False)
            {
                return $"{place} has {member.Name} besides";
            }
            if (Difference(known, member.Value, $"{place}.{member.Name}") is { } difference)
            {
                return difference;
            }
        }
        return null;
    }

    private static IEnumerable<string> TypesOf(JsonElement types) =>
        types.ValueKind == JsonValueKind.Array ? types.EnumerateArray().Select(type => type.GetString()!) : [types.GetString()!];

    private static bool IsOf(JsonElement value, string type) =>
        type switch
        {
            "null" => value.ValueKind == JsonValueKind.Null,
            "string" => value.ValueKind == JsonValueKind.String,
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "number" => value.ValueKind == JsonValueKind.Number,
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
            "array" => value.ValueKind == JsonValueKind.Array,
            _ => value.ValueKind == JsonValueKind.Object,
        };
}
