using System.Text.Json;

namespace LocalFunctionsHost;

/// <summary>
/// The settings that the host reads from the folder of a built app.
/// </summary>
/// <param name="WorkerAssembly">The program of the worker, from <c>worker.config.json</c>.</param>
/// <param name="Extensions">From <c>host.json</c>, by name.</param>
internal sealed record AppFolder(string Path, string WorkerAssembly, JsonElement Extensions)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary><c>api</c> unless <c>host.json</c> says otherwise.</summary>
    public string RoutePrefix => Setting("http", "routePrefix") is { } prefix ? prefix.GetString()!.Trim('/') : "api";

    /// <exception cref="FileNotFoundException">The folder holds no built app.</exception>
    public static AppFolder Read(string path)
    {
        var assembly = Open(path, "worker.config.json").GetProperty("description").GetProperty("defaultWorkerPath").GetString()!;
        return new AppFolder(path, System.IO.Path.Combine(path, assembly), Member(Open(path, "host.json"), "extensions") ?? default);
    }

    /// <summary>A setting of an extension in <c>host.json</c>; null when it is not there.</summary>
    public JsonElement? Setting(string extension, string name) => Member(Member(Extensions, extension) ?? default, name);

    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : null;

    private static JsonElement Open(string path, string name)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(path, name)), Lenient);
        return json.RootElement.Clone();
    }
}
