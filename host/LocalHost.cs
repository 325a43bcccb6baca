using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalFunctionsHost;

/// <summary>Puts the host together: one port for clients, another for the worker.</summary>
internal static class LocalHost
{
    /// <summary>The configuration's lowest layer: the environment overrides it.</summary>
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Grpc"] = "Warning",
        ["Logging:LogLevel:Yarp"] = "Warning",
    };

    /// <summary>Starts the worker's process first: it takes longer than this host does.</summary>
    /// <exception cref="SocketException">The port is taken.</exception>
    public static WebApplication Build(HostOptions options, AppFolder app)
    {
        var http = Listen(options.Port);
        var rpc = Listen(0);
        WorkerProcess StartWorker() => WorkerProcess.Start(app, options, PortOf(rpc));
        var first = StartWorker();

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
        builder.Configuration.AddInMemoryCollection(
            options.Settings.ToDictionary(
                setting => setting.Key.Replace("__", ":", StringComparison.Ordinal),
                string? (setting) => setting.Value
            )
        );
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new LineLoggers(options.Output));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(8));
        builder.Services.Configure<SocketTransportOptions>(sockets =>
            sockets.CreateBoundListenSocket = endPoint => ((IPEndPoint)endPoint).Port == PortOf(rpc) ? rpc : http
        );
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, PortOf(http), PortOf(rpc)));

        AddServices(builder.Services.AddSingleton(options).AddSingleton(app));
        builder.Services.AddSingleton(services =>
            ActivatorUtilities.CreateInstance<WorkerSupervisor>(services, first, (Func<WorkerProcess>)StartWorker)
        );

        var web = builder.Build();
        var rpcPort = PortOf(rpc);
        web.MapGrpcService<RpcService>();
        web.MapWhen(
            context => context.Connection.LocalPort != rpcPort,
            clients => clients.Run(context => AnswerAsync(context, web.Services))
        );
        return web;
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = null);
        services.AddRouting(); // The slim builder's own lacks the regex constraint.
        services.AddHttpForwarder();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Settings>();
        services.AddSingleton<HttpInvoker>();
        services.AddSingleton<AdminEndpoint>();
        services.AddSingleton<IInlineConstraintResolver, DefaultInlineConstraintResolver>();
        services.AddHostedService(services => services.GetRequiredService<WorkerSupervisor>());
        services.AddSingleton<Timers>();
        services.AddHostedService(services => services.GetRequiredService<Timers>());
        services.AddHostedService<Queues>();
    }

    private static void Configure(KestrelServerOptions kestrel, int httpPort, int rpcPort)
    {
        kestrel.Listen(IPAddress.Loopback, httpPort, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.Listen(IPAddress.Loopback, rpcPort, listen => listen.Protocols = HttpProtocols.Http2);
        kestrel.Limits.MaxRequestBodySize = null;
    }

    private static async Task AnswerAsync(HttpContext http, IServiceProvider services)
    {
        if (AdminEndpoint.Owns(http.Request.Path))
        {
            await services.GetRequiredService<AdminEndpoint>().RunAsync(http);
            return;
        }
        if (await services.GetRequiredService<WorkerSupervisor>().ReadyAsync(http.RequestAborted) is not { } worker)
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        else if (worker.Functions.Route(http) is not var (function, values))
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        else
            await services.GetRequiredService<HttpInvoker>().RunAsync(http, worker, function, values);
    }

    // Connections wait in the socket's queue until Kestrel accepts them.
    private static Socket Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen();
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>Signals are for the process in which this host runs.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
