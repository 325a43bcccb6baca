using LocalFunctionsHost;
using LocalFunctionsHost.Rpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace ServerlessRosa.Core.Tests.LocalHost;

/// <summary>The local host chooses the function for a request as the real one does.</summary>
public sealed class RoutingTests
{
    private static readonly (string Name, string? Route, string? Methods)[] Routes =
    [
        ("A_CatchAll", "x/{*rest}", "\"get\""),
        ("A_BeforeCatchAll", "x/first", "\"get\""),
        ("B_Specific", "x/y", "\"get\""),
        ("c_Lower", "case/{any}", "\"get\""),
        ("D_Upper", "case/{n:int}", "\"get\""),
        ("Find", "things/{id:int}", "\"get\""),
        ("Put", "puts/{id:int}", "\"put\""),
        ("Heads", "heads", "\"head\""),
        ("AnyVerb", "any", null),
        ("Root", "{ignored:maxlength(0)?}", "\"get\""),
        ("Optional", "optional/{name:alpha?}", "\"get\""),
        ("Pattern", "pattern/{code:regex(^[a-z]{{2}}$)}", "\"get\""),
        ("Unrouted", null, "\"get\""),
        ("Z_Rest", "things/{*rest}", "\"get\", \"post\""),
    ];

    [Theory]
    [InlineData("GET", "/x/y", "A_CatchAll")]
    [InlineData("GET", "/x/first", "A_BeforeCatchAll")]
    [InlineData("GET", "/case/1", "c_Lower")]
    [InlineData("GET", "/things/7", "Find")]
    [InlineData("GET", "/things/seven", "Z_Rest")]
    [InlineData("POST", "/things/7", "Z_Rest")]
    [InlineData("GET", "/THINGS/7/", "Find")]
    [InlineData("HEAD", "/heads", "Heads")]
    [InlineData("PROPFIND", "/any", "AnyVerb")]
    [InlineData("GET", "/", "Root")]
    [InlineData("GET", "/optional", "Optional")]
    [InlineData("GET", "/optional/abc", "Optional")]
    [InlineData("GET", "/pattern/ab", "Pattern")]
    [InlineData("GET", "/unrouted", "Unrouted")]
    public void The_first_function_by_name_that_fits_is_chosen(string method, string path, string name) =>
        Assert.Equal(name, Find(method, path));

    [Theory]
    [InlineData("GET", "/nowhere")]
    [InlineData("GET", "/puts/7")]
    [InlineData("PURGE", "/things/7")]
    [InlineData("HEAD", "/things/7")]
    [InlineData("PUT", "/puts/seven")]
    [InlineData("GET", "/optional/123")]
    [InlineData("GET", "/pattern/abc")]
    public void A_path_or_a_verb_that_no_function_has_finds_none(string method, string path) => Assert.Null(Find(method, path));

    [Fact]
    public void The_prefix_of_host_json_comes_before_each_route()
    {
        Assert.Equal("Find", Find("GET", "/api/things/7", "api"));
        Assert.Null(Find("GET", "/things/7", "api"));
    }

    [Fact]
    public void A_route_that_is_no_template_is_refused_with_the_name_of_the_function()
    {
        var error = Assert.Throws<FormatException>(() => Read("", [Http("Broken", "a/{b:nonsense}", null)]));
        Assert.Contains("Broken", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schedule_has_six_fields_in_UTC_and_may_come_from_a_setting()
    {
        var catalog = Read("", [Timer("EachFive", "0 */5 * * * *"), Timer("Nightly", "%Nightly%")], ("Nightly", "0 30 2 * * *"));

        var at = new DateTime(2026, 3, 4, 10, 4, 59, DateTimeKind.Utc);
        Assert.Equal(
            [new DateTime(2026, 3, 4, 10, 5, 0, DateTimeKind.Utc), new DateTime(2026, 3, 5, 2, 30, 0, DateTimeKind.Utc)],
            catalog.Enabled<TimerFunction>().Select(timer => timer.Schedule.GetNextOccurrence(at))
        );
    }

    [Theory]
    [InlineData("AzureWebJobs:Off:Disabled")]
    [InlineData("AzureWebJobs.Off.Disabled")]
    public void A_setting_disables_a_function_that_can_still_be_run_by_hand(string setting)
    {
        var (found, on) = (Http("Off", "off", null), Timer("On", "0 */5 * * * *"));
        var (off, timer) = (Read("", [found, on], (setting, "true")), Read("", [Timer("Off", "0 */5 * * * *"), on], (setting, "true")));

        Assert.Null(off.Route(Request("GET", "/off")));
        Assert.NotNull(Read("", [found], (setting, "false")).Route(Request("GET", "/off")));
        Assert.Equal(["On"], timer.Enabled<TimerFunction>().Select(function => function.Name));
        Assert.NotNull(timer.Find("Off"));
    }

    [Theory]
    [InlineData("*/5 * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("%Missing%")]
    public void A_schedule_that_makes_no_sense_is_refused_with_the_name_of_the_function(string schedule)
    {
        var error = Assert.Throws<FormatException>(() => Read("", [Timer("Broken", schedule)]));
        Assert.Contains("Broken", error.Message, StringComparison.Ordinal);
    }

    private static string? Find(string method, string path, string prefix = "")
    {
        using var services = Services();
        return Read(prefix, Routes.Reverse().Select(route => Http(route.Name, route.Route, route.Methods)))
            .Route(Request(method, path, services))
            ?.Function.Name;
    }

    private static DefaultHttpContext Request(string method, string path, IServiceProvider? services = null)
    {
        var http = new DefaultHttpContext { RequestServices = services! };
        http.Request.Method = method;
        http.Request.Path = path;
        return http;
    }

    private static FunctionCatalog Read(string prefix, IEnumerable<RpcFunctionMetadata> functions, params (string, string)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Item1, (string?)setting.Item2)))
            .Build();
        using var services = Services();
        return FunctionCatalog.Read(
            functions,
            prefix,
            services.GetRequiredService<IInlineConstraintResolver>(),
            new Settings(configuration)
        );
    }

    private static ServiceProvider Services() => new ServiceCollection().AddLogging().AddRouting().BuildServiceProvider();

    private static RpcFunctionMetadata Http(string name, string? route, string? methods) =>
        Function(
            name,
            $$"""
            {"name":"request","type":"httpTrigger","direction":"In"{{(
                route is null ? "" : $",\"route\":\"{route}\""
            )}}{{(methods is null ? "" : $",\"methods\":[{methods}]")}}}
            """
        );

    private static RpcFunctionMetadata Timer(string name, string schedule) =>
        Function(name, $$"""{"name":"timer","type":"timerTrigger","direction":"In","schedule":"{{schedule}}"}""");

    private static RpcFunctionMetadata Function(string name, string binding)
    {
        var function = new RpcFunctionMetadata { Name = name, FunctionId = name };
        function.RawBindings.Add(binding);
        return function;
    }
}
