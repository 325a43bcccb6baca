using System.Globalization;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>The keys of the tables `webhooks` and `webhookDeliveries`.</summary>
internal static class WebhookKeys
{
    /// <summary>The row that says who delivers.</summary>
    public const string Turn = "turn";
    public const string DeliveryPrefix = "e|";
    public const string PendingPrefix = "p|";

    public static string Project(ProjectId project) => TableKey.Number(project.Value);

    public static string NewWebhook() => Guid.NewGuid().ToString("N");

    public static string Deliveries(ProjectId project, string webhook) => TableKey.Join(Project(project), webhook);

    /// <summary>The same for the same parts.</summary>
    public static string EventId(params IEnumerable<string> parts) => TableKey.Hash(string.Join('\n', parts))[..32];

    /// <summary>Newest first.</summary>
    public static string DeliveryId(DateTimeOffset at, string eventId) => $"{TableKey.NewestFirst(at)}-{eventId}";

    public static string Delivery(string id) => DeliveryPrefix + id;

    /// <summary>In the order in which things happened.</summary>
    public static string Pending(Delivery delivery) =>
        $"{PendingPrefix}{delivery.At.UtcTicks.ToString("D19", CultureInfo.InvariantCulture)}|{delivery.Id}";

    /// <summary>The id of the delivery whose row a pending row names.</summary>
    public static string DeliveryOfPending(string key) => key[(key.LastIndexOf('|') + 1)..];
}
