using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// A case's row before its body is unpacked. <see cref="Blob"/> names the blob with the body, null when the body is in the row.
/// </summary>
internal sealed record PackedCase(
    int Project,
    int Version,
    int Revision,
    string? Blob,
    Func<CancellationToken, ValueTask<Case>> UnpackAsync
);

/// <summary>
/// Table `cases`: the authoritative copy, one row per case of the whole server, so that a case id used by another project is noticed
/// (CC-079). Rows are only changed conditionally, by ETag.
/// </summary>
public sealed class CasesTable(StorageAccount storage, CasesContainer bodies)
{
    private readonly TableClient _table = storage.Table(StorageNames.CasesTable);

    /// <summary>
    /// The case with this id, null when there is none. The caller must check the project: case ids are unique on the whole server. One
    /// operation.
    /// </summary>
    public async Task<(Case Case, ETag ETag)?> FindAsync(CaseId id, CancellationToken cancellationToken)
    {
        var (partition, row) = CaseKeys.Case(id);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return found.HasValue ? (await bodies.UnpackAsync(found.Value!, cancellationToken), found.Value!.ETag) : null;
    }

    /// <summary>The cases of a project, for verification. One operation per 1,000 cases of the server.</summary>
    internal IAsyncEnumerable<StoredRow<PackedCase>> ScanAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(_table, TableClient.CreateQueryFilter($"Project eq {project.Value}"), null, ToPacked, cancellationToken);

    /// <summary>A case's row without unpacking it; null when there is none. One operation.</summary>
    internal async Task<PackedCase?> FindPackedAsync(CaseId id, CancellationToken cancellationToken)
    {
        var (partition, row) = CaseKeys.Case(id);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return found.HasValue ? ToPacked(found.Value!) : null;
    }

    /// <summary>Deletes cases unconditionally. One operation per 100 of a partition.</summary>
    internal Task RemoveAsync(IEnumerable<CaseId> ids, CancellationToken cancellationToken) =>
        TableRows.DeleteAsync(_table, ids.Select(CaseKeys.Case).Select(key => new TableEntity(key.Partition, key.Row)), cancellationToken);

    /// <summary>
    /// Replaces the row that was read with <paramref name="etag"/>, or adds one when that is null. Returns false when the row has changed
    /// since: the caller reads again. One operation.
    /// </summary>
    internal async Task<bool> TryWriteAsync(Case value, ETag? etag, CancellationToken cancellationToken)
    {
        var (partition, row) = CaseKeys.Case(value.Id);
        var entity = new TableEntity(partition, row)
        {
            ["Project"] = value.Project.Value,
            ["Version"] = value.Version,
            ["Revision"] = value.Revision,
            ["ServerModifiedOn"] = value.ServerModifiedOn,
        };
        await bodies.PackAsync(entity, value, cancellationToken);
        try
        {
            await (
                etag is { } read
                    ? _table.UpdateEntityAsync(entity, read, TableUpdateMode.Replace, cancellationToken)
                    : _table.AddEntityAsync(entity, cancellationToken)
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
    }

    private PackedCase ToPacked(TableEntity row) =>
        new(
            row.GetInt32("Project")!.Value,
            row.GetInt32("Version")!.Value,
            row.GetInt32("Revision")!.Value,
            CasesContainer.BlobOf(row),
            stop => bodies.UnpackAsync(row, stop)
        );
}
