using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>
/// Routes as the real host does: functions are tried in the order of their names, however specific their routes are, and a path
/// or verb that none of them has is answered 404.
/// </summary>
internal static partial class FunctionRouting
{
    public static void UseFunctions(this WebApplication app, FunctionCatalog functions)
    {
        var timers = app.Services.GetRequiredService<TimerRunner>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Functions");
        var endpoints = functions.Http.Select((function, rank) => Endpoint(function, rank, logger));
        ((IEndpointRouteBuilder)app).DataSources.Add(new DefaultEndpointDataSource(endpoints));

        app.Use((http, next) => HostPaths.Own(http.Request.Path) ? HostPaths.AnswerAsync(http, timers) : next(http));
        app.UseRouting();
        app.Run(AnswerAsync);
    }

    private static Endpoint Endpoint(HttpFunction function, int rank, ILogger logger)
    {
        var endpoint = new RouteEndpointBuilder(http => RunAsync(function, http, logger), function.Route, rank)
        {
            DisplayName = function.Name,
        };
        if (function.Verbs.Count > 0)
            endpoint.Metadata.Add(new HttpMethodMetadata(function.Verbs));
        return endpoint.Build();
    }

    private static Task AnswerAsync(HttpContext http)
    {
        // For a verb that nobody has, the router makes up an endpoint of its own, without a route, that would answer 405.
        if (http.GetEndpoint() is RouteEndpoint { RequestDelegate: { } run })
            return run(http);

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static async Task RunAsync(HttpFunction function, HttpContext http, ILogger logger)
    {
        try
        {
            var run = new Invocation(function, http.RequestServices, http.RequestAborted) { Request = http.Request };
            if (await function.RunAsync(run) is { } result)
                await result.ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client hung up: there is nobody to answer.
        }
        catch (Exception e)
        {
            LogFailure(logger, function.Name, e);
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    [LoggerMessage(LogLevel.Error, "Function {Name} failed")]
    private static partial void LogFailure(ILogger logger, string name, Exception e);
}
