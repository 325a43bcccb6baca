using System.Text.Json;

namespace ServerlessRosa.Core.Configs;

/// <summary>
/// A setting that administrators change through the management API: a JSON value, or an image. Exactly one of <see cref="Value"/> and
/// <see cref="Image"/> is set.
/// </summary>
public sealed record ServerConfig(string Key, DateTimeOffset SetAt)
{
    public JsonElement? Value { get; init; }

    public ConfigImage? Image { get; init; }
}

/// <summary>An uploaded image; <see cref="Md5"/> is lower-case hexadecimal.</summary>
public sealed record ConfigImage(string Blob, string ContentType, string Md5, long Size);
