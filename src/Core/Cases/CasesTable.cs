using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>A case's row before its body is unpacked; <see cref="Blob"/> has the body when it outgrows the row.</summary>
internal sealed record PackedCase(
    int Project,
    int Version,
    int Revision,
    string? Blob,
    Func<CancellationToken, ValueTask<Case>> UnpackAsync
);

/// <summary>
/// Table `cases`: the truth, one row per case of the whole server, so that a case id of another project is seen at once (CC-079). A row
/// changes only by the ETag that was read.
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

    /// <summary>Every case of a project, for who checks them. One operation per 1,000 cases of the server.</summary>
    internal IAsyncEnumerable<StoredRow<PackedCase>> ScanAsync(ProjectId project, CancellationToken cancellationToken) =>
        StoredRows.ScanAsync(_table, TableClient.CreateQueryFilter($"Project eq {project.Value}"), null, ToPacked, cancellationToken);

    /// <summary>The same of one case; null when there is none. One operation.</summary>
    internal async Task<PackedCase?> FindPackedAsync(CaseId id, CancellationToken cancellationToken)
    {
        var (partition, row) = CaseKeys.Case(id);
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return found.HasValue ? ToPacked(found.Value!) : null;
    }

    /// <summary>Whatever they say. One operation per 100 of a partition.</summary>
    internal async Task RemoveAsync(IEnumerable<CaseId> ids, CancellationToken cancellationToken)
    {
        foreach (var batch in ids.Select(CaseKeys.Case).GroupBy(key => key.Partition).SelectMany(partition => partition.Chunk(100)))
        {
            await _table.SubmitTransactionAsync(
                batch.Select(key => new TableTransactionAction(
                    TableTransactionActionType.Delete,
                    new TableEntity(key.Partition, key.Row),
                    ETag.All
                )),
                cancellationToken
            );
        }
    }

    /// <summary>Writes over the row that was read with <paramref name="etag"/>, or, when that is null, a new one. False when somebody
    /// else was faster: read again. One operation.</summary>
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
