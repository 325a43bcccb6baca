using System.Text.Json;

namespace LocalFunctionsHost;

/// <summary>
/// The settings that the host reads from the folder of a built app.
/// </summary>
/// <param name="WorkerAssembly">The program of the worker, from <c>worker.config.json</c>.</param> <param name="RoutePrefix">From
/// <c>host.json</c>; <c>api</c> unless that says otherwise.</param>
internal sealed record AppFolder(string Path, string WorkerAssembly, string RoutePrefix)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <exception cref="FileNotFoundException">The folder holds no built app.</exception>
    public static AppFolder Read(string path)
    {
        using var worker = Open(path, "worker.config.json");
        var assembly = worker.RootElement.GetProperty("description").GetProperty("defaultWorkerPath").GetString()!;
        using var host = Open(path, "host.json");
        return new AppFolder(path, System.IO.Path.Combine(path, assembly), RoutePrefixOf(host.RootElement));
    }

    private static JsonDocument Open(string path, string name) =>
        JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(path, name)), Lenient);

    private static string RoutePrefixOf(JsonElement root) =>
        root.TryGetProperty("extensions", out var extensions)
        && extensions.TryGetProperty("http", out var http)
        && http.TryGetProperty("routePrefix", out var prefix)
            ? prefix.GetString()!.Trim('/')
            : "api";
}
