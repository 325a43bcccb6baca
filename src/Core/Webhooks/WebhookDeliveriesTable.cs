using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>
/// Table `webhookDeliveries`: one partition per webhook. A row per delivery, a row that names it while it is pending, in the order of
/// events, and the row of the turn.
/// </summary>
public sealed class WebhookDeliveriesTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.WebhookDeliveriesTable);

    /// <summary>Adds a pending delivery. False when the webhook got the event before. One operation.</summary>
    internal async Task<bool> AddAsync(Webhook webhook, Delivery delivery, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(webhook);
        List<TableTransactionAction> batch = [new(TableTransactionActionType.Add, ToEntity(partition, delivery))];
        if (delivery.InOrder)
        {
            batch.Add(new(TableTransactionActionType.Add, new TableEntity(partition, WebhookKeys.Pending(delivery))));
        }
        try
        {
            await _table.SubmitTransactionAsync(batch, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return false;
        }
    }

    /// <summary>The oldest pending deliveries. One operation, and one for each.</summary>
    internal async Task<IReadOnlyList<Delivery>> ListPendingAsync(Webhook webhook, int most, CancellationToken cancellationToken)
    {
        var pending = new List<Delivery>();
        await foreach (
            var row in _table
                .QueryAsync<TableEntity>(
                    TableKey.Prefix(PartitionOf(webhook), WebhookKeys.PendingPrefix),
                    most,
                    cancellationToken: cancellationToken
                )
                .Take(most)
        )
        {
            if (await FindAsync(webhook, WebhookKeys.DeliveryOfPending(row.RowKey), cancellationToken) is { } found)
            {
                pending.Add(found);
            }
            else
            {
                await _table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken); // It was purged.
            }
        }
        return pending;
    }

    /// <summary>One operation.</summary>
    internal async Task<Delivery?> FindAsync(Webhook webhook, string id, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            PartitionOf(webhook),
            WebhookKeys.Delivery(id),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToDelivery(found.Value!) : null;
    }

    /// <summary>Newest first. One operation per page of storage.</summary>
    internal IAsyncEnumerable<Delivery> ListAsync(Webhook webhook, string? state, CancellationToken cancellationToken)
    {
        var filter = TableKey.Prefix(PartitionOf(webhook), WebhookKeys.DeliveryPrefix);
        if (state is not null)
        {
            filter += " and " + TableClient.CreateQueryFilter($"State eq {state}");
        }
        return _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).Select(ToDelivery);
    }

    /// <summary>Stores the outcome of an attempt. One operation. Does nothing when another attempt's was stored meanwhile.</summary>
    internal async Task UpdateAsync(Webhook webhook, Delivery delivery, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(webhook);
        List<TableTransactionAction> batch = [new(TableTransactionActionType.UpdateReplace, ToEntity(partition, delivery), delivery.ETag)];
        if (delivery is { InOrder: true, State: not Delivery.Pending })
        {
            batch.Add(new(TableTransactionActionType.Delete, new TableEntity(partition, WebhookKeys.Pending(delivery)), ETag.All));
        }
        try
        {
            await _table.SubmitTransactionAsync(batch, cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            // The event was delivered twice, as may happen.
        }
    }

    /// <summary>Makes a delivery pending again. False when it changed meanwhile. One operation.</summary>
    internal async Task<bool> ReplayAsync(Webhook webhook, Delivery delivery, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(webhook);
        try
        {
            await _table.SubmitTransactionAsync(
                [
                    new(TableTransactionActionType.UpdateReplace, ToEntity(partition, delivery), delivery.ETag),
                    new(TableTransactionActionType.UpsertReplace, new TableEntity(partition, WebhookKeys.Pending(delivery))),
                ],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            return false;
        }
    }

    /// <summary>For verification. One operation per 1,000.</summary>
    internal IAsyncEnumerable<StoredRow<Delivery>> ScanAsync(Webhook webhook, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(
            _table,
            TableKey.Prefix(PartitionOf(webhook), WebhookKeys.DeliveryPrefix),
            null,
            ToDelivery,
            cancellationToken
        );

    /// <summary>Whether a delivery is among those that wait for their turn. One operation.</summary>
    internal async Task<bool> WaitsAsync(Webhook webhook, Delivery delivery, CancellationToken cancellationToken)
    {
        var (partition, key) = (PartitionOf(webhook), WebhookKeys.Pending(delivery));
        return (await _table.GetEntityIfExistsAsync<TableEntity>(partition, key, ["PartitionKey"], cancellationToken)).HasValue;
    }

    /// <summary>One operation.</summary>
    internal async Task<DeliveryTurn> FindTurnAsync(Webhook webhook, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            PartitionOf(webhook),
            WebhookKeys.Turn,
            cancellationToken: cancellationToken
        );
        return found.HasValue
            ? new DeliveryTurn(
                found.Value!.GetString(nameof(DeliveryTurn.Owner)),
                found.Value.GetDateTimeOffset(nameof(DeliveryTurn.Until))!.Value,
                found.Value.GetDateTimeOffset(nameof(DeliveryTurn.NextAt))!.Value,
                found.Value.ETag
            )
            : new DeliveryTurn(null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, default);
    }

    /// <summary>Null when the turn has changed since it was read. One operation.</summary>
    internal async Task<DeliveryTurn?> ChangeTurnAsync(Webhook webhook, DeliveryTurn turn, CancellationToken cancellationToken)
    {
        var row = new TableEntity(PartitionOf(webhook), WebhookKeys.Turn)
        {
            [nameof(DeliveryTurn.Owner)] = turn.Owner,
            [nameof(DeliveryTurn.Until)] = turn.Until,
            [nameof(DeliveryTurn.NextAt)] = turn.NextAt,
        };
        try
        {
            var written =
                turn.ETag == default
                    ? await _table.AddEntityAsync(row, cancellationToken)
                    : await _table.UpdateEntityAsync(row, turn.ETag, TableUpdateMode.Replace, cancellationToken);
            return turn with { ETag = written.Headers.ETag!.Value };
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return null;
        }
    }

    /// <summary>Removes deliveries that were added, or asked for again, before a time, whatever became of them. One operation per 1,000
    /// of the server, and one for about a hundred removed.</summary>
    internal async Task PurgeAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"Since lt {before}");
        var batch = new List<TableTransactionAction>();
        await foreach (
            var row in _table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken)
        )
        {
            if (batch.Count == 100 || (batch.Count > 0 && batch[0].Entity.PartitionKey != row.PartitionKey))
            {
                await _table.SubmitTransactionAsync(batch, cancellationToken);
                batch.Clear();
            }
            batch.Add(new(TableTransactionActionType.Delete, row, ETag.All));
        }
        if (batch.Count > 0)
        {
            await _table.SubmitTransactionAsync(batch, cancellationToken);
        }
    }

    /// <summary>Removes all rows of a webhook that is no more. One operation per 1,000, and one for each hundred.</summary>
    internal Task RemoveAllAsync(ProjectId project, string webhook, CancellationToken cancellationToken) =>
        TableRows.DeleteAllAsync(
            _table,
            TableClient.CreateQueryFilter($"PartitionKey eq {WebhookKeys.Deliveries(project, webhook)}"),
            cancellationToken
        );

    private static string PartitionOf(Webhook webhook) => WebhookKeys.Deliveries(webhook.Project, webhook.Id);

    private static TableEntity ToEntity(string partition, Delivery delivery)
    {
        var row = new TableEntity(partition, WebhookKeys.Delivery(delivery.Id))
        {
            [nameof(Delivery.EventId)] = delivery.EventId,
            [nameof(Delivery.Type)] = delivery.Type,
            [nameof(Delivery.At)] = delivery.At,
            [nameof(Delivery.Subject)] = delivery.Subject,
            [nameof(Delivery.State)] = delivery.State,
            [nameof(Delivery.InOrder)] = delivery.InOrder,
            [nameof(Delivery.Attempts)] = delivery.Attempts,
            [nameof(Delivery.Since)] = delivery.Since,
            [nameof(Delivery.LastAttemptAt)] = delivery.LastAttemptAt,
            [nameof(Delivery.LastStatus)] = delivery.LastStatus,
            [nameof(Delivery.LastError)] = delivery.LastError,
            [nameof(DeliveredXml.Form)] = delivery.Xml?.Form,
            [nameof(DeliveredXml.Instance)] = delivery.Xml?.Instance.Value,
            [nameof(DeliveredXml.Hash)] = delivery.Xml?.Hash,
        };
        SpilledText.SetPacked(row, nameof(Delivery.Data), delivery.Data);
        if (delivery.Content is { } content)
        {
            SpilledText.SetPacked(row, nameof(Delivery.Content), content);
        }
        return row;
    }

    private static Delivery ToDelivery(TableEntity row) =>
        new(
            row.GetString(nameof(Delivery.EventId))!,
            row.GetString(nameof(Delivery.Type))!,
            row.GetDateTimeOffset(nameof(Delivery.At))!.Value,
            row.GetString(nameof(Delivery.Subject))!,
            SpilledText.GetPacked(row, nameof(Delivery.Data))!
        )
        {
            Content = SpilledText.GetPacked(row, nameof(Delivery.Content)),
            Xml = row.GetString(nameof(DeliveredXml.Hash)) is { } hash
                ? new DeliveredXml(
                    row.GetInt32(nameof(DeliveredXml.Form))!.Value,
                    InstanceId.Parse(row.GetString(nameof(DeliveredXml.Instance))),
                    hash
                )
                : null,
            State = row.GetString(nameof(Delivery.State))!,
            InOrder = row.GetBoolean(nameof(Delivery.InOrder))!.Value,
            Attempts = row.GetInt32(nameof(Delivery.Attempts))!.Value,
            Since = row.GetDateTimeOffset(nameof(Delivery.Since))!.Value,
            LastAttemptAt = row.GetDateTimeOffset(nameof(Delivery.LastAttemptAt)),
            LastStatus = row.GetInt32(nameof(Delivery.LastStatus)),
            LastError = row.GetString(nameof(Delivery.LastError)),
            ETag = row.ETag,
        };
}
