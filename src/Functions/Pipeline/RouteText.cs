using Microsoft.AspNetCore.Http.Features;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>
/// Decodes a route value exactly once (OR-117). Routing decodes everything but `%2F`, which stands for a slash inside a form id, an
/// instance id or a name. The Functions host sends a literal `%2F` in the same way, so ids cannot contain one (docs/protocol.md).
/// </summary>
public static class RouteText
{
    private const string HostHeader = "x-ms-invocation-id";

    public static string Decode(string value) => value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The request's path up to and including a segment, escaped as received.</summary>
    public static string PathUpTo(HttpRequest request, string part)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget.Split('?')[0] ?? "";
        var end = target.IndexOf(part, StringComparison.OrdinalIgnoreCase);
        if (end < 0)
        {
            target = request.Path.ToUriComponent();
            end = target.IndexOf(part, StringComparison.OrdinalIgnoreCase);
        }
        var path = target[..(end + part.Length)];
        return request.Headers.ContainsKey(HostHeader) ? path.Replace("%252F", "%2F", StringComparison.OrdinalIgnoreCase) : path;
    }
}
