using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenApi;

/// <summary>The OpenAPI document, made from the functions' attributes when it is first asked for.</summary>
public static class ApiDocument
{
    private const string JsonType = "application/json";
    private static readonly Lazy<byte[]> Document = new(Write);

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = PipelineJson.Default,
    };

    public static ReadOnlyMemory<byte> Utf8 => Document.Value;

    /// <summary>Whether the compiler generated how a type is written, so that it takes no reflection.</summary>
    public static bool IsGenerated(Type type) => Json.IsGenerated(type);

    private static byte[] Write() => [.. System.Text.Encoding.UTF8.GetBytes(Build().ToJsonString(Indented)), (byte)'\n'];

    private static JsonObject Build()
    {
        var schemas = new ApiSchemas();
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var operation in ApiOperation.All.Values.OrderBy(operation => operation.Name, StringComparer.Ordinal))
        {
            if (!paths.TryGetValue(operation.Path, out var path))
            {
                paths[operation.Path] = path = new() { ["parameters"] = PathParameters(operation) };
            }
            foreach (var method in operation.Methods)
            {
                var id =
                    method == operation.Methods.First()
                        ? operation.Name
                        : $"{operation.Name}By{char.ToUpperInvariant(method[0])}{method[1..]}";
                path[method] = Operation(operation, id, schemas);
            }
        }
        var refusal = schemas.Of(typeof(ProblemAnswer));
        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "ServerlessRosa",
                ["version"] = "1",
                ["description"] =
                    "OpenRosa, ODK Central's management API, and CommCare. Rights are in docs/rights.md, refusals in docs/protocol.md. "
                    + "Every GET has a HEAD. Without a schema an answer is as its protocol has it.",
            },
            ["security"] = new JsonArray(
                Scheme("basic"),
                Scheme("bearer"),
                Scheme("cookie"),
                Scheme("apiKey"),
                Scheme("publicLink"),
                new JsonObject()
            ),
            ["paths"] = new JsonObject(paths.Select(path => KeyValuePair.Create(path.Key, (JsonNode?)path.Value))),
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(schemas.Components.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
                ["responses"] = new JsonObject
                {
                    ["Refusal"] = new JsonObject
                    {
                        ["description"] = "A refusal.",
                        ["content"] = new JsonObject { [JsonType] = new JsonObject { ["schema"] = refusal } },
                    },
                },
                ["securitySchemes"] = SecuritySchemes(),
            },
        };
    }

    private static JsonObject Scheme(string name) => new() { [name] = new JsonArray() };

    private static JsonObject SecuritySchemes() =>
        new()
        {
            ["basic"] = new JsonObject { ["type"] = "http", ["scheme"] = "basic" },
            ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
            ["cookie"] = new JsonObject
            {
                ["type"] = "apiKey",
                ["in"] = "cookie",
                ["name"] = "session",
            },
            ["publicLink"] = new JsonObject
            {
                ["type"] = "apiKey",
                ["in"] = "query",
                ["name"] = ApiOperation.LinkKey,
            },
            ["apiKey"] = new JsonObject
            {
                ["type"] = "apiKey",
                ["in"] = "header",
                ["name"] = "Authorization",
                ["description"] = "`ApiKey address:key`, under `/a/{domain}/`.",
            },
        };

    private static JsonArray PathParameters(ApiOperation operation) =>
        [
            .. operation.Parameters.Select(parameter => new JsonObject
            {
                ["name"] = parameter.Text,
                ["in"] = "path",
                ["required"] = true,
                ["schema"] = new JsonObject { ["type"] = parameter.Constraint == "int" ? "integer" : "string" },
            }),
        ];

    private static JsonObject Operation(ApiOperation operation, string id, ApiSchemas schemas)
    {
        var shape = new JsonObject { ["operationId"] = id, ["tags"] = new JsonArray(operation.Folder) };
        var query = operation.Query.Where(parameter => !parameter.Name.EndsWith('*')).ToList();
        if (query.Count > 0)
        {
            shape["parameters"] = new JsonArray([.. query.Select(parameter => QueryParameter(parameter.Name, parameter.Type))]);
        }
        var bodies = operation.Method.GetCustomAttributes<TakesAttribute>().ToList();
        if (bodies.Count > 0)
        {
            var content = new JsonObject();
            foreach (var body in bodies)
            {
                content[body.MediaType] = body.Type is { } type ? new JsonObject { ["schema"] = schemas.Of(type) } : [];
            }
            shape["requestBody"] = new JsonObject { ["content"] = content };
        }
        var answer = new JsonObject { ["description"] = "Answered." };
        if (Contents(operation, schemas) is { Count: > 0 } contents)
        {
            answer["content"] = contents;
        }
        shape["responses"] = new JsonObject
        {
            ["2XX"] = answer,
            ["default"] =
                operation.Folder == "Central"
                    ? new JsonObject { ["$ref"] = "#/components/responses/Refusal" }
                    : new JsonObject { ["description"] = "A refusal, in the protocol's form." },
        };
        return shape;
    }

    private static JsonObject Contents(ApiOperation operation, ApiSchemas schemas)
    {
        var contents = new JsonObject();
        foreach (var answers in operation.Method.GetCustomAttributes<AnswersAttribute>().GroupBy(answer => answer.MediaType))
        {
            contents[answers.Key] = new JsonObject { ["schema"] = schemas.OneOf(answers.Select(answer => answer.Type)) };
        }
        foreach (var other in operation.Method.GetCustomAttributes<AnswersAsAttribute>())
        {
            contents[other.MediaType] = new JsonObject();
        }
        return contents;
    }

    private static JsonObject QueryParameter(string name, QueryType type) =>
        new()
        {
            ["name"] = name,
            ["in"] = "query",
            ["schema"] = type switch
            {
                QueryType.Flag => new JsonObject { ["type"] = "boolean" },
                QueryType.Number => new JsonObject { ["type"] = "integer", ["minimum"] = 0 },
                QueryType.Time => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
                _ => new JsonObject { ["type"] = "string" },
            },
        };
}
