using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Datasets;

/// <summary>Table `datasets`: one partition per project, one row per dataset, with its properties.</summary>
public sealed class DatasetsTable(StorageAccount storage)
{
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
    internal Task<IReadOnlyList<Dataset>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        ListAsync(
            project,
            TableClient.CreateQueryFilter($"PartitionKey eq {DatasetKeys.Project(project)} and RowKey lt {DatasetKeys.AfterDatasets}"),
            cancellationToken
        );

    /// <summary>Those in the trash, by name. One operation per 1,000.</summary>
    internal Task<IReadOnlyList<Dataset>> ListTrashAsync(ProjectId project, CancellationToken cancellationToken) =>
        ListAsync(project, TableKey.Prefix(DatasetKeys.Project(project), DatasetKeys.TrashPrefix), cancellationToken);

    /// <summary>Datasets of all projects whose waiting submissions are being turned into entities. One operation per 1,000.</summary>
    internal async Task<IReadOnlyList<Dataset>> ListConvertingAsync(CancellationToken cancellationToken)
    {
        var filter = $"{nameof(Dataset.Converts)} eq true";
        return await _table
            .QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken)
            .Where(row => row.GetDateTimeOffset(nameof(Dataset.DeletedAt)) is null)
            .Select(row => ToDataset(row, DatasetKeys.ProjectOf(row.PartitionKey)))
            .ToListAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<Dataset>> ListAsync(ProjectId project, string filter, CancellationToken cancellationToken)
    {
        var datasets = new List<Dataset>();
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            datasets.Add(ToDataset(entity, project));
        }
        datasets.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return datasets;
    }

    /// <summary>
    /// Moves the dataset that was read to the trash. False when it has changed since. Four operations.
    /// </summary>
    internal async Task<bool> TrashAsync(Dataset dataset, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var partition = DatasetKeys.Project(dataset.Project);
        var number = await Sequences.NextAsync(_table, partition, DatasetKeys.Sequence, next => next, cancellationToken);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            partition,
            DatasetKeys.Dataset(dataset.Name),
            cancellationToken: cancellationToken
        );
        if (!found.HasValue || found.Value!.GetString(nameof(Dataset.Stamp)) != dataset.Stamp)
        {
            return false;
        }
        return await MoveAsync(found.Value, ToEntity(dataset with { DeletedAt = now, TrashNumber = number }), cancellationToken);
    }

    /// <summary>Moves a dataset back from the trash. False when there is none, or its name is in use. Two operations.</summary>
    internal async Task<bool> RestoreAsync(ProjectId project, int number, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            DatasetKeys.Project(project),
            DatasetKeys.Trashed(number),
            cancellationToken: cancellationToken
        );
        return found.HasValue
            && await MoveAsync(
                found.Value!,
                ToEntity(ToDataset(found.Value!, project) with { DeletedAt = null, TrashNumber = null }),
                cancellationToken
            );
    }

    /// <summary>One operation.</summary>
    internal async Task RemoveTrashedAsync(Dataset dataset, CancellationToken cancellationToken) =>
        await _table.DeleteEntityAsync(
            DatasetKeys.Project(dataset.Project),
            DatasetKeys.Trashed(dataset.TrashNumber!.Value),
            ETag.All,
            cancellationToken
        );

    private async Task<bool> MoveAsync(TableEntity from, TableEntity to, CancellationToken cancellationToken)
    {
        try
        {
            await _table.SubmitTransactionAsync(
                [new(TableTransactionActionType.Delete, from, from.ETag), new(TableTransactionActionType.Add, to)],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return false;
        }
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
        return await ConditionalWrite.RunAsync(
            async () =>
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
                await _table.UpdateEntityAsync(ToEntity(next), found.Value!.ETag, TableUpdateMode.Replace, cancellationToken);
                return next;
            },
            cancellationToken
        );
    }

    private static TableEntity ToEntity(Dataset dataset)
    {
        var row = dataset.TrashNumber is { } number ? DatasetKeys.Trashed(number) : DatasetKeys.Dataset(dataset.Name);
        var entity = new TableEntity(DatasetKeys.Project(dataset.Project), row)
        {
            [nameof(Dataset.Key)] = dataset.Key,
            [nameof(Dataset.Name)] = dataset.Name,
            [nameof(Dataset.CreatedAt)] = dataset.CreatedAt,
            [nameof(Dataset.ApprovalRequired)] = dataset.ApprovalRequired,
            [nameof(Dataset.OwnerOnly)] = dataset.OwnerOnly,
            [nameof(Dataset.PublishedBy)] = dataset.PublishedBy,
            [nameof(Dataset.Stamp)] = dataset.Stamp,
            [nameof(Dataset.Converts)] = dataset.Converts,
            [nameof(Dataset.DeletedAt)] = dataset.DeletedAt,
            [nameof(Dataset.TrashNumber)] = dataset.TrashNumber,
            [nameof(Dataset.AccessRules)] = dataset.AccessRules.Count == 0 ? null : JsonSerializer.Serialize(dataset.AccessRules),
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
            Converts = entity.GetBoolean(nameof(Dataset.Converts)) ?? false,
            DeletedAt = entity.GetDateTimeOffset(nameof(Dataset.DeletedAt)),
            TrashNumber = entity.GetInt32(nameof(Dataset.TrashNumber)),
            ChangedAt = entity.Timestamp,
            AccessRules = entity.GetString(nameof(Dataset.AccessRules)) is { } rules
                ? JsonSerializer.Deserialize<List<AccessRule>>(rules)!
                : [],
            Properties = JsonSerializer.Deserialize<List<DatasetProperty>>(SpilledText.GetPacked(entity, nameof(Dataset.Properties))!)!,
        };
}
