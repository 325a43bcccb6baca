using System.Globalization;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Entities;

public sealed partial class EntitiesTable
{
    /// <summary>
    /// Makes the rows of each entity fit each other again, after they were copied while somebody changed them: writes the place of an
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
}
