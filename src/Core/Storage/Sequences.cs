using Azure.Data.Tables;

namespace ServerlessRosa.Core.Storage;

/// <summary>Gives out numbers, each once, by a counter row that is changed only with the ETag that was read.</summary>
internal static class Sequences
{
    private const string Next = "Next";

    /// <summary>Two operations when nobody else asks at the same time.</summary>
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

    /// <summary>The last number that was given out, or 0. One operation.</summary>
    public static async Task<int> FindLastAsync(TableClient table, string partition, string row, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value!.GetInt32(Next)!.Value - 1 : 0;
    }

    /// <summary>Sees to it that <paramref name="number"/> isn't given out any more. One operation, or two.</summary>
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
