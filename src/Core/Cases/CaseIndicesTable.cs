using System.Runtime.CompilerServices;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>A case that has, or once had, an index to another.</summary>
public sealed record CaseReference(CaseId Source, CaseId Target, CaseRelationship Relationship);

/// <summary>
/// Table `caseIndices`: the cases that refer to a case. Rows are written before the case with the index and are never removed. They name
/// every case with such an index, and some that no longer have it: readers check the source's own indices.
/// </summary>
public sealed class CaseIndicesTable(StorageAccount storage)
{
    private readonly TableClient _table = storage.Table(StorageNames.CaseIndicesTable);

    /// <summary>A source is returned once for each of its indices. One operation per 1,000.</summary>
    public async IAsyncEnumerable<CaseReference> ListSourcesAsync(
        ProjectId project,
        CaseId target,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.Prefix(CaseKeys.IndexPartition(project, target), CaseKeys.IndexRowsOf(target));
        await foreach (var entity in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            yield return new CaseReference(
                CaseId.FromStored(entity.GetString("Source")),
                CaseId.FromStored(entity.GetString("Target")),
                Enum.Parse<CaseRelationship>(entity.GetString("Relationship"))
            );
        }
    }

    /// <summary>Whether the row of an index exists. One operation.</summary>
    internal async Task<bool> ExistsAsync(ProjectId project, CaseId source, CaseIndex index, CancellationToken cancellationToken) =>
        (
            await _table.GetEntityIfExistsAsync<TableEntity>(
                CaseKeys.IndexPartition(project, index.Target!.Value),
                CaseKeys.IndexRow(index.Target.Value, source, index),
                ["PartitionKey"],
                cancellationToken
            )
        ).HasValue;

    /// <summary>One operation.</summary>
    internal async Task<bool> HasAnyAsync(ProjectId project, CancellationToken cancellationToken) =>
        await _table
            .QueryAsync<TableEntity>(TableKey.PartitionPrefix(CaseKeys.OwnerPartitionsOf(project)), 1, ["PartitionKey"], cancellationToken)
            .AnyAsync(cancellationToken);

    /// <summary>Adds the row of an index; does nothing for a tombstone. One operation.</summary>
    internal async Task AddAsync(ProjectId project, CaseId source, CaseIndex index, CancellationToken cancellationToken)
    {
        if (index.Target is not { } target)
        {
            return;
        }
        await _table.UpsertEntityAsync(
            new TableEntity(CaseKeys.IndexPartition(project, target), CaseKeys.IndexRow(target, source, index))
            {
                ["Source"] = source.Value,
                ["Target"] = target.Value,
                ["Relationship"] = index.Relationship.ToString(),
            },
            TableUpdateMode.Replace,
            cancellationToken
        );
    }
}
