using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Webhooks;

/// <summary>Table `webhooks`: one partition per project, one row per webhook.</summary>
public sealed class WebhooksTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.WebhooksTable);

    /// <summary>Oldest first. One operation.</summary>
    internal async Task<IReadOnlyList<Webhook>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        await _table
            .QueryAsync<TableEntity>(
                TableClient.CreateQueryFilter($"PartitionKey eq {WebhookKeys.Project(project)}"),
                cancellationToken: cancellationToken
            )
            .Select(row => ToWebhook(project, row))
            .OrderBy(webhook => webhook.CreatedAt)
            .ToListAsync(cancellationToken);

    /// <summary>One operation.</summary>
    internal async Task<Webhook?> FindAsync(ProjectId project, string id, CancellationToken cancellationToken) =>
        (await FindRowAsync(project, id, cancellationToken)) is { } row ? ToWebhook(project, row) : null;

    /// <summary>One operation.</summary>
    internal async Task AddAsync(Webhook webhook, CancellationToken cancellationToken) =>
        await _table.AddEntityAsync(ToEntity(webhook), cancellationToken);

    /// <summary>Null when there is no such webhook. Two operations.</summary>
    internal Task<Webhook?> ChangeAsync(ProjectId project, string id, Func<Webhook, Webhook> change, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                if (await FindRowAsync(project, id, cancellationToken) is not { } row)
                {
                    return null;
                }
                var next = change(ToWebhook(project, row));
                await _table.UpdateEntityAsync(ToEntity(next), row.ETag, TableUpdateMode.Replace, cancellationToken);
                return next;
            },
            cancellationToken
        );

    /// <summary>One operation.</summary>
    internal async Task RemoveAsync(Webhook webhook, CancellationToken cancellationToken) =>
        await _table.DeleteEntityAsync(WebhookKeys.Project(webhook.Project), webhook.Id, ETag.All, cancellationToken);

    /// <summary>For verification. One operation.</summary>
    internal IAsyncEnumerable<StoredRow<Webhook>> ScanAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(
            _table,
            TableClient.CreateQueryFilter($"PartitionKey eq {WebhookKeys.Project(project)}"),
            null,
            row => ToWebhook(project, row),
            cancellationToken
        );

    /// <summary>A row for another storage account, whose key ring cannot decrypt the secret.</summary>
    internal static TableEntity WithoutSecrets(TableEntity row)
    {
        row[nameof(Webhook.ProtectedSecret)] = "";
        row.Remove(nameof(Webhook.ProtectedFormerSecret));
        row.Remove(nameof(Webhook.FormerUntil));
        return row;
    }

    /// <summary>The row of another storage account with a secret of this one. It is inactive until somebody gives the receiver a
    /// secret.</summary>
    internal static TableEntity Imported(TableEntity row, string protectedSecret)
    {
        row[nameof(Webhook.ProtectedSecret)] = protectedSecret;
        row[nameof(Webhook.IsActive)] = false;
        return row;
    }

    private async Task<TableEntity?> FindRowAsync(ProjectId project, string id, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            WebhookKeys.Project(project),
            id,
            cancellationToken: cancellationToken
        );
        return found.HasValue ? found.Value : null;
    }

    private static TableEntity ToEntity(Webhook webhook) =>
        new(WebhookKeys.Project(webhook.Project), webhook.Id)
        {
            [nameof(Webhook.Name)] = webhook.Name,
            [nameof(Webhook.Url)] = webhook.Url.ToString(),
            [nameof(Webhook.Events)] = string.Join(' ', webhook.Events),
            [nameof(Webhook.IncludesData)] = webhook.IncludesData,
            [nameof(Webhook.IsActive)] = webhook.IsActive,
            [nameof(Webhook.ProtectedSecret)] = webhook.ProtectedSecret,
            [nameof(Webhook.ProtectedFormerSecret)] = webhook.ProtectedFormerSecret,
            [nameof(Webhook.FormerUntil)] = webhook.FormerUntil,
            [nameof(Webhook.CreatedAt)] = webhook.CreatedAt,
            [nameof(Webhook.UpdatedAt)] = webhook.UpdatedAt,
        };

    private static Webhook ToWebhook(ProjectId project, TableEntity row) =>
        new(
            project,
            row.RowKey,
            row.GetString(nameof(Webhook.Name))!,
            new Uri(row.GetString(nameof(Webhook.Url))!),
            row.GetString(nameof(Webhook.ProtectedSecret))!,
            row.GetDateTimeOffset(nameof(Webhook.CreatedAt))!.Value
        )
        {
            Events = row.GetString(nameof(Webhook.Events))!.Split(' '),
            IncludesData = row.GetBoolean(nameof(Webhook.IncludesData))!.Value,
            IsActive = row.GetBoolean(nameof(Webhook.IsActive))!.Value,
            ProtectedFormerSecret = row.GetString(nameof(Webhook.ProtectedFormerSecret)),
            FormerUntil = row.GetDateTimeOffset(nameof(Webhook.FormerUntil)),
            UpdatedAt = row.GetDateTimeOffset(nameof(Webhook.UpdatedAt)),
        };
}
