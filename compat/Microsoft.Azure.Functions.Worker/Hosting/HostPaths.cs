using System.Net;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>The paths that no function can have. Of what the real host offers there, the stand-in only runs a timer function by
/// hand.</summary>
internal static class HostPaths
{
    public static bool Own(string firstSegment) =>
        firstSegment.Equals("admin", StringComparison.OrdinalIgnoreCase)
        || firstSegment.Equals("runtime", StringComparison.OrdinalIgnoreCase);

    public static bool Own(PathString path) => path.StartsWithSegments("/admin") || path.StartsWithSegments("/runtime");

    /// <summary><c>POST /admin/functions/{name}</c> with a JSON body: 202 once the run is over.</summary>
    public static async Task AnswerAsync(HttpContext http, TimerRunner timers)
    {
        if (
            HttpMethods.IsPost(http.Request.Method)
            && IsLocal(http)
            && http.Request.HasJsonContentType()
            && http.Request.Path.StartsWithSegments("/admin/functions", out var name)
            && timers.Find(name.Value!.TrimStart('/')) is { } timer
        )
        {
            var succeeded = await timers.RunAsync(timer);
            http.Response.StatusCode = succeeded ? StatusCodes.Status202Accepted : StatusCodes.Status500InternalServerError;
            return;
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    /// <summary>Both ends, so that neither a proxy on this machine nor a name that was pointed at it lets a stranger in.</summary>
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
