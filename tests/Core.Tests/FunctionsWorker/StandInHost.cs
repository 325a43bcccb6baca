using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace ServerlessRosa.Core.Tests.FunctionsWorker;

/// <summary>The stand-in host on a free port, with the functions of one class.</summary>
internal sealed class StandInHost : IAsyncDisposable
{
    private const string NoPrefix = """{ "extensions": { "http": { "routePrefix": "" } } }""";

    private readonly IHost _host;

    private StandInHost(IHost host, HttpClient client, Log log)
    {
        _host = host;
        Client = client;
        Errors = log.Errors;
    }

    public HttpClient Client { get; }

    /// <summary>The messages logged as errors.</summary>
    public ConcurrentQueue<string> Errors { get; }

    public static async Task<StandInHost> StartAsync(
        Type functions,
        string? hostJson = null,
        Action<FunctionsApplicationBuilder>? configure = null
    )
    {
        var builder = NewBuilder(functions, hostJson);
        var log = new Log();
        builder.Logging.ClearProviders().AddProvider(log);
        configure?.Invoke(builder);

        var host = builder.Build();
        await host.StartAsync();
        var address = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new StandInHost(host, new HttpClient { BaseAddress = new Uri(address) }, log);
    }

    /// <summary>What the host says when it will not start.</summary>
    public static string Refusal(Type functions) =>
        Assert.Throws<InvalidOperationException>(() => NewBuilder(functions, hostJson: null).Build()).Message;

    public async Task<string> TextAsync(string path) =>
        await (await Client.GetAsync(new Uri(path, UriKind.Relative))).Content.ReadAsStringAsync();

    /// <summary>The status and the body of the answer.</summary>
    public async Task<(int Status, string Body)> SendAsync(string verb, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), new Uri(path, UriKind.Relative));
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _host.StopAsync();
        _host.Dispose();
    }

    private static FunctionsApplicationBuilder NewBuilder(Type functions, string? hostJson)
    {
        var builder = FunctionsApplication.CreateBuilder(["--urls", "http://127.0.0.1:0"]).ConfigureFunctionsWebApplication();
        builder.FunctionTypes = [functions];
        builder.HostJson = hostJson ?? NoPrefix;
        return builder;
    }

    private sealed class Log : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        void ILogger.Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
                Errors.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
