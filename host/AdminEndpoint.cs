using System.Net;
using Microsoft.AspNetCore.Http;

namespace LocalFunctionsHost;

/// <summary>The addresses that belong to the host: <c>/admin</c> and <c>/runtime</c>. Of what the real host offers there, this one
/// runs a timer function.</summary>
internal sealed class AdminEndpoint(HostOptions options, WorkerSupervisor workers, Timers timers)
{
    public static bool Owns(PathString path) => path.StartsWithSegments("/admin") || path.StartsWithSegments("/runtime");

    /// <summary><c>POST /admin/functions/{name}</c> with a JSON body: 202 when the function has run, 500 when it failed.</summary>
    public async Task RunAsync(HttpContext http) => http.Response.StatusCode = await StatusAsync(http);

    private async Task<int> StatusAsync(HttpContext http)
    {
        if (options.AdminKey is { } key && http.Request.Headers["x-functions-key"] != key)
            return StatusCodes.Status401Unauthorized;
        if (
            !HttpMethods.IsPost(http.Request.Method)
            || (options.AdminKey is null && !IsLocal(http))
            || !http.Request.HasJsonContentType()
            || !http.Request.Path.StartsWithSegments("/admin/functions", out var name)
            || await workers.ReadyAsync(http.RequestAborted) is not { } worker
            || worker.Functions.Find(name.Value!.TrimStart('/')) is not TimerFunction timer
        )
            return StatusCodes.Status404NotFound;
        return await timers.RunAsync(timer.Name, CancellationToken.None)
            ? StatusCodes.Status202Accepted
            : StatusCodes.Status500InternalServerError;
    }

    // Both ends, so that neither a proxy on this machine nor a name that was pointed at it lets a stranger in.
    private static bool IsLocal(HttpContext http)
    {
        var host = http.Request.Host.Host;
        return http.Connection.RemoteIpAddress is { } peer
            && IPAddress.IsLoopback(peer)
            && (
                host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address))
            );
    }
}
