using Azure.Data.Tables;

namespace ServerlessRosa.Core.Tests.Tables;

/// <summary>A table of its own for each test.</summary>
internal static class TestTable
{
    public static async Task<TableClient> CreateAsync(TableClientOptions? options = null)
    {
        var table = await WithoutCreatingAsync(options);
        await table.CreateIfNotExistsAsync();
        return table;
    }

    public static async Task<TableClient> WithoutCreatingAsync(TableClientOptions? options = null) =>
        new TableServiceClient(await TestStorage.ConnectionStringAsync(), options).GetTableClient($"t{Guid.NewGuid():N}");
}
