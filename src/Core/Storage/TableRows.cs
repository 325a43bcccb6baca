using Azure;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

internal static class TableRows
{
    private const int BatchSize = 100;

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
            foreach (
                var batch in page
                    .Values.Where(row => doomed?.Invoke(row) ?? true)
                    .GroupBy(row => row.PartitionKey)
                    .SelectMany(partition => partition.Chunk(BatchSize))
            )
            {
                await table.SubmitTransactionAsync(
                    batch.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)),
                    cancellationToken
                );
            }
        }
    }
}
