using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Functions.Central;

/// <summary>A webhook as its managers see it. <see cref="Secret"/> is there only where it was just created.</summary>
public sealed record WebhookShape(
    string Id,
    string Name,
    string Url,
    IReadOnlyList<string> Events,
    bool IncludeData,
    bool Active,
    DateTimeOffset CreatedAt,
    DateTimeOffset? UpdatedAt
)
{
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public static WebhookShape Of(Webhook webhook) =>
        new(
            webhook.Id,
            webhook.Name,
            webhook.Url.ToString(),
            webhook.Events,
            webhook.IncludesData,
            webhook.IsActive,
            webhook.CreatedAt,
            webhook.UpdatedAt
        );
}

/// <summary>An event's delivery to a webhook, with the outcome of the last attempt.</summary>
public sealed record DeliveryShape(
    string Id,
    string EventId,
    string Type,
    string Subject,
    DateTimeOffset Time,
    string State,
    int Attempts,
    DateTimeOffset? LastAttemptAt,
    int? LastStatus,
    string? LastError
)
{
    public static DeliveryShape Of(Delivery delivery) =>
        new(
            delivery.Id,
            delivery.EventId,
            delivery.Type,
            delivery.Subject,
            delivery.At,
            delivery.State,
            delivery.Attempts,
            delivery.LastAttemptAt,
            delivery.LastStatus,
            delivery.LastError
        );
}
