using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>
/// Builds a host that runs the functions of the app in this process: HTTP triggers on Kestrel, timer triggers as a background service.
/// </summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    /// <summary>The configuration's lowest layer: whatever the app, its environment or its command line says comes after it.</summary>
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["urls"] = "http://127.0.0.1:7071",
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting"] = "Warning",
        ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
    };

    private readonly WebApplicationBuilder _web;

    internal FunctionsApplicationBuilder(string[] args)
    {
        // The real host starts the worker in the folder of its assemblies, whatever the caller's working directory.
        _web = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        ((IConfigurationBuilder)_web.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });

        _web.Logging.ClearProviders();
        _web.Logging.AddSimpleConsole(console => console.SingleLine = true);
        _web.Services.Configure<ConsoleLifetimeOptions>(lifetime => lifetime.SuppressStatusMessages = true);
        _web.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        _web.Services.Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);
        _web.Services.AddRouting();
    }

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    public ConfigurationManager Configuration => _web.Configuration;

    IConfigurationManager IHostApplicationBuilder.Configuration => _web.Configuration;

    public IHostEnvironment Environment => _web.Environment;

    public ILoggingBuilder Logging => _web.Logging;

    public IMetricsBuilder Metrics => _web.Metrics;

    public IServiceCollection Services => _web.Services;

    internal bool AnswersHttp { get; set; }

    /// <summary>The types to search for functions; those of the entry assembly unless set.</summary>
    internal IEnumerable<Type>? FunctionTypes { get; set; }

    /// <summary>The text of host.json; read from the folder of the app's assemblies unless set.</summary>
    internal string? HostJson { get; set; }

    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory,
        Action<TContainerBuilder>? configure = null
    )
        where TContainerBuilder : notnull => ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    /// <summary>Finds the functions, and fails if there is one that the real host or its worker would not run.</summary>
    public IHost Build()
    {
        _web.Services.AddSingleton(services => FunctionCatalog.Find(FunctionTypes, HostJson, services));
        _web.Services.AddSingleton<TimerRunner>();
        _web.Services.AddHostedService<TimerService>();

        var app = _web.Build();
        var functions = app.Services.GetRequiredService<FunctionCatalog>();
        if (functions.Http.Count > 0 && !AnswersHttp)
        {
            throw new InvalidOperationException(
                $"{functions.Http[0].EntryPoint} answers HTTP: call {nameof(FunctionsApplicationBuilderAspNetCoreExtensions.ConfigureFunctionsWebApplication)}() before {nameof(Build)}()."
            );
        }

        app.UseFunctions(functions);
        return app;
    }
}
