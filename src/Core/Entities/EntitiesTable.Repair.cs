using System.Globalization;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Entities;

public sealed partial class EntitiesTable
{
    /// <summary>
    /// Makes the rows of each entity fit each other again, after they were copied during concurrent changes: writes the place of an
    /// entity
    /// that has none, and removes versions after the one that the entity has. One operation per 1,000 rows and one for each row changed.
    /// Returns how many were.
    /// </summary>
    internal async Task<int> RepairAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var placed = await ListStandingsAsync(dataset, cancellationToken)
            .Select(standing => standing.Id.Value)
            .ToHashSetAsync(cancellationToken: cancellationToken);
        var current = new Dictionary<string, int>();
        var repaired = 0;
        await foreach (var entity in ListAsync(dataset, null, cancellationToken))
        {
            current[entity.Id.Value] = entity.Current.Number;
            if (!placed.Contains(entity.Id.Value))
            {
                await _table.UpsertEntityAsync(ToPlace(dataset, entity), TableUpdateMode.Replace, cancellationToken);
                repaired++;
            }
        }
        var versions = TableKey.Prefix(EntityKeys.Entities(dataset), EntityKeys.VersionPrefix);
        await foreach (
            var row in _table.QueryAsync<TableEntity>(versions, select: ["PartitionKey", "RowKey"], cancellationToken: cancellationToken)
        )
        {
            if (
                row.RowKey.Split('|') is not [_, var id, var number]
                || int.Parse(number, CultureInfo.InvariantCulture) > current.GetValueOrDefault(id)
            )
            {
                await _table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
                repaired++;
            }
        }
        return repaired;
    }

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
            place => (ToStanding(place), place.GetString(Column.TimelineKey) ?? ""),
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
        return place.HasValue ? (ToStanding(place.Value!), place.Value!.GetString(Column.TimelineKey) ?? "") : null;
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
}
