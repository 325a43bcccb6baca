using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>A message of the queue `webhooks`: what a request is about to change, or what is to be delivered.</summary>
/// <param name="At">When the request changed it.</param>
public sealed record ChangeMessage(string Kind, int Project, DateTimeOffset At)
{
    /// <summary>A version of a submission, and the entities and cases that it changes.</summary>
    public const string Submission = "submission";

    /// <summary>A decision on a submission, and the entities that it creates.</summary>
    public const string Review = "review";

    /// <summary>The deletion or restoration of a submission, and the cases that it changes.</summary>
    public const string Trash = "trash";

    /// <summary>Entities that a submission changes later: in its turn, or without the approval that it waited for.</summary>
    public const string LateEntities = "late-entities";

    /// <summary>Changes of entities by the management API.</summary>
    public const string Entities = "entities";

    /// <summary>The pending deliveries of a webhook.</summary>
    public const string Deliver = "deliver";

    /// <summary>One delivery, out of turn.</summary>
    public const string TestDelivery = "test";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public int? Form { get; init; }

    public string? Instance { get; init; }

    public string? XmlHash { get; init; }

    public string? ReviewState { get; init; }

    public string? Dataset { get; init; }

    public IReadOnlyList<string>? EntityIds { get; init; }

    /// <summary>The event that the entities, or the submission, undergo.</summary>
    public string? Event { get; init; }

    public int? Actor { get; init; }

    public string? Webhook { get; init; }

    public string? Delivery { get; init; }

    /// <summary>Whether somebody asks for an attempt before the next one is due.</summary>
    public bool? Now { get; init; }

    /// <summary>How often the message was put off.</summary>
    public int PutOff { get; init; }

    public string Write() => JsonSerializer.Serialize(this, Options);

    public static ChangeMessage Read(string text) => JsonSerializer.Deserialize<ChangeMessage>(text, Options)!;
}
