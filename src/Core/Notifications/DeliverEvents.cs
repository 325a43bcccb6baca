using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Notifications;

/// <summary>
/// Delivers the pending events of a webhook in order, one at a time. Who delivers holds the webhook's turn; a message that comes meanwhile
/// marks the turn, so that its holder looks again. The holder's own message stays in the queue until it is done: if its process dies, the
/// message returns and takes the turn over.
/// </summary>
public sealed class DeliverEvents(
    WebhooksTable webhooks,
    WebhookDeliveriesTable deliveries,
    WebhookMessages queue,
    SendDelivery send,
    SubmissionFilesContainer files,
    IOptions<WebhookOptions> options,
    TimeProvider clock
)
{
    private const int AtOnce = 20;

    /// <summary>After which an event is parked.</summary>
    private static readonly TimeSpan LongestTrying = TimeSpan.FromDays(3);
    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(5);

    /// <summary>Then other webhooks have their turn with this worker.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45);

    /// <summary>Messages that were taken together are handled side by side: time for the others to add their events, so that these are
    /// delivered in order.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1),
        TimeSpan.FromHours(3),
    ];

    /// <summary>The webhooks of a project that are active, with the Event Grid topic. One operation.</summary>
    internal async Task<IReadOnlyList<Webhook>> ListActiveAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var active = (await webhooks.ListAsync(project, cancellationToken)).Where(webhook => webhook.IsActive);
        return [.. options.Value.EventGridTopic is { Length: > 0 } topic ? active.Append(Webhook.OfTopic(project, topic)) : active];
    }

    /// <summary>Seven operations for one event.</summary>
    /// <param name="messageId">Of the queue's message that this run is for.</param>
    /// <param name="now">Whether to try before the next attempt is due.</param>
    internal async Task RunAsync(Webhook webhook, string messageId, bool now, CancellationToken cancellationToken)
    {
        while (true)
        {
            var turn = await deliveries.FindTurnAsync(webhook, cancellationToken);
            var isTaken = turn.Owner is { } owner && owner != messageId && turn.Until > clock.GetUtcNow();
            if (!isTaken && !now && turn.NextAt > clock.GetUtcNow())
            {
                return; // A message for that time is in the queue.
            }
            var next = isTaken ? turn : turn with { Owner = messageId, Until = clock.GetUtcNow() + Turn };
            if (await deliveries.ChangeTurnAsync(webhook, next, cancellationToken) is { } changed)
            {
                if (!isTaken)
                {
                    await RunAsync(webhook, changed, cancellationToken);
                }
                return;
            }
        }
    }

    /// <summary>One delivery, whatever is pending. Three operations.</summary>
    internal async Task TestAsync(Webhook webhook, string deliveryId, CancellationToken cancellationToken)
    {
        if (await deliveries.FindAsync(webhook, deliveryId, cancellationToken) is { State: Delivery.Pending } delivery)
        {
            var result = await SendAsync(webhook, delivery, cancellationToken);
            await StoreAsync(webhook, delivery, result, result.IsDelivered ? Delivery.Delivered : Delivery.Parked);
        }
    }

    private async Task RunAsync(Webhook webhook, DeliveryTurn turn, CancellationToken cancellationToken)
    {
        await Task.Delay(Gathering, clock, cancellationToken);
        var end = clock.GetUtcNow() + LongestRun;
        while (true)
        {
            var pending = await deliveries.ListPendingAsync(webhook, AtOnce, cancellationToken);
            if (pending.Count == 0)
            {
                if (
                    await deliveries.ChangeTurnAsync(webhook, turn with { Owner = null, NextAt = DateTimeOffset.UnixEpoch }, default)
                    is not null
                )
                {
                    return;
                }
                turn = await deliveries.FindTurnAsync(webhook, cancellationToken); // It was marked.
                continue;
            }
            foreach (var delivery in pending)
            {
                if (clock.GetUtcNow() >= end)
                {
                    await LeaveAsync(webhook, TimeSpan.Zero, DateTimeOffset.UnixEpoch);
                    return;
                }
                var result = await SendAsync(webhook, delivery, cancellationToken);
                var isParked = !result.IsDelivered && clock.GetUtcNow() - delivery.Since >= LongestTrying;
                var state =
                    result.IsDelivered ? Delivery.Delivered
                    : isParked ? Delivery.Parked
                    : Delivery.Pending;
                await StoreAsync(webhook, delivery, result, state);
                if (state == Delivery.Pending)
                {
                    var pause = Pauses[Math.Min(delivery.Attempts, Pauses.Length - 1)];
                    await LeaveAsync(webhook, pause, clock.GetUtcNow() + pause);
                    return;
                }
            }
        }
    }

    // First the message, so that a crash leaves one too many rather than none.
    private async Task LeaveAsync(Webhook webhook, TimeSpan pause, DateTimeOffset nextAt)
    {
        var message = new ChangeMessage(ChangeMessage.Deliver, webhook.Project.Value, clock.GetUtcNow()) { Webhook = webhook.Id };
        await queue.AddAsync(message, pause, CancellationToken.None);
        while (true)
        {
            var turn = await deliveries.FindTurnAsync(webhook, CancellationToken.None);
            var left = turn with { Owner = null, NextAt = nextAt };
            if (await deliveries.ChangeTurnAsync(webhook, left, CancellationToken.None) is not null)
            {
                return;
            }
        }
    }

    private Task StoreAsync(Webhook webhook, Delivery delivery, DeliveryResult result, string state) =>
        deliveries.UpdateAsync(
            webhook,
            delivery with
            {
                State = state,
                Attempts = delivery.Attempts + 1,
                LastAttemptAt = clock.GetUtcNow(),
                LastStatus = result.Status,
                LastError = result.Error,
            },
            CancellationToken.None
        );

    private async Task<DeliveryResult> SendAsync(Webhook webhook, Delivery delivery, CancellationToken cancellationToken)
    {
        var data = JsonNode.Parse(delivery.Data)!.AsObject();
        if (webhook.IncludesData)
        {
            if (delivery.Content is { } content)
            {
                foreach (var (name, value) in JsonNode.Parse(content)!.AsObject())
                {
                    data[name] = value?.DeepClone();
                }
            }
            if (delivery.Xml is { } xml)
            {
                var bytes = await files.ReadXmlAsync(webhook.Project, xml.Form, xml.Instance, xml.Hash, cancellationToken);
                data["xml"] = bytes is null ? null : System.Text.Encoding.UTF8.GetString(bytes);
            }
        }
        var body = JsonSerializer.SerializeToUtf8Bytes(BodyOf(webhook, delivery, data), ChangeEvent.Options);
        return await send.RunAsync(webhook, delivery.EventId, body, cancellationToken);
    }

    private JsonObject BodyOf(Webhook webhook, Delivery delivery, JsonObject data)
    {
        var time = Timestamps.Format(delivery.At);
        return webhook.Id == Webhook.EventGrid
            ? new JsonObject
            {
                ["specversion"] = "1.0",
                ["id"] = delivery.EventId,
                ["source"] = $"{options.Value.Origin}/v1/projects/{webhook.Project}",
                ["type"] = delivery.Type,
                ["subject"] = delivery.Subject,
                ["time"] = time,
                ["datacontenttype"] = "application/json",
                ["data"] = data,
            }
            : new JsonObject
            {
                ["id"] = delivery.EventId,
                ["type"] = delivery.Type,
                ["time"] = time,
                ["projectId"] = webhook.Project.Value,
                ["data"] = data,
            };
    }
}
