using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// Table `cases`: the truth, one row per case of the whole server, so that a case id of another project is seen at once (CC-079). A row changes
/// only by the ETag that was read.
/// </summary>
public sealed class CasesTable(StorageAccount storage, CasesContainer bodies)
{
    private readonly TableClient _table = storage.Table(StorageNames.CasesTable);

    /// <summary>Null when no project of the server knows the case. It may belong to another project: look. One operation.</summary>
    public async Task<(Case Case, ETag ETag)?> FindAsync(CaseId id, CancellationToken cancellationToken)
    {
        var (partition, row) = CaseKeys.Case(id);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return found.HasValue ? (await bodies.UnpackAsync(found.Value!, cancellationToken), found.Value!.ETag) : null;
    }

    /// <summary>Writes over the row that was read with <paramref name="etag"/>, or, when that is null, a new one. False when somebody else was faster: read again. One operation.</summary>
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
            await (etag is { } read
                ? _table.UpdateEntityAsync(entity, read, TableUpdateMode.Replace, cancellationToken)
                : _table.AddEntityAsync(entity, cancellationToken));
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
    }
}
