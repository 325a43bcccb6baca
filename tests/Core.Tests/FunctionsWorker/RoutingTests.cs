using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Xunit;

namespace ServerlessRosa.Core.Tests.FunctionsWorker;

public sealed class RoutingTests : IAsyncLifetime
{
    private StandInHost _host = null!;

    public async Task InitializeAsync() => _host = await StandInHost.StartAsync(typeof(Routes));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_catch_all_shadows_a_specific_route_whose_name_sorts_later() =>
        Assert.Equal("A_CatchAll y", await _host.TextAsync("x/y"));

    [Fact]
    public async Task A_specific_route_whose_name_sorts_first_is_not_shadowed() =>
        Assert.Equal("A_BeforeCatchAll", await _host.TextAsync("x/first"));

    [Fact]
    public async Task Names_are_ordered_ignoring_case() => Assert.Equal("c_Lower", await _host.TextAsync("case/1"));

    [Fact]
    public async Task The_catch_all_function_gets_only_unmatched_requests()
    {
        Assert.Equal("Find 7", await _host.TextAsync("things/7"));
        Assert.Equal("Z_Rest things/seven", await _host.TextAsync("things/seven"));
        Assert.Equal("Z_Rest somewhere/else", await _host.TextAsync("somewhere/else"));
    }

    [Fact]
    public async Task The_last_name_gets_the_verbs_that_the_others_do_not_list() =>
        Assert.Equal((200, "Z_Rest things/7"), await _host.SendAsync("PUT", "things/7"));

    [Theory]
    [InlineData("POST")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("PURGE")]
    public async Task A_verb_that_no_function_lists_is_not_found(string verb) =>
        Assert.Equal((404, ""), await _host.SendAsync(verb, "things/7"));

    [Fact]
    public async Task Head_is_answered_where_it_is_listed() => Assert.Equal((204, ""), await _host.SendAsync("HEAD", "heads"));

    [Fact]
    public async Task A_function_without_verbs_answers_any() => Assert.Equal((200, "AnyVerb"), await _host.SendAsync("PROPFIND", "any"));

    [Fact]
    public async Task Routes_match_in_any_case_and_with_a_slash_at_the_end() => Assert.Equal("Find 7", await _host.TextAsync("THINGS/7/"));

    [Fact]
    public async Task An_optional_value_of_no_length_answers_the_root() => Assert.Equal("Root", await _host.TextAsync("/"));

    [Fact]
    public async Task A_function_without_a_route_answers_under_its_name() => Assert.Equal("Unrouted", await _host.TextAsync("unrouted"));

    [Fact]
    public async Task An_unknown_path_is_404_without_a_body() => Assert.Equal((404, ""), await _host.SendAsync("DELETE", "nowhere"));

    [Theory]
    [InlineData("admin/host/status")]
    [InlineData("Runtime/webhooks")]
    public async Task The_paths_of_the_host_reach_no_catch_all(string path) => Assert.Equal((404, ""), await _host.SendAsync("GET", path));

    [Fact]
    public async Task The_prefix_of_host_json_comes_before_each_route()
    {
        await using var host = await StandInHost.StartAsync(typeof(OneRoute), """{ "extensions": { "http": { "routePrefix": "v1/" } } }""");

        Assert.Equal((200, "Here"), await host.SendAsync("GET", "v1/here"));
        Assert.Equal((404, ""), await host.SendAsync("GET", "here"));
    }

    [Fact]
    public async Task Without_a_prefix_in_host_json_it_is_api()
    {
        await using var host = await StandInHost.StartAsync(typeof(OneRoute), """{ "version": "2.0" /* nothing else */ }""");

        Assert.Equal((200, "Here"), await host.SendAsync("GET", "api/here"));
    }

    public static class Routes
    {
        [Function("A_CatchAll")]
        public static IResult CatchAll(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/{*rest}")] HttpRequest request,
            string rest
        ) => Results.Text($"A_CatchAll {rest}");

        [Function("A_BeforeCatchAll")]
        public static IResult BeforeCatchAll([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/first")] HttpRequest request) =>
            Results.Text("A_BeforeCatchAll");

        [Function("B_Specific")]
        public static IResult Specific([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "x/y")] HttpRequest request) =>
            Results.Text("B_Specific");

        [Function("c_Lower")]
        public static IResult Lower([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "case/{any}")] HttpRequest request) =>
            Results.Text("c_Lower");

        [Function("D_Upper")]
        public static IResult Upper([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "case/{n:int}")] HttpRequest request) =>
            Results.Text("D_Upper");

        [Function("Find")]
        public static IResult Find(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/{id:int}")] HttpRequest request,
            int id
        ) => Results.Text($"Find {id}");

        [Function("Heads")]
        public static IResult Heads([HttpTrigger(AuthorizationLevel.Anonymous, "head", Route = "heads")] HttpRequest request) =>
            Results.NoContent();

        [Function("AnyVerb")]
        public static IResult AnyVerb([HttpTrigger(AuthorizationLevel.Anonymous, Route = "any")] HttpRequest request) =>
            Results.Text("AnyVerb");

        [Function("Root")]
        public static IResult Root(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{ignored:maxlength(0)?}")] HttpRequest request
        ) => Results.Text("Root");

        [Function("Unrouted")]
        public static IResult Unrouted([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text("Unrouted");

        [Function("Z_Rest")]
        public static IResult Rest(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", "put", Route = "{*path}")] HttpRequest request,
            string? path
        ) => Results.Text($"Z_Rest {path}");
    }

    public static class OneRoute
    {
        [Function("Here")]
        public static IResult Here([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "here")] HttpRequest request) =>
            Results.Text("Here");
    }
}
