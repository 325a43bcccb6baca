using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Datasets;

/// <summary>Table `datasets`: one partition per project, one row per dataset, with its properties.</summary>
public sealed class DatasetsTable(StorageAccount storage)
{
    private const int MaxAttempts = 20;
    private readonly TableClient _table = storage.Table(StorageNames.DatasetsTable);

    /// <summary>False when the project has a dataset with this name, ignoring case. One operation.</summary>
    internal async Task<bool> AddAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        try
        {
            await _table.AddEntityAsync(ToEntity(dataset), cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return false;
        }
    }

    /// <summary>The dataset with this name, ignoring case; null when there is none. One operation.</summary>
    internal async Task<Dataset?> FindSimilarAsync(ProjectId project, string name, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            DatasetKeys.Project(project),
            DatasetKeys.Dataset(name),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToDataset(found.Value!, project) : null;
    }

    /// <summary>By name. One operation per 1,000.</summary>
    internal async Task<IReadOnlyList<Dataset>> ListAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var datasets = new List<Dataset>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {DatasetKeys.Project(project)}");
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            datasets.Add(ToDataset(entity, project));
        }
        datasets.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return datasets;
    }

    /// <summary>
    /// Replaces the dataset by the result of <paramref name="change"/>, which must be pure; returning the same instance writes nothing.
    /// Null when there is no such dataset.
    /// </summary>
    internal async Task<Dataset?> ChangeAsync(
        ProjectId project,
        string name,
        Func<Dataset, Dataset> change,
        CancellationToken cancellationToken
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            var found = await _table.GetEntityIfExistsAsync<TableEntity>(
                DatasetKeys.Project(project),
                DatasetKeys.Dataset(name),
                cancellationToken: cancellationToken
            );
            if (!found.HasValue)
            {
                return null;
            }
            var current = ToDataset(found.Value!, project);
            var changed = change(current);
            if (changed == current)
            {
                return current;
            }
            var next = changed with { Stamp = DatasetKeys.NewStamp() };
            try
            {
                await _table.UpdateEntityAsync(ToEntity(next), found.Value!.ETag, TableUpdateMode.Replace, cancellationToken);
                return next;
            }
            catch (RequestFailedException e) when (e.Status == 412 && attempt < MaxAttempts)
            {
                // Changed by another request: read again and apply the change to the new version.
            }
        }
    }

    private static TableEntity ToEntity(Dataset dataset)
    {
        var entity = new TableEntity(DatasetKeys.Project(dataset.Project), DatasetKeys.Dataset(dataset.Name))
        {
            [nameof(Dataset.Key)] = dataset.Key,
            [nameof(Dataset.Name)] = dataset.Name,
            [nameof(Dataset.CreatedAt)] = dataset.CreatedAt,
            [nameof(Dataset.ApprovalRequired)] = dataset.ApprovalRequired,
            [nameof(Dataset.OwnerOnly)] = dataset.OwnerOnly,
            [nameof(Dataset.PublishedBy)] = dataset.PublishedBy,
            [nameof(Dataset.Stamp)] = dataset.Stamp,
        };
        SpilledText.SetPacked(entity, nameof(Dataset.Properties), JsonSerializer.Serialize(dataset.Properties));
        return entity;
    }

    private static Dataset ToDataset(TableEntity entity, ProjectId project) =>
        new(
            project,
            entity.GetString(nameof(Dataset.Key))!,
            entity.GetString(nameof(Dataset.Name))!,
            entity.GetDateTimeOffset(nameof(Dataset.CreatedAt))!.Value
        )
        {
            ApprovalRequired = entity.GetBoolean(nameof(Dataset.ApprovalRequired))!.Value,
            OwnerOnly = entity.GetBoolean(nameof(Dataset.OwnerOnly))!.Value,
            PublishedBy = entity.GetString(nameof(Dataset.PublishedBy)),
            Stamp = entity.GetString(nameof(Dataset.Stamp))!,
            Properties = JsonSerializer.Deserialize<List<DatasetProperty>>(SpilledText.GetPacked(entity, nameof(Dataset.Properties))!)!,
        };
}
