using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// Table `formVersions`: the published versions of a form. The row key is the version's name, so that a version is published once.
/// </summary>
public sealed class FormVersionsTable(StorageAccount storage)
{
    private const string Definition = "Definition";
    private readonly TableClient _table = storage.Table(StorageNames.FormVersionsTable);

    /// <summary>
    /// False when another definition was published under this version. Can be repeated for the same definition. One operation.
    /// </summary>
    internal async Task<bool> AddAsync(ProjectId project, int form, FormDefinition definition, CancellationToken cancellationToken)
    {
        var entity = new TableEntity(FormKeys.Versions(project, form), FormKeys.Version(definition.Version));
        SpilledText.Set(entity, Definition, JsonSerializer.Serialize(definition));
        try
        {
            await _table.AddEntityAsync(entity, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            var existing = await FindAsync(project, form, definition.Version, cancellationToken);
            return existing?.Key == definition.Key;
        }
    }

    /// <summary>Replaces all versions of a form. One operation for each, and those to remove obsolete rows.</summary>
    internal async Task ReplaceAllAsync(
        ProjectId project,
        int form,
        IEnumerable<FormDefinition> definitions,
        CancellationToken cancellationToken
    )
    {
        await TableRows.DeleteAllAsync(
            _table,
            TableClient.CreateQueryFilter($"PartitionKey eq {FormKeys.Versions(project, form)}"),
            cancellationToken
        );
        foreach (var definition in definitions)
        {
            await AddAsync(project, form, definition, cancellationToken);
        }
    }

    /// <summary>Removes a row whose publication was not completed.</summary>
    internal async Task RemoveAsync(ProjectId project, int form, string version, CancellationToken cancellationToken) =>
        await _table.DeleteEntityAsync(FormKeys.Versions(project, form), FormKeys.Version(version), ETag.All, cancellationToken);

    /// <summary>One operation.</summary>
    internal async Task<FormDefinition?> FindAsync(ProjectId project, int form, string version, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            FormKeys.Versions(project, form),
            FormKeys.Version(version),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? ToDefinition(found.Value!) : null;
    }

    /// <summary>Newest publication first. One operation per 1,000.</summary>
    internal async Task<IReadOnlyList<FormDefinition>> ListAsync(ProjectId project, int form, CancellationToken cancellationToken)
    {
        var versions = new List<FormDefinition>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {FormKeys.Versions(project, form)}");
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            versions.Add(ToDefinition(entity));
        }
        return [.. versions.OrderByDescending(version => version.PublishedAt)];
    }

    private static FormDefinition ToDefinition(TableEntity entity) =>
        JsonSerializer.Deserialize<FormDefinition>(SpilledText.Get(entity, Definition)!)!;
}
