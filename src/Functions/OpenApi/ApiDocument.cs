using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenApi;

/// <summary>The OpenAPI document, made from the functions' attributes when it is first asked for.</summary>
public static class ApiDocument
{
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
                path[method] = Operation(operation, method, schemas);
            }
        }
        var refusals = ApiProtocols.Refusals(schemas);
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
            ["tags"] = ApiProtocols.AllTags,
            ["paths"] = new JsonObject(paths.Select(path => KeyValuePair.Create(path.Key, (JsonNode?)path.Value))),
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(schemas.Components.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
                ["responses"] = refusals,
                ["securitySchemes"] = ApiProtocols.SecuritySchemes(),
            },
        };
    }

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

    private static JsonObject Operation(ApiOperation operation, string method, ApiSchemas schemas)
    {
        var isFirst = method == operation.Methods.First();
        var shape = new JsonObject
        {
            ["operationId"] = isFirst ? operation.Name : $"{operation.Name}By{char.ToUpperInvariant(method[0])}{method[1..]}",
            ["tags"] = new JsonArray(ApiProtocols.TagOf(operation)),
            ["security"] = ApiProtocols.SecurityOf(operation),
        };
        var query = operation.Query.Where(parameter => !parameter.Name.EndsWith('*')).ToList();
        if (query.Count > 0)
        {
            shape["parameters"] = new JsonArray([.. query.Select(parameter => QueryParameter(parameter.Name, parameter.Type))]);
        }
        if (method != "get" && Bodies(operation, schemas) is { Count: > 0 } bodies)
        {
            shape["requestBody"] = new JsonObject { ["content"] = bodies };
        }
        var answer = new JsonObject { ["description"] = "Answered." };
        if (Answers(operation, schemas) is { Count: > 0 } answers)
        {
            answer["content"] = answers;
        }
        var responses = new JsonObject { ["2XX"] = answer };
        foreach (var other in operation.Method.GetCustomAttributes<AnswersWithStatusAttribute>())
        {
            responses[other.Status.ToString(CultureInfo.InvariantCulture)] = new JsonObject
            {
                ["description"] = "Answered.",
                ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Of(other.Type) } },
            };
        }
        responses["default"] = ApiProtocols.RefusalOf(operation);
        shape["responses"] = responses;
        return shape;
    }

    private static JsonObject Bodies(ApiOperation operation, ApiSchemas schemas)
    {
        var contents = new JsonObject();
        foreach (var bodies in operation.Method.GetCustomAttributes<TakesAttribute>().GroupBy(body => body.MediaType))
        {
            var types = bodies.Select(body => body.Type).OfType<Type>().ToList();
            contents[bodies.Key] = types.Count > 0 ? new JsonObject { ["schema"] = schemas.Of(types) } : [];
        }
        return contents;
    }

    private static JsonObject Answers(ApiOperation operation, ApiSchemas schemas)
    {
        var contents = new JsonObject();
        foreach (var answers in operation.Method.GetCustomAttributes<AnswersAttribute>().GroupBy(answer => answer.MediaType))
        {
            contents[answers.Key] = new JsonObject { ["schema"] = schemas.Of(answers.Select(answer => answer.Type)) };
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
