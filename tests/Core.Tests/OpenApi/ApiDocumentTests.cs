using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.OpenApi;
using ServerlessRosa.Functions.OpenApi;
using Xunit;

namespace ServerlessRosa.Core.Tests.OpenApi;

/// <summary>The OpenAPI document and the functions describe the same API.</summary>
public sealed class ApiDocumentTests
{
    private static readonly JsonElement Document = JsonSerializer.Deserialize<JsonElement>(ApiDocument.Utf8.Span);

    [Fact]
    public void The_document_is_valid()
    {
        var read = OpenApiDocument.Parse(Encoding.UTF8.GetString(ApiDocument.Utf8.Span), "json");
        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        Assert.Empty(read.Document!.Validate(ValidationRuleSet.GetDefaultRuleSet()));
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.Equal(Document.GetProperty("paths").EnumerateObject().Count(), read.Document!.Paths.Count);
    }

    [Fact]
    public void Each_function_of_the_API_has_its_operations_and_there_are_no_others()
    {
        var functions = Functions()
            .Where(one => one.Method.GetCustomAttribute<NotInApiAttribute>() is null)
            .SelectMany(one =>
                one.Trigger.Methods!.Where(method =>
                        method != "head" && one.Method.GetCustomAttribute<RefusesAttribute>()?.Methods.Contains(method) != true
                    )
                    .Select(method => $"{method} {AddressOf(one.Trigger.Route!)}")
            );
        var described = Operations().Select(one => $"{one.Method} {one.Path}");
        Assert.Equal(functions.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_two_paths_differ_in_names_of_parameters_alone_and_no_two_operations_share_an_id()
    {
        var paths = Document.GetProperty("paths").EnumerateObject().Select(path => Anonymous(path.Name)).ToList();
        Assert.Equal(paths.Distinct().Count(), paths.Count);
        var ids = Operations().Select(one => one.Operation.GetProperty("operationId").GetString()).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
    }

    [Fact]
    public void Each_operation_names_its_protocol_authentication_and_refusals()
    {
        var tags = Document.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()).ToList();
        var schemes = Document.GetProperty("components").GetProperty("securitySchemes");
        var refusals = Document.GetProperty("components").GetProperty("responses");
        foreach (var (path, method, operation) in Operations())
        {
            Assert.Contains(Assert.Single(operation.GetProperty("tags").EnumerateArray()).GetString(), tags);
            Assert.All(
                operation.GetProperty("security").EnumerateArray().SelectMany(one => one.EnumerateObject()),
                scheme => Assert.True(schemes.TryGetProperty(scheme.Name, out _), $"{method} {path}: {scheme.Name}")
            );
            var refusal = operation.GetProperty("responses").GetProperty("default").GetProperty("$ref").GetString()!;
            Assert.True(refusals.TryGetProperty(refusal.Split('/')[^1], out _), $"{method} {path}: {refusal}");
        }
    }

    [Fact]
    public void Each_JSON_body_has_a_schema_and_each_JSON_answer()
    {
        var contents =
            from one in Operations()
            from body in new[]
            {
                one.Operation.TryGetProperty("requestBody", out var request) ? request : default,
                one.Operation.GetProperty("responses").GetProperty("2XX"),
            }
            where body.ValueKind == JsonValueKind.Object && body.TryGetProperty("content", out _)
            from content in body.GetProperty("content").EnumerateObject()
            where content.Name.Contains("json", StringComparison.Ordinal) && !content.Value.TryGetProperty("schema", out _)
            select $"{one.Method} {one.Path} {content.Name}";
        Assert.Empty(contents);
    }

    [Fact]
    public void Only_the_console_and_other_addresses_are_left_out() =>
        Assert.Equal(
            ["ConsoleAsset", "ConsoleForm", "ConsolePage", "ZzUnmatched"],
            Functions().Where(one => one.Method.GetCustomAttribute<NotInApiAttribute>() is not null).Select(one => one.Name).Order()
        );

    [Fact]
    public void The_compiler_generated_how_each_described_answer_and_body_is_written()
    {
        var left = Functions()
            .SelectMany(one =>
                one.Method.GetCustomAttributes<AnswersAttribute>()
                    .Select(answer => answer.Type)
                    .Concat(one.Method.GetCustomAttributes<TakesAttribute>().Select(body => body.Type).OfType<Type>())
            )
            .Distinct()
            .Where(type => !ApiDocument.IsGenerated(type));
        Assert.Empty(left);
    }

    private static IEnumerable<(string Name, MethodInfo Method, HttpTriggerAttribute Trigger)> Functions() =>
        from type in typeof(ApiDocument).Assembly.GetTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger is not null
        select (function.Name, method, trigger);

    private static IEnumerable<(string Path, string Method, JsonElement Operation)> Operations() =>
        from path in Document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Name != "parameters"
        select (path.Name, operation.Name, operation.Value);

    private static string Anonymous(string path) => System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]*\}", "{}");

    private static string AddressOf(string route) =>
        "/" + System.Text.RegularExpressions.Regex.Replace(route, @"\{\*?(\w+)(:[^}]*)?\}", "{$1}");
}
