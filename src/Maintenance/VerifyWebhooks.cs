using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Maintenance;

/// <summary>Webhooks that can report, and deliveries that somebody will deliver.</summary>
public sealed class VerifyWebhooks(WebhooksTable webhooks, WebhookDeliveriesTable deliveries, WebhookSecrets secrets)
{
    /// <summary>One operation, for each webhook one per 1,000 deliveries, and one for each pending delivery.</summary>
    internal async Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken)
    {
        var readable = new List<Webhook>();
        await verification.EachAsync(
            "webhooks",
            project,
            webhooks.ScanAsync(project, cancellationToken),
            (row, webhook, _) => Check(row, webhook).ToAsyncEnumerable(),
            cancellationToken
        );
        await foreach (var row in webhooks.ScanAsync(project, cancellationToken))
        {
            if (TryRead(row) is { } webhook)
            {
                readable.Add(webhook);
            }
        }
        foreach (var webhook in readable)
        {
            await verification.EachAsync(
                "deliveries of webhooks",
                project,
                deliveries.ScanAsync(webhook, cancellationToken),
                (row, delivery, stop) => CheckAsync(row, webhook, delivery, stop),
                cancellationToken
            );
        }
    }

    // What cannot be read has been reported.
    private static Webhook? TryRead(StoredRow<Webhook> row)
    {
        try
        {
            return row.Read();
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException or NullReferenceException)
        {
            return null;
        }
    }

    private IEnumerable<Difference> Check(StoredRow<Webhook> row, Webhook webhook)
    {
        if (webhook.Events.Count == 0 || webhook.Events.Except(WebhookEvent.All).Any() || webhook.Url.Scheme is not ("https" or "http"))
        {
            yield return new Difference("webhook", webhook.Project, row.ToString(), "its address or its events are none");
        }
        if (!secrets.CanRead(webhook.ProtectedSecret))
        {
            yield return new Difference(
                "webhook-secret",
                webhook.Project,
                row.ToString(),
                "the key ring that encrypted its secret is missing"
            );
        }
    }

    private async IAsyncEnumerable<Difference> CheckAsync(
        StoredRow<Delivery> row,
        Webhook webhook,
        Delivery delivery,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (row.Row != WebhookKeys.Delivery(delivery.Id))
        {
            yield return Of($"it should be {delivery.Id}");
        }
        else if (delivery.State is not (Delivery.Pending or Delivery.Delivered or Delivery.Parked))
        {
            yield return Of($"its state is {delivery.State}");
        }
        else if (
            delivery is { State: Delivery.Pending, InOrder: true }
            && !await deliveries.WaitsAsync(webhook, delivery, cancellationToken)
        )
        {
            yield return Of("it is pending, but does not wait for its turn");
        }

        Difference Of(string what) => new("webhook-delivery", webhook.Project, row.ToString(), what);
    }
}
