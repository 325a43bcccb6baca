using System.Runtime.CompilerServices;
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
    private const int PageSize = 1000;
    private static readonly string[] ListedColumns =
    [
        Column.Id,
        Column.Creator,
        Column.CreatedAt,
        Column.UpdatedAt,
        Column.DeletedAt,
        Column.Conflict,
        Column.ResolvedVersion,
        .. SpilledText.Names(Column.Version),
    ];

    private readonly TableClient _table = storage.Table(StorageNames.EntitiesTable);

    /// <summary>
    /// The dataset's stamp, which changes with every entity, or with every entity of a creator; blank before the first. One operation.
    /// </summary>
    internal async Task<string> ReadStampAsync(Dataset dataset, ActorId? creator, CancellationToken cancellationToken) =>
        (await FindHeadAsync(dataset, creator is { } id ? EntityKeys.HeadOf(id) : EntityKeys.Head, cancellationToken))?.GetString(
            Column.Stamp
        ) ?? "";

    /// <summary>When an entity was changed last; null before the first. One operation.</summary>
    internal async Task<DateTimeOffset?> FindLastChangeAsync(Dataset dataset, CancellationToken cancellationToken) =>
        (await FindHeadAsync(dataset, EntityKeys.Head, cancellationToken))?.Timestamp;

    private async Task<TableEntity?> FindHeadAsync(Dataset dataset, string row, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Entities(dataset),
            row,
            cancellationToken: cancellationToken
        );
        return found.HasValue ? found.Value : null;
    }

    /// <summary>Newest first, including deleted ones. One operation per 1,000.</summary>
    internal IAsyncEnumerable<DatasetEntity> ListAsync(Dataset dataset, int? atMost, CancellationToken cancellationToken) =>
        ListAfterAsync(dataset, null, atMost, cancellationToken);

    /// <summary>Deleted entities alone, newest first. One operation per 1,000, or per as many as storage searches in one request.</summary>
    internal IAsyncEnumerable<DatasetEntity> ListDeletedAsync(Dataset dataset, CancellationToken cancellationToken) =>
        _table
            .QueryAsync<TableEntity>(
                $"{After(dataset, null)} and {Column.DeletedAt} gt datetime'1970-01-01T00:00:00Z'",
                cancellationToken: cancellationToken
            )
            .Select(ToDatasetEntity);

    /// <summary>The same after a place in the timeline. One operation per 1,000, or per <paramref name="pageSize"/>.</summary>
    internal IAsyncEnumerable<DatasetEntity> ListAfterAsync(
        Dataset dataset,
        string? after,
        int? pageSize,
        CancellationToken cancellationToken
    ) =>
        QueriedRows.ReadAsync(
            _table,
            After(dataset, after),
            pageSize ?? PageSize,
            ListedColumns,
            selects: false,
            ToDatasetEntity,
            ahead: false,
            cancellationToken
        );

    /// <summary>The same entities without their values. One operation per 1,000.</summary>
    internal IAsyncEnumerable<EntityHead> ListHeadsAfterAsync(Dataset dataset, string? after, CancellationToken cancellationToken) =>
        _table.QueryAsync<TableEntity>(After(dataset, after), select: HeadColumns, cancellationToken: cancellationToken).Select(ToHead);

    private static string After(Dataset dataset, string? after)
    {
        var all = TableKey.Prefix(EntityKeys.Entities(dataset), EntityKeys.TimelinePrefix);
        return after is null ? all : $"{all} and {TableClient.CreateQueryFilter($"RowKey gt {after}")}";
    }

    /// <summary>The entity with its ETag at each of these places, for a change of many. One operation per 1,000 of the dataset.</summary>
    internal IAsyncEnumerable<StoredEntity> ListStoredAsync(Dataset dataset, CancellationToken cancellationToken) =>
        _table
            .QueryAsync<TableEntity>(After(dataset, null), cancellationToken: cancellationToken)
            .Select(row => new StoredEntity(ToDatasetEntity(row), row.ETag));

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
        if (place.Value!.GetString(Column.TimelineKey) is not { } key)
        {
            return new StoredEntity(DatasetEntity.Purged(id, ToActor(place.Value, Column.Creator)), place.Value.ETag);
        }
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            EntityKeys.Entities(dataset),
            key,
            cancellationToken: cancellationToken
        );

        // A place without an entity is reserved by an unfinished bulk creation.
        return found.HasValue ? new StoredEntity(ToDatasetEntity(found.Value!), found.Value!.ETag) : null;
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

    /// <summary>Newest first. One operation per 1,000.</summary>
    internal async Task<IReadOnlyList<EntityEvent>> ListEventsAsync(Dataset dataset, EntityId id, CancellationToken cancellationToken)
    {
        var events = new List<EntityEvent>();
        var filter = TableKey.Prefix(EntityKeys.Entities(dataset), EntityKeys.EventsOf(id));
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            events.Add(ToEvent(row));
        }
        return events;
    }
}
