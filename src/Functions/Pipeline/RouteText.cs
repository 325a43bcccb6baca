using Microsoft.AspNetCore.Http.Features;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>Decodes a route value exactly once (OR-117). Routing decodes everything but `%2F`, which stands for a slash inside a form
/// id, an instance id or a name.</summary>
public static class RouteText
{
    private const string HostHeader = "x-ms-invocation-id";

    public static string Decode(HttpRequest request, string value)
    {
        if (!value.Contains("%2F", StringComparison.OrdinalIgnoreCase))
        {
            return value;
        }

        // The Functions host sends `%2F` on as `%252F`, so behind it routing leaves the same `%2F` for both. Without it the two can be
        // told apart.
        var behindHost = request.Headers.ContainsKey(HostHeader);
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (!behindHost && target.Contains("%252F", StringComparison.OrdinalIgnoreCase) && RawSegment(target, value) is { } segment)
        {
            return Uri.UnescapeDataString(segment);
        }
        return value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The request's path up to and with a part of it, escaped as it came.</summary>
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

    // The segment of the raw target that routing made this value of.
    private static string? RawSegment(string target, string value) =>
        target.Split('?')[0].Split('/').FirstOrDefault(segment => Uri.UnescapeDataString(KeepSlashes(segment)) == value);

    private static string KeepSlashes(string segment) => segment.Replace("%2F", "%252F", StringComparison.OrdinalIgnoreCase);
}
