using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>Compares each JSON answer that a test gets, and each JSON body that the server accepts, with docs/openapi.json.</summary>
internal static class ApiContract
{
    private const string Json = "application/json";
    private const string OData = "application/json;odata.metadata=minimal";

    private static readonly JsonElement Document = JsonSerializer.Deserialize<JsonElement>(
        File.ReadAllBytes(Repository.Locate("docs", "openapi.json"))
    );

    private static readonly ILookup<int, (string[] Parts, JsonElement Path)> Paths = Document
        .GetProperty("paths")
        .EnumerateObject()
        .Select(path => (Parts: path.Name.Split('/'), path.Value))
        .ToLookup(path => path.Parts.Length);

    /// <summary>Fails when a JSON answer of the API, or a JSON body that it accepted, has another form than documented.</summary>
    public static async Task CheckAsync(HttpRequestMessage request, Answer answer)
    {
        if (
            Find(request.RequestUri!.AbsolutePath.TrimEnd('/')) is not { } path
            || !path.TryGetProperty(request.Method.Method.ToLowerInvariant(), out var operation)
        )
        {
            return;
        }
        var id = operation.GetProperty("operationId").GetString()!;
        CheckAnswer(id, operation.GetProperty("responses"), answer);
        if ((int)answer.Status is >= 200 and < 300 && request.Content is JsonContent or ByteArrayContent)
        {
            await CheckBodyAsync(id, operation, request.Content);
        }
    }

    /// <summary>Fails when a body lacks a member that docs/openapi.json describes, other than a cookie's `__csrf`.</summary>
    public static void RequireWhole(string method, Uri address, JsonElement body)
    {
        var operation = Find(address.AbsolutePath.TrimEnd('/'))!.Value.GetProperty(method.ToLowerInvariant());
        var schema = operation.GetProperty("requestBody").GetProperty("content").GetProperty(Json).GetProperty("schema");
        IEnumerable<JsonElement> any = schema.TryGetProperty("anyOf", out var several) ? several.EnumerateArray() : [schema];
        var missing = any.Select(Resolved)
            .Where(one => one.TryGetProperty("properties", out _))
            .Select(one => one.GetProperty("properties").EnumerateObject().Select(member => member.Name).Except(["__csrf"]))
            .Select(names => names.Where(name => !body.TryGetProperty(name, out _)).ToList())
            .MinBy(names => names.Count)!;
        Assert.True(missing.Count == 0, $"{method} {address}: {string.Join(", ", missing)} should be sent too.");
    }

    private static void CheckAnswer(string id, JsonElement responses, Answer answer)
    {
        var type = answer.ContentHeaders.ContentType;
        var isRefusal = (int)answer.Status >= 400;
        if (
            !(isRefusal || answer.Status is HttpStatusCode.OK or HttpStatusCode.Created)
            || type is not { MediaType: Json }
            || answer.Bytes.Length == 0
        )
        {
            return;
        }
        var status = ((int)answer.Status).ToString(CultureInfo.InvariantCulture);
        var response = Resolved(responses.TryGetProperty(status, out var own) ? own : responses.GetProperty(isRefusal ? "default" : "2XX"));
        var isOData = type.Parameters.Any(parameter => parameter.Name == "odata.metadata");
        if (!response.TryGetProperty("content", out var content) || !content.TryGetProperty(isOData ? OData : Json, out var json))
        {
            // An address that the server does not know is refused in the management API's form.
            Assert.True(answer.Status == HttpStatusCode.NotFound, $"{id} answers JSON, which docs/openapi.json does not say.");
            return;
        }
        var difference = Difference(json.GetProperty("schema"), answer.Json, "answer");
        Assert.True(
            difference is null || answer.Status == HttpStatusCode.NotFound,
            $"{id} answers otherwise than docs/openapi.json says: {difference}\n{answer.Text}"
        );
    }

    /// <summary>Members that the schema does not name are not allowed here even where it allows them.</summary>
    private static async Task CheckBodyAsync(string id, JsonElement operation, HttpContent sent)
    {
        var bytes = await sent.ReadAsByteArrayAsync();
        if (sent.Headers.ContentType?.MediaType != Json || bytes.Length == 0)
        {
            return;
        }
        var text = Encoding.UTF8.GetString(bytes);
        if (!operation.TryGetProperty("requestBody", out var body))
        {
            Assert.True(text == "{}", $"{id} takes JSON, which docs/openapi.json does not say: {text}");
            return;
        }
        if (!body.GetProperty("content").TryGetProperty(Json, out var json))
        {
            return; // a file of that type
        }
        var difference = Difference(json.GetProperty("schema"), JsonSerializer.Deserialize<JsonElement>(bytes), "body", isStrict: true);
        Assert.True(difference is null, $"{id} takes another body than docs/openapi.json says: {difference}\n{text}");
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
    internal static string? Difference(JsonElement schema, JsonElement value, string place, bool isStrict = false)
    {
        schema = Resolved(schema);
        if (schema.TryGetProperty("anyOf", out var any))
        {
            var differences = any.EnumerateArray().Select(one => Difference(one, value, place, isStrict)).ToList();
            return differences.Contains(null) ? null : string.Join(" or ", differences);
        }
        if (schema.TryGetProperty("type", out var types) && !TypesOf(types).Any(type => IsOf(value, type)))
        {
            return $"{place} is {value.ValueKind}, not {types}";
        }
        if (schema.TryGetProperty("enum", out var texts) && !texts.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
        {
            return $"{place} is {value}, none of {texts}";
        }
        return value.ValueKind switch
        {
            JsonValueKind.Object when schema.TryGetProperty("type", out _) => OfMembers(schema, value, place, isStrict),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) => value
                .EnumerateArray()
                .Select((item, at) => Difference(items, item, $"{place}[{at}]", isStrict))
                .FirstOrDefault(difference => difference is not null),
            _ => null,
        };
    }

    private static string? OfMembers(JsonElement schema, JsonElement value, string place, bool isStrict)
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
        schema.TryGetProperty("additionalProperties", out var others);
        foreach (var member in value.EnumerateObject())
        {
            var known = members.ValueKind == JsonValueKind.Object && members.TryGetProperty(member.Name, out var own) ? own : others;
            if (known.ValueKind == JsonValueKind.False || (known.ValueKind == JsonValueKind.Undefined && isStrict))
            {
                return $"{place} has {member.Name} besides";
            }
            if (
                known.ValueKind == JsonValueKind.Object
                && Difference(known, member.Value, $"{place}.{member.Name}", isStrict) is { } difference
            )
            {
                return difference;
            }
        }
        return null;
    }

    private static JsonElement Resolved(JsonElement one) =>
        !one.TryGetProperty("$ref", out var reference)
            ? one
            : reference.GetString()!.Split('/').Skip(1).Aggregate(Document, (parent, name) => parent.GetProperty(name));

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
