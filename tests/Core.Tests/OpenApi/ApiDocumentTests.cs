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
    public void Only_the_console_and_other_addresses_are_left_out() =>
        Assert.Equal(
            ["ConsoleAsset", "ConsoleForm", "ConsolePage", "ZzUnmatched"],
            Functions().Where(one => one.Method.GetCustomAttribute<NotInApiAttribute>() is not null).Select(one => one.Name).Order()
        );

    [Fact]
    public void The_compiler_generated_how_each_described_answer_is_written()
    {
        var left = Functions()
            .SelectMany(one => one.Method.GetCustomAttributes<AnswersAttribute>())
            .Select(answer => answer.Type)
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
