using Azure;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>An event that is to be, was, or could not be delivered to a webhook.</summary>
/// <param name="EventId">Follows from what happened, so a duplicate has the same.</param>
/// <param name="At">When it happened.</param>
/// <param name="Subject">What it happened to, as the end of an address: `forms/household/submissions/uuid:1`.</param>
/// <param name="Data">JSON: what every receiver gets.</param>
public sealed record Delivery(string EventId, string Type, DateTimeOffset At, string Subject, string Data)
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";

    /// <summary>Given up after three days.</summary>
    public const string Parked = "parked";

    /// <summary>Names it in its webhook: time and event id.</summary>
    public string Id => WebhookKeys.DeliveryId(At, EventId);

    /// <summary>JSON: what receivers get that want the data too. Null where <see cref="Xml"/> names it, or it is too large.</summary>
    public string? Content { get; init; }

    /// <summary>The submission's version, whose XML is read when it is delivered.</summary>
    public DeliveredXml? Xml { get; init; }

    public string State { get; init; } = Pending;

    /// <summary>False for a test, which waits for no other delivery.</summary>
    public bool InOrder { get; init; } = true;

    public int Attempts { get; init; }

    /// <summary>When its three days began.</summary>
    public DateTimeOffset Since { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    /// <summary>Of the receiver's last answer.</summary>
    public int? LastStatus { get; init; }

    public string? LastError { get; init; }

    internal ETag ETag { get; init; }
}

/// <summary>The XML of a version of a submission.</summary>
public sealed record DeliveredXml(int Form, InstanceId Instance, string Hash);

/// <summary>Who delivers the events of a webhook now, and when the next attempt is due.</summary>
/// <param name="Owner">The id of the queue message that is at it; null when none is.</param>
internal sealed record DeliveryTurn(string? Owner, DateTimeOffset Until, DateTimeOffset NextAt, ETag ETag);
