using System.Text.Json;

namespace Microsoft.Azure.Functions.Worker.Hosting;

/// <summary>The one setting of host.json that the stand-in host keeps.</summary>
internal static class HostJson
{
    private const string DefaultRoutePrefix = "api";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static string? Find()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "host.json");
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    public static string RoutePrefix(string? json)
    {
        if (json is null)
            return DefaultRoutePrefix;

        using var document = JsonDocument.Parse(json, Lenient);
        return
            document.RootElement.TryGetProperty("extensions", out var extensions)
            && extensions.TryGetProperty("http", out var http)
            && http.TryGetProperty("routePrefix", out var prefix)
            ? prefix.GetString()!.Trim('/')
            : DefaultRoutePrefix;
    }
}
