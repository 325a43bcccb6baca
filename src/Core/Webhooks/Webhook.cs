using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>A project's subscription: a receiver of some kinds of events.</summary>
/// <param name="Url">May itself contain a secret, so logs show its host only.</param>
/// <param name="ProtectedSecret">Encrypted with Data Protection.</param>
public sealed record Webhook(ProjectId Project, string Id, string Name, Uri Url, string ProtectedSecret, DateTimeOffset CreatedAt)
{
    /// <summary>The id of the subscription that stands for the Event Grid topic in each project. It has no row.</summary>
    public const string EventGrid = "event-grid";

    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>Whether a delivery also has the submission's XML, the entity's values, or the case's properties.</summary>
    public bool IncludesData { get; init; }

    public bool IsActive { get; init; } = true;

    /// <summary>The secret before the last rotation. It signs too until <see cref="FormerUntil"/>.</summary>
    public string? ProtectedFormerSecret { get; init; }

    public DateTimeOffset? FormerUntil { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    internal static Webhook OfTopic(ProjectId project, string topic) =>
        new(project, EventGrid, EventGrid, new Uri(topic), "", DateTimeOffset.MinValue) { Events = WebhookEvent.All };
}

/// <summary>A change of a webhook; null keeps a value.</summary>
public sealed record WebhookEdit(string? Name, string? Url, IReadOnlyList<string>? Events, bool? IncludesData, bool? IsActive);
