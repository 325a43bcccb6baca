using System.Text.Json;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Configs;

/// <summary>The server's configuration, with ODK Central's keys.</summary>
public sealed class ServerConfigs(SettingsTable settings, SettingsContainer images, TimeProvider clock)
{
    private const string LoginAppearance = "login-appearance";
    private const string Analytics = "analytics";
    private const int MaxText = 10_000;
    private static readonly string[] ImageKeys = ["logo", "hero-image"];

    /// <summary>Whether everybody may read it.</summary>
    public static bool IsPublic(string key) => key == LoginAppearance || HoldsImage(key);

    public static bool HoldsImage(string key) => ImageKeys.Contains(key);

    /// <summary>Refuses an unknown key with 400.8.</summary>
    public static void RequireKnown(string key)
    {
        if (!IsPublic(key) && key != Analytics)
        {
            throw Problem.UnexpectedValue("key", key, "the config is unknown or cannot be set.").AsException();
        }
    }

    /// <summary>One operation.</summary>
    public async Task<IReadOnlyList<ServerConfig>> ListPublicAsync(CancellationToken cancellationToken) =>
        [.. (await settings.ListConfigsAsync(cancellationToken)).Where(config => IsPublic(config.Key))];

    /// <summary>Refuses one that is not set with 404.1. One operation.</summary>
    public async Task<ServerConfig> GetAsync(string key, CancellationToken cancellationToken) =>
        ((IsPublic(key) || key == Analytics) ? await settings.FindConfigAsync(key, cancellationToken) : null)
        ?? throw Problem.NotFound().AsException();

    /// <summary>Sets a configuration that is not an image. Unknown members are dropped, as in Central.</summary>
    public async Task<ServerConfig> SetAsync(string key, JsonElement body, CancellationToken cancellationToken)
    {
        var value = key == Analytics ? AnalyticsOf(body) : Texts(body, "title", "description");
        var config = new ServerConfig(key, clock.GetUtcNow()) { Value = JsonSerializer.SerializeToElement(value) };
        await settings.ReplaceConfigAsync(key, config, cancellationToken);
        return config;
    }

    /// <summary>The blob comes first and the row last; the image that is replaced is deleted.</summary>
    public async Task<ServerConfig> SetImageAsync(string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        var stored = await images.PutAsync(key, content, contentType, cancellationToken);
        var config = new ServerConfig(key, clock.GetUtcNow())
        {
            Image = new ConfigImage(stored.Blob, contentType, stored.Md5, stored.Size),
        };
        await DiscardAsync(await settings.ReplaceConfigAsync(key, config, CancellationToken.None));
        return config;
    }

    /// <summary>Succeeds when it is not set, too.</summary>
    public async Task UnsetAsync(string key, CancellationToken cancellationToken) =>
        await DiscardAsync(await settings.ReplaceConfigAsync(key, null, cancellationToken));

    /// <summary>One operation. Refuses an image that was replaced meanwhile with 404.1.</summary>
    public async Task<Stream> OpenAsync(ConfigImage image, long offset, long? length, CancellationToken cancellationToken) =>
        await images.OpenAsync(image.Blob, offset, length, cancellationToken) ?? throw Problem.NotFound().AsException();

    private Task DiscardAsync(ServerConfig? replaced) =>
        replaced?.Image is { } image ? images.DiscardAsync(image.Blob) : Task.CompletedTask;

    private static Dictionary<string, object> AnalyticsOf(JsonElement body)
    {
        var enabled = body.TryGetProperty("enabled", out var flag) && flag.ValueKind == JsonValueKind.True;
        var value = new Dictionary<string, object> { ["enabled"] = enabled };
        foreach (var (name, text) in enabled ? Texts(body, "email", "organization") : [])
        {
            value[name] = text;
        }
        return value;
    }

    private static Dictionary<string, object> Texts(JsonElement body, params string[] names)
    {
        var texts = new Dictionary<string, object>();
        foreach (var name in names)
        {
            if (
                body.TryGetProperty(name, out var member)
                && member.ValueKind == JsonValueKind.String
                && member.GetString() is { Length: > 0 } text
            )
            {
                texts[name] = text.Length <= MaxText ? text : throw Problem.ValueTooLong(name, MaxText).AsException();
            }
        }
        return texts;
    }
}
