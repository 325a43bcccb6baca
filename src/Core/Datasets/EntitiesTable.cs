using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Datasets;

/// <summary>An entity as it was read, for a change that rests on it.</summary>
internal sealed record StoredEntity(DatasetEntity Entity, ETag ETag);

/// <summary>
/// Table `entities`: one partition per dataset. Whatever changes an entity also replaces the dataset's stamp in the same batch, so that whoever has
/// read the stamp knows of all that came before it (OR-131, OR-132).
/// </summary>
public sealed class EntitiesTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.EntitiesTable);

    /// <summary>Another one after each change of an entity; blank before the first. One operation.</summary>
    internal async Task<string> ReadStampAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(DatasetKeys.Entities(dataset), DatasetKeys.Head, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value!.GetString(Column.Stamp)! : "";
    }

    /// <summary>Newest first, deleted ones too. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<DatasetEntity> ListAsync(Dataset dataset, int? atMost, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = TableKey.Prefix(DatasetKeys.Entities(dataset), DatasetKeys.TimelinePrefix);
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, atMost, cancellationToken: cancellationToken))
        {
            yield return ToDatasetEntity(entity);
        }
    }

    /// <summary>Deleted ones too; null when there has never been one. Two operations.</summary>
    internal async Task<StoredEntity?> FindAsync(Dataset dataset, EntityId id, CancellationToken cancellationToken)
    {
        var place = await _table.GetEntityIfExistsAsync<TableEntity>(DatasetKeys.Entities(dataset), DatasetKeys.Entity(id), cancellationToken: cancellationToken);
        if (!place.HasValue)
        {
            return null;
        }
        var entity = (await _table.GetEntityAsync<TableEntity>(
            DatasetKeys.Entities(dataset), place.Value!.GetString(Column.TimelineKey)!, cancellationToken: cancellationToken)).Value;
        return new StoredEntity(ToDatasetEntity(entity), entity.ETag);
    }

    /// <summary>What phones ask about an entity; null when there has never been one. One operation.</summary>
    internal async Task<EntityStanding?> FindStandingAsync(Dataset dataset, EntityId id, CancellationToken cancellationToken)
    {
        var place = await _table.GetEntityIfExistsAsync<TableEntity>(DatasetKeys.Entities(dataset), DatasetKeys.Entity(id), cancellationToken: cancellationToken);
        return place.HasValue ? ToStanding(place.Value!) : null;
    }

    /// <summary>The same of all, by id. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<EntityStanding> ListStandingsAsync(Dataset dataset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = TableKey.Prefix(DatasetKeys.Entities(dataset), DatasetKeys.EntityPrefix);
        await foreach (var place in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return ToStanding(place);
        }
    }

    private static EntityStanding ToStanding(TableEntity place) =>
        new(EntityId.Parse(place.RowKey[DatasetKeys.EntityPrefix.Length..]), ToActor(place, Column.Creator), place.GetBoolean(Column.Deleted)!.Value);

    private static DatasetEntity ToDatasetEntity(TableEntity entity) =>
        new(EntityId.Parse(entity.GetString(Column.Id)), ToActor(entity, Column.Creator), entity.GetDateTimeOffset(Column.CreatedAt)!.Value, ToVersion(entity))
        {
            UpdatedAt = entity.GetDateTimeOffset(Column.UpdatedAt),
            DeletedAt = entity.GetDateTimeOffset(Column.DeletedAt),
            Conflict = entity.GetString(Column.Conflict),
        };

    private static EntityVersion ToVersion(TableEntity entity) => JsonSerializer.Deserialize<EntityVersion>(SpilledText.GetPacked(entity, Column.Version)!)!;

    private static ActorId? ToActor(TableEntity entity, string column) => entity.GetInt32(column) is { } actor ? new ActorId(actor) : null;

    private static class Column
    {
        public const string Stamp = "Stamp";
        public const string Id = "EntityId";
        public const string TimelineKey = "TimelineKey";
        public const string Creator = "Creator";
        public const string CreatedAt = "CreatedAt";
        public const string UpdatedAt = "UpdatedAt";
        public const string Deleted = "Deleted";
        public const string DeletedAt = "DeletedAt";
        public const string Conflict = "Conflict";
        public const string Version = "Version";
    }
}
