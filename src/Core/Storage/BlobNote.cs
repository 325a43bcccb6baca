using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// JSON stored in a blob's metadata, so that a listing returns it. Metadata are HTTP headers, limited to ASCII and 8 KiB in total, so the
/// JSON is base64-encoded and long content is shortened.
/// </summary>
internal static class BlobNote
{
    /// <summary>Reserves space for two entries with their names.</summary>
    public const int MaxLength = 3900;

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the first of these that is short enough.</summary>
    public static string Write<T>(params ReadOnlySpan<T> notes)
    {
        foreach (var note in notes)
        {
            var text = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(note, Json));
            if (text.Length <= MaxLength)
            {
                return text;
            }
        }
        throw new InvalidOperationException($"A note of {typeof(T).Name} is too long.");
    }

    /// <summary>Null when there is none, or it was not written by this server.</summary>
    public static T? Read<T>(IDictionary<string, string>? metadata, string name)
        where T : class
    {
        // Storage implementations differ in the case of metadata names.
        var text = metadata?.FirstOrDefault(entry => string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase)).Value;
        try
        {
            return text is null ? null : JsonSerializer.Deserialize<T>(Base64Url.DecodeFromChars(text), Json);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }
}
