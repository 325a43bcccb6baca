using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Entities;

/// <summary>An entity with the ETag that it was read with.</summary>
internal sealed record StoredEntity(DatasetEntity Entity, ETag ETag);

/// <summary>
/// Table `entities`: one partition per dataset. Every change of an entity replaces the dataset's stamp in the same batch, so a reader who
/// has the stamp has seen all earlier changes (OR-131, OR-132).
/// </summary>
public sealed partial class EntitiesTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.EntitiesTable);

    /// <summary>The dataset's stamp, which changes with every entity; blank before the first. One operation.</summary>
    internal async Task<string> ReadStampAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Entities(dataset),
            EntityKeys.Head,
            cancellationToken: cancellationToken
        );
        return found.HasValue ? found.Value!.GetString(Column.Stamp)! : "";
    }

    /// <summary>Newest first, including deleted ones. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<DatasetEntity> ListAsync(
        Dataset dataset,
        int? atMost,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(EntityKeys.Entities(dataset), EntityKeys.TimelinePrefix);
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, atMost, cancellationToken: cancellationToken))
        {
            yield return ToDatasetEntity(entity);
        }
    }

    /// <summary>The entity, also when deleted; null when it has never existed. Two operations.</summary>
    internal async Task<StoredEntity?> FindAsync(Dataset dataset, EntityId id, CancellationToken cancellationToken)
    {
        var place = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Entities(dataset),
            EntityKeys.Entity(id),
            cancellationToken: cancellationToken
        );
        if (!place.HasValue)
        {
            return null;
        }
        var entity = (
            await _table.GetEntityAsync<TableEntity>(
                EntityKeys.Entities(dataset),
                place.Value!.GetString(Column.TimelineKey)!,
                cancellationToken: cancellationToken
            )
        ).Value;
        return new StoredEntity(ToDatasetEntity(entity), entity.ETag);
    }

    /// <summary>The entity's standing; null when it has never existed. One operation.</summary>
    internal async Task<EntityStanding?> FindStandingAsync(Dataset dataset, EntityId id, CancellationToken cancellationToken)
    {
        var place = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Entities(dataset),
            EntityKeys.Entity(id),
            cancellationToken: cancellationToken
        );
        return place.HasValue ? ToStanding(place.Value!) : null;
    }

    /// <summary>The standing of all entities, by id. One operation per 1,000.</summary>
    internal async IAsyncEnumerable<EntityStanding> ListStandingsAsync(
        Dataset dataset,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(EntityKeys.Entities(dataset), EntityKeys.EntityPrefix);
        await foreach (var place in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return ToStanding(place);
        }
    }

    /// <summary>One operation.</summary>
    internal async Task<EntityVersion?> FindVersionAsync(Dataset dataset, EntityId id, int number, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Entities(dataset),
            EntityKeys.Version(id, number),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToVersion(found.Value!) : null;
    }

    /// <summary>Oldest first. One operation per 1,000.</summary>
    internal async Task<IReadOnlyList<EntityVersion>> ListVersionsAsync(Dataset dataset, EntityId id, CancellationToken cancellationToken)
    {
        var versions = new List<EntityVersion>();
        var filter = TableKey.Prefix(EntityKeys.Entities(dataset), EntityKeys.VersionsOf(id));
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            versions.Add(ToVersion(entity));
        }
        return versions;
    }

    /// <summary>
    /// Adds an entity. False when the id is in use (also by a deleted entity), or the origin has already created it. One operation.
    /// </summary>
    internal Task<bool> AddAsync(Dataset dataset, DatasetEntity entity, EntityOrigin? origin, CancellationToken cancellationToken) =>
        SubmitAsync(
            dataset,
            [
                new(TableTransactionActionType.Add, ToPlace(dataset, entity)),
                new(TableTransactionActionType.Add, ToRow(dataset, entity)),
                new(TableTransactionActionType.Add, ToVersionRow(dataset, entity)),
                .. Applied(dataset, entity, origin),
            ],
            cancellationToken
        );

    /// <summary>
    /// Adds a version to the entity that was read. False when it has changed since, or the origin has already changed it. One operation.
    /// </summary>
    internal Task<bool> AddVersionAsync(
        Dataset dataset,
        StoredEntity before,
        DatasetEntity next,
        EntityOrigin? origin,
        CancellationToken cancellationToken
    ) =>
        SubmitAsync(
            dataset,
            [
                new(TableTransactionActionType.UpdateReplace, ToRow(dataset, next), before.ETag),
                new(TableTransactionActionType.Add, ToVersionRow(dataset, next)),
                .. Applied(dataset, next, origin),
            ],
            cancellationToken
        );

    /// <summary>Replaces the entity without a new version. False when it has changed since it was read. One operation.</summary>
    internal Task<bool> ReplaceAsync(Dataset dataset, StoredEntity before, DatasetEntity next, CancellationToken cancellationToken) =>
        SubmitAsync(
            dataset,
            [
                new(TableTransactionActionType.UpdateReplace, ToRow(dataset, next), before.ETag),
                new(TableTransactionActionType.UpsertReplace, ToPlace(dataset, next)),
            ],
            cancellationToken
        );

    /// <summary>Whether the origin has created or changed the entity. One operation.</summary>
    internal async Task<bool> IsAppliedAsync(Dataset dataset, EntityId id, EntityOrigin origin, CancellationToken cancellationToken) =>
        (
            await _table.GetEntityIfExistsAsync<TableEntity>(
                EntityKeys.Entities(dataset),
                EntityKeys.Applied(id, origin),
                cancellationToken: cancellationToken
            )
        ).HasValue;

    /// <summary>Null for a submission that has not been processed yet. One operation.</summary>
    internal async Task<EntityOutcome?> FindOutcomeAsync(EntityOrigin origin, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Submissions(origin),
            EntityKeys.Submission(origin),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToOutcome(found.Value!) : null;
    }

    /// <summary>Overwrites an earlier outcome; what was applied is recorded with the entities themselves. One operation.</summary>
    internal async Task WriteOutcomeAsync(EntityOrigin origin, EntityOutcome outcome, CancellationToken cancellationToken) =>
        await _table.UpsertEntityAsync(
            new TableEntity(EntityKeys.Submissions(origin), EntityKeys.Submission(origin))
            {
                [Column.InstanceId] = outcome.InstanceId,
                [Column.Applied] = outcome.Applied,
                [Column.Waits] = outcome.Waits,
            },
            TableUpdateMode.Replace,
            cancellationToken
        );

    /// <summary>All entities with their current versions, for verification. One operation per 1,000.</summary>
    internal IAsyncEnumerable<StoredRow<DatasetEntity>> ScanAsync(Dataset dataset, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(
            _table,
            TableKey.Prefix(EntityKeys.Entities(dataset), EntityKeys.TimelinePrefix),
            null,
            ToDatasetEntity,
            cancellationToken
        );

    /// <summary>All entities with their places in the timeline, for verification. One operation per 1,000.</summary>
    internal IAsyncEnumerable<StoredRow<(EntityStanding Standing, string Place)>> ScanPlacesAsync(
        Dataset dataset,
        CancellationToken cancellationToken
    ) =>
        StoredRows.ScanAsync(
            _table,
            TableKey.Prefix(EntityKeys.Entities(dataset), EntityKeys.EntityPrefix),
            null,
            place => (ToStanding(place), place.GetString(Column.TimelineKey)!),
            cancellationToken
        );

    /// <summary>The keys of a project's datasets that have entities. One operation for each.</summary>
    internal IAsyncEnumerable<string> ListDatasetKeysAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows
            .ListPartitionsAsync(_table, DatasetKeys.Project(project) + "|", cancellationToken)
            .Select(partition => partition.Split('|'))
            .Where(parts => parts.Length == 2)
            .Select(parts => parts[1]);

    /// <summary>Null when there is none. One operation.</summary>
    internal async Task<(EntityStanding Standing, string Place)?> FindPlaceAsync(
        Dataset dataset,
        EntityId id,
        CancellationToken cancellationToken
    )
    {
        var place = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Entities(dataset),
            EntityKeys.Entity(id),
            cancellationToken: cancellationToken
        );
        return place.HasValue ? (ToStanding(place.Value!), place.Value!.GetString(Column.TimelineKey)!) : null;
    }

    /// <summary>The entity at a place in the timeline; null when there is none. One operation.</summary>
    internal async Task<DatasetEntity?> FindAtAsync(Dataset dataset, string place, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Entities(dataset),
            place,
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToDatasetEntity(found.Value!) : null;
    }

    // The stamp is replaced unconditionally: any new value shows that something has changed.
    private async Task<bool> SubmitAsync(Dataset dataset, List<TableTransactionAction> changes, CancellationToken cancellationToken)
    {
        var head = new TableEntity(EntityKeys.Entities(dataset), EntityKeys.Head) { [Column.Stamp] = DatasetKeys.NewStamp() };
        try
        {
            await _table.SubmitTransactionAsync([.. changes, new(TableTransactionActionType.UpsertReplace, head)], cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
    }

    private static IEnumerable<TableTransactionAction> Applied(Dataset dataset, DatasetEntity entity, EntityOrigin? origin) =>
        origin is null
            ? []
            : [new(TableTransactionActionType.Add, new TableEntity(EntityKeys.Entities(dataset), EntityKeys.Applied(entity.Id, origin)))];

    private static TableEntity ToPlace(Dataset dataset, DatasetEntity entity) =>
        new(EntityKeys.Entities(dataset), EntityKeys.Entity(entity.Id))
        {
            [Column.TimelineKey] = EntityKeys.Timeline(entity.CreatedAt, entity.Id),
            [Column.Creator] = entity.Creator?.Value,
            [Column.Deleted] = entity.DeletedAt is not null,
        };

    private static TableEntity ToRow(Dataset dataset, DatasetEntity entity)
    {
        var row = new TableEntity(EntityKeys.Entities(dataset), EntityKeys.Timeline(entity.CreatedAt, entity.Id))
        {
            [Column.Id] = entity.Id.Value,
            [Column.Creator] = entity.Creator?.Value,
            [Column.CreatedAt] = entity.CreatedAt,
            [Column.UpdatedAt] = entity.UpdatedAt,
            [Column.DeletedAt] = entity.DeletedAt,
            [Column.Conflict] = entity.Conflict,
        };
        SpilledText.SetPacked(row, Column.Version, JsonSerializer.Serialize(entity.Current with { Received = null }));
        return row;
    }

    private static TableEntity ToVersionRow(Dataset dataset, DatasetEntity entity)
    {
        var row = new TableEntity(EntityKeys.Entities(dataset), EntityKeys.Version(entity.Id, entity.Current.Number));
        SpilledText.SetPacked(row, Column.Version, JsonSerializer.Serialize(entity.Current));
        return row;
    }

    private static EntityOutcome ToOutcome(TableEntity row) =>
        new(row.GetString(Column.InstanceId)!, row.GetBoolean(Column.Applied)!.Value, row.GetBoolean(Column.Waits)!.Value);

    private static EntityStanding ToStanding(TableEntity place) =>
        new(
            EntityId.Parse(place.RowKey[EntityKeys.EntityPrefix.Length..]),
            ToActor(place, Column.Creator),
            place.GetBoolean(Column.Deleted)!.Value
        );

    private static DatasetEntity ToDatasetEntity(TableEntity entity) =>
        new(
            EntityId.Parse(entity.GetString(Column.Id)),
            ToActor(entity, Column.Creator),
            entity.GetDateTimeOffset(Column.CreatedAt)!.Value,
            ToVersion(entity)
        )
        {
            UpdatedAt = entity.GetDateTimeOffset(Column.UpdatedAt),
            DeletedAt = entity.GetDateTimeOffset(Column.DeletedAt),
            Conflict = entity.GetString(Column.Conflict),
        };

    private static EntityVersion ToVersion(TableEntity entity) =>
        JsonSerializer.Deserialize<EntityVersion>(SpilledText.GetPacked(entity, Column.Version)!)!;

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
        public const string InstanceId = "InstanceId";
        public const string Applied = "Applied";
        public const string Waits = "Waits";
    }
}
