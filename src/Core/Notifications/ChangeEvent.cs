using System.Text.Json;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Notifications;

/// <summary>The events that a message leads to. <see cref="IsComplete"/> is false when the change is not committed yet, or not wholly.
/// </summary>
internal sealed record FoundEvents(IReadOnlyList<Delivery> Events, bool IsComplete)
{
    /// <summary>The change was refused, or another message reports it.</summary>
    public static FoundEvents None { get; } = new([], true);

    public static FoundEvents NotYet { get; } = new([], false);
}

/// <summary>Makes the JSON of events.</summary>
internal static class ChangeEvent
{
    /// <summary>Larger values are left out: the receiver follows the link.</summary>
    private const int MaxContent = 250_000;

    public static JsonSerializerOptions Options { get; } =
        new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="identity">What tells this event from others of its type.</param>
    public static Delivery New(
        string type,
        DateTimeOffset at,
        string subject,
        IEnumerable<string> identity,
        object data,
        object? content = null
    )
    {
        var text = content is null ? null : Write(content);
        return new Delivery(WebhookKeys.EventId(identity.Prepend(type)), type, at, subject, Write(data))
        {
            Content = text is { Length: <= MaxContent } ? text : null,
        };
    }

    public static string Write(object value) => JsonSerializer.Serialize(value, Options);

    /// <summary>As a part of an address.</summary>
    public static string Part(string text) => Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);
}
