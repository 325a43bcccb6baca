using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

/// <summary>Hands out unique numbers from a counter row that is changed conditionally.</summary>
internal static class Sequences
{
    private const string Next = "Next";

    /// <summary>The next number. Two operations without contention.</summary>
    public static Task<T> NextAsync<T>(
        TableClient table,
        string partition,
        string row,
        Func<int, T> make,
        CancellationToken cancellationToken
    ) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
                var number = found.HasValue ? found.Value!.GetInt32(Next)!.Value : 1;
                var next = new TableEntity(partition, row) { [Next] = number + 1 };
                await (
                    found.HasValue
                        ? table.UpdateEntityAsync(next, found.Value!.ETag, TableUpdateMode.Replace, cancellationToken)
                        : table.AddEntityAsync(next, cancellationToken)
                );
                return make(number);
            },
            cancellationToken
        );

    /// <summary>The last number handed out, or 0. One operation.</summary>
    public static async Task<int> FindLastAsync(TableClient table, string partition, string row, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value!.GetInt32(Next)!.Value - 1 : 0;
    }

    /// <summary>Marks <paramref name="number"/>, and all lower ones, as used. One or two operations.</summary>
    public static Task ReserveAsync(TableClient table, string partition, string row, int number, CancellationToken cancellationToken) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
                if (found.HasValue && found.Value!.GetInt32(Next) > number)
                {
                    return false;
                }
                var next = new TableEntity(partition, row) { [Next] = number + 1 };
                await (
                    found.HasValue
                        ? table.UpdateEntityAsync(next, found.Value!.ETag, TableUpdateMode.Replace, cancellationToken)
                        : table.AddEntityAsync(next, cancellationToken)
                );
                return true;
            },
            cancellationToken
        );
}
