using Azure;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

/// <summary>Changes of many rows, in as few transactions as the service allows.</summary>
internal static class TableRows
{
    /// <summary>The service's limit.</summary>
    public const int BatchSize = 100;

    // The service takes 4 MiB, with names and escapes.
    private const int MaxBatchBytes = 2 << 20;
    private const int OtherValueBytes = 16;

    /// <summary>
    /// Splits changes into transactions without changing their order: at most 100 rows of one partition and about 2 MiB in each.
    /// </summary>
    public static IEnumerable<List<TableTransactionAction>> Batches(IEnumerable<TableTransactionAction> actions)
    {
        var (batch, bytes) = (new List<TableTransactionAction>(), 0);
        foreach (var action in actions)
        {
            var size = Bytes(action.Entity);
            if (
                batch.Count == BatchSize
                || (batch.Count > 0 && (bytes + size > MaxBatchBytes || batch[0].Entity.PartitionKey != action.Entity.PartitionKey))
            )
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(action);
            bytes += size;
        }
        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>Submits <see cref="Batches"/> one after the other. One operation for each.</summary>
    public static async Task SubmitAsync(
        TableClient table,
        IEnumerable<TableTransactionAction> actions,
        CancellationToken cancellationToken
    )
    {
        foreach (var batch in Batches(actions))
        {
            await table.SubmitTransactionAsync(batch, cancellationToken);
        }
    }

    /// <summary>Deletes rows unconditionally. One operation per 100 of a partition.</summary>
    public static Task DeleteAsync(TableClient table, IEnumerable<TableEntity> rows, CancellationToken cancellationToken) =>
        SubmitAsync(
            table,
            rows.GroupBy(row => row.PartitionKey)
                .SelectMany(partition => partition)
                .Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)),
            cancellationToken
        );

    /// <summary>
    /// Deletes the rows that match a filter, or those of them whose keys are <paramref name="doomed"/>. One operation per 1,000 found and
    /// one per 100 of a partition deleted.
    /// </summary>
    public static async Task DeleteAllAsync(
        TableClient table,
        string filter,
        CancellationToken cancellationToken,
        Func<TableEntity, bool>? doomed = null
    )
    {
        string[] keys = ["PartitionKey", "RowKey"];
        await foreach (var page in table.QueryAsync<TableEntity>(filter, select: keys, cancellationToken: cancellationToken).AsPages())
        {
            await DeleteAsync(table, page.Values.Where(row => doomed?.Invoke(row) ?? true), cancellationToken);
        }
    }

    private static int Bytes(ITableEntity row) =>
        ((TableEntity)row).Sum(column =>
            column.Value switch
            {
                byte[] some => some.Length,
                string text => 2 * text.Length,
                _ => OtherValueBytes,
            }
        );
}
