using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace ServerlessRosa.Core.Tests.FunctionsWorker;

public sealed class InvocationTests : IAsyncLifetime
{
    private StandInHost _host = null!;

    public async Task InitializeAsync() =>
        _host = await StandInHost.StartAsync(
            typeof(Functions),
            configure: builder =>
            {
                builder.Services.AddScoped<Scoped>();
                builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = 10);
            }
        );

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Route_values_arrive_in_the_types_of_the_parameters() =>
        Assert.Equal(
            "text -7 5000000000 0f8fad5b-d9cb-469f-a165-70867728950e",
            await _host.TextAsync("values/text/-7/5000000000/0f8fad5b-d9cb-469f-a165-70867728950e")
        );

    [Fact]
    public async Task A_route_value_keeps_an_encoded_slash_and_has_the_rest_decoded() =>
        Assert.Equal("a%2Fb c", await _host.TextAsync("text/a%2Fb%20c"));

    [Fact]
    public async Task An_optional_value_that_is_missing_is_null() => Assert.Equal("(null)", await _host.TextAsync("optional"));

    [Fact]
    public async Task The_context_tells_the_function_and_the_run()
    {
        var first = (await _host.TextAsync("context")).Split('|');
        var second = (await _host.TextAsync("context")).Split('|');

        Assert.Equal("Context", first[0]);
        Assert.NotEqual(first[1], second[1]);
    }

    [Fact]
    public async Task Each_run_has_one_scope_of_its_own()
    {
        var first = (await _host.TextAsync("scope")).Split('|');
        var second = (await _host.TextAsync("scope")).Split('|');

        Assert.Equal(first[0], first[1]);
        Assert.NotEqual(first[0], second[0]);
    }

    [Fact]
    public async Task A_function_may_write_its_answer_itself() => Assert.Equal((418, ""), await _host.SendAsync("GET", "teapot"));

    [Theory]
    [InlineData("throws", "Throws")]
    [InlineData("throws-in-result", "ThrowsInResult")]
    [InlineData("number/seven", "Number")]
    public async Task A_failure_answers_500_without_a_body_and_is_logged_with_the_name(string path, string name)
    {
        Assert.Equal((500, ""), await _host.SendAsync("GET", path));
        Assert.Equal($"Function {name} failed", Assert.Single(_host.Errors));
    }

    [Fact]
    public async Task A_failure_after_the_first_byte_cuts_the_answer_off()
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => _host.TextAsync("throws-late"));
        Assert.Equal("Function ThrowsLate failed", Assert.Single(_host.Errors));
    }

    [Fact]
    public async Task A_client_that_hangs_up_cancels_the_run_and_is_no_error()
    {
        Functions.Cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _host.Client.GetAsync(new Uri("waits", UriKind.Relative), impatience.Token)
        );

        await Functions.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(_host.Errors);
    }

    [Fact]
    public async Task The_body_limit_of_Kestrel_can_be_set() =>
        Assert.Equal((500, ""), await _host.SendAsync("POST", "reads", "\"a body of more than ten bytes\""));

    [Fact]
    public async Task The_answer_does_not_name_the_server()
    {
        using var response = await _host.Client.GetAsync(new Uri("context", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("Server"));
    }

    public sealed class Scoped;

    public sealed class Functions(Scoped scoped)
    {
        public static TaskCompletionSource Cancelled { get; set; } = new();

        [Function("Values")]
        public static Task<IResult> Values(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "values/{text}/{number:int}/{big:long}/{id:guid}")]
                HttpRequest request,
            Guid id,
            long big,
            int number,
            string text
        ) => Task.FromResult(Results.Text(string.Create(CultureInfo.InvariantCulture, $"{text} {number} {big} {id}")));

        [Function("Text")]
        public static IResult Text(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "text/{text}")] HttpRequest request,
            string text
        ) => Results.Text(text);

        [Function("Optional")]
        public static IResult Optional(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "optional/{text?}")] HttpRequest request,
            string? text
        ) => Results.Text(text ?? "(null)");

        [Function("Number")]
        public static IResult Number(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "number/{number}")] HttpRequest request,
            int number
        ) => Results.StatusCode(number);

        [Function("Context")]
        public static IResult Context(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "context")] HttpRequest request,
            FunctionContext context
        ) => Results.Text($"{context.FunctionDefinition.Name}|{context.InvocationId}");

        [Function("Scope")]
        public async Task<IResult> Scope(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "scope")] HttpRequest request,
            FunctionContext context
        )
        {
            await Task.Yield();
            return Results.Text($"{scoped.GetHashCode()}|{context.InstanceServices.GetRequiredService<Scoped>().GetHashCode()}");
        }

        [Function("Teapot")]
        public static Task Teapot([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "teapot")] HttpRequest request)
        {
            request.HttpContext.Response.StatusCode = 418;
            return Task.CompletedTask;
        }

        [Function("Throws")]
        public static IResult Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throws")] HttpRequest request) =>
            throw new InvalidOperationException("as it should");

        [Function("ThrowsInResult")]
        public static IResult ThrowsInResult(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throws-in-result")] HttpRequest request
        ) => Results.Stream(_ => throw new InvalidOperationException("as it should"));

        [Function("ThrowsLate")]
        public static async Task ThrowsLate([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throws-late")] HttpRequest request)
        {
            await request.HttpContext.Response.WriteAsync("half");
            await request.HttpContext.Response.Body.FlushAsync();
            throw new InvalidOperationException("as it should");
        }

        [Function("Waits")]
        public static async Task Waits(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "waits")] HttpRequest request,
            CancellationToken cancellationToken
        )
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Cancelled.SetResult();
            }
        }

        [Function("Reads")]
        public static async Task<IResult> Reads([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "reads")] HttpRequest request)
        {
            await request.Body.CopyToAsync(Stream.Null);
            return Results.Ok();
        }
    }
}
