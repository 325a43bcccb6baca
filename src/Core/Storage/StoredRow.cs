using System.Runtime.CompilerServices;
using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// A row as listed, for verification. <see cref="Read"/> parses it and fails for this row alone; <see cref="ReadAgainAsync"/> returns its
/// current version, null if it was deleted, with one operation.
/// </summary>
internal sealed record StoredRow<T>(
    string Table,
    string Partition,
    string Row,
    Func<T> Read,
    Func<CancellationToken, Task<StoredRow<T>?>> ReadAgainAsync
)
{
    /// <summary>Whether this is a repeated read.</summary>
    public bool IsAgain { get; init; }

    public override string ToString() => $"{Table} {Partition} {Row}";
}

internal static class StoredRows
{
    /// <summary>
    /// The rows that match a filter and are wanted, in key order. <paramref name="columns"/> is null for all columns. One operation per
    /// 1,000.
    /// </summary>
    public static async IAsyncEnumerable<StoredRow<T>> ScanAsync<T>(
        TableClient table,
        string filter,
        IReadOnlyList<string>? columns,
        Func<TableEntity, T> read,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        Func<TableEntity, bool>? isWanted = null
    )
    {
        await using var pages = new ReadAhead<Azure.Page<TableEntity>>(
            table.QueryAsync<TableEntity>(filter, select: WithKeys(columns), cancellationToken: cancellationToken).AsPages(),
            isWanted: true
        );
        while (await pages.MoveNextAsync())
        {
            foreach (var entity in pages.Current.Values)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (isWanted?.Invoke(entity) != false)
                {
                    yield return ToRow(table, entity, columns, read);
                }
            }
        }
    }

    /// <summary>The keys of all partitions that start with <paramref name="prefix"/>, in order. One operation for each.</summary>
    public static async IAsyncEnumerable<string> ListPartitionsAsync(
        TableClient table,
        string prefix,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var filter = TableKey.PartitionPrefix(prefix);
        while (
            await table
                .QueryAsync<TableEntity>(filter, maxPerPage: 1, select: ["PartitionKey"], cancellationToken: cancellationToken)
                .FirstOrDefaultAsync(cancellationToken)
                is { } first
        )
        {
            yield return first.PartitionKey;
            filter = $"{TableKey.PartitionPrefix(prefix)} and {TableClient.CreateQueryFilter($"PartitionKey gt {first.PartitionKey}")}";
        }
    }

    private static StoredRow<T> ToRow<T>(TableClient table, TableEntity entity, IReadOnlyList<string>? columns, Func<TableEntity, T> read)
    {
        var (partition, row) = (entity.PartitionKey, entity.RowKey);
        return new StoredRow<T>(
            table.Name,
            partition,
            row,
            () => read(entity),
            async cancellationToken =>
                await table.GetEntityIfExistsAsync<TableEntity>(partition, row, WithKeys(columns), cancellationToken)
                    is { HasValue: true } found
                    ? ToRow(table, found.Value!, columns, read) with
                    {
                        IsAgain = true,
                    }
                    : null
        );
    }

    private static IEnumerable<string>? WithKeys(IReadOnlyList<string>? columns) =>
        columns is null ? null : ["PartitionKey", "RowKey", .. columns];
}
