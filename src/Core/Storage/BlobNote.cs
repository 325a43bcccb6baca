using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// What lies with a blob in its metadata, so that a listing tells it. Metadata are headers, which hold ASCII and 8 KiB in all: so a
/// note is JSON in base64, and of one that is too long something must be left out.
/// </summary>
internal static class BlobNote
{
    /// <summary>Two notes of this length leave room for their names.</summary>
    public const int MaxLength = 3900;

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The first of these that is short enough.</summary>
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

    /// <summary>Null when there is none, or when somebody else wrote it.</summary>
    public static T? Read<T>(IDictionary<string, string>? metadata, string name)
        where T : class
    {
        // Stores differ in what they make of capitals.
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
