using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

/// <summary>`$skiptoken`: the last row of a page, after which the next one starts. It stays right whatever is added meanwhile.</summary>
/// <param name="InstanceId">Of the submission that the row is or is in.</param>
/// <param name="RepeatId">Of an instance of a repeat.</param>
/// <param name="Uuid">Of an entity.</param>
public sealed record SkipToken(
    [property: JsonPropertyName("instanceId")] string? InstanceId,
    [property: JsonPropertyName("repeatId")] string? RepeatId,
    [property: JsonPropertyName("uuid")] string? Uuid = null
)
{
    private const string Version = "01";
    private static readonly JsonSerializerOptions Short = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public override string ToString() => Version + Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(this, Short));

    /// <summary>Refuses a token that this server did not issue with 400.35.</summary>
    public static SkipToken Parse(string text)
    {
        try
        {
            var token = text.StartsWith(Version, StringComparison.Ordinal)
                ? JsonSerializer.Deserialize<SkipToken>(Convert.FromBase64String(text[Version.Length..]))
                : null;
            return token is { InstanceId: not null } or { RepeatId: not null } or { Uuid: not null }
                ? token
                : throw Problem.InvalidSkipToken().AsException();
        }
        catch (Exception e) when (e is FormatException or JsonException or DecoderFallbackException)
        {
            throw Problem.InvalidSkipToken().AsException(e);
        }
    }
}
