using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>What requests of a project have promised and not finished.</summary>
internal sealed class EntityIntents(Census census)
{
    public async Task<int> CountAsync() => (await ListAsync()).Count;

    /// <summary>Makes them so old that nobody can be working on them any more.</summary>
    public async Task AgeAsync()
    {
        var table = await TableAsync();
        foreach (var intent in await ListAsync())
        {
            intent["At"] = intent.GetDateTimeOffset("At")!.Value.AddMinutes(-10);
            await table.UpdateEntityAsync(intent, ETag.All, TableUpdateMode.Replace);
        }
    }

    private async Task<List<TableEntity>> ListAsync()
    {
        var found = new List<TableEntity>();
        await foreach (var row in (await TableAsync()).QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"Project eq {census.Programme.Id}")))
        {
            found.Add(row);
        }
        return found;
    }

    private static async Task<TableClient> TableAsync() => new TableServiceClient(await Server.StorageAsync()).GetTableClient("intents");
}
