using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Forms;

/// <summary>Table `formMedia`: one partition per definition, one row per media slot.</summary>
public sealed class FormMediaTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.FormMediaTable);

    /// <summary>Adds the slots of a definition that nothing references yet; can be repeated. One operation per 100 slots.</summary>
    internal Task AddAsync(ProjectId project, string definition, IEnumerable<FormMedia> media, CancellationToken cancellationToken) =>
        TableRows.SubmitAsync(
            _table,
            media.Select(file => new TableTransactionAction(TableTransactionActionType.UpsertReplace, ToEntity(project, definition, file))),
            cancellationToken
        );

    /// <summary>By name, in ordinal order. One operation per 1,000 slots.</summary>
    internal async Task<IReadOnlyList<FormMedia>> ListAsync(ProjectId project, string definition, CancellationToken cancellationToken)
    {
        var media = new List<FormMedia>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {FormKeys.Media(project, definition)}");
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            media.Add(ToMedia(entity));
        }
        media.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return media;
    }

    /// <summary>One operation.</summary>
    internal async Task<FormMedia?> FindAsync(ProjectId project, string definition, string name, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            FormKeys.Media(project, definition),
            FormKeys.MediaFile(name),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToMedia(found.Value!) : null;
    }

    /// <summary>Overwrites a slot; false when it no longer exists. One operation.</summary>
    internal async Task<bool> ReplaceAsync(ProjectId project, string definition, FormMedia media, CancellationToken cancellationToken)
    {
        try
        {
            await _table.UpdateEntityAsync(ToEntity(project, definition, media), ETag.All, TableUpdateMode.Replace, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return false;
        }
    }

    internal Task PurgeAsync(ProjectId project, string definition, CancellationToken cancellationToken) =>
        TableRows.DeleteAllAsync(
            _table,
            TableClient.CreateQueryFilter($"PartitionKey eq {FormKeys.Media(project, definition)}"),
            cancellationToken
        );

    private static TableEntity ToEntity(ProjectId project, string definition, FormMedia media) =>
        new(FormKeys.Media(project, definition), FormKeys.MediaFile(media.Name))
        {
            [nameof(FormMedia.Name)] = media.Name,
            [nameof(FormMedia.Type)] = media.Type,
            [nameof(FormMedia.Blob)] = media.Blob,
            [nameof(FormMedia.Md5)] = media.Md5,
            [nameof(FormMedia.Size)] = media.Size,
            [nameof(FormMedia.ContentType)] = media.ContentType,
            [nameof(FormMedia.UpdatedAt)] = media.UpdatedAt,
            [nameof(FormMedia.Dataset)] = media.Dataset,
        };

    private static FormMedia ToMedia(TableEntity entity) =>
        new(entity.GetString(nameof(FormMedia.Name))!, entity.GetString(nameof(FormMedia.Type))!)
        {
            Blob = entity.GetString(nameof(FormMedia.Blob)),
            Md5 = entity.GetString(nameof(FormMedia.Md5)),
            Size = entity.GetInt64(nameof(FormMedia.Size)),
            ContentType = entity.GetString(nameof(FormMedia.ContentType)),
            UpdatedAt = entity.GetDateTimeOffset(nameof(FormMedia.UpdatedAt)),
            Dataset = entity.GetString(nameof(FormMedia.Dataset)),
        };
}
