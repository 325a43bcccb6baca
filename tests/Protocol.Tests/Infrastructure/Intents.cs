using System.Net;
using Azure;
using Azure.Data.Tables;

namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>The intents of a project, and the timer function that completes them.</summary>
internal sealed class Intents(Programme programme)
{
    public async Task<int> CountAsync() => (await ListAsync()).Count;

    /// <summary>Makes them too old for a running request.</summary>
    public async Task AgeAsync()
    {
        var table = await TableAsync();
        foreach (var intent in await ListAsync())
        {
            intent["At"] = intent.GetDateTimeOffset("At")!.Value.AddMinutes(-10);
            await table.UpdateEntityAsync(intent, ETag.All, TableUpdateMode.Replace);
        }
    }

    /// <summary>As an operator runs it by hand on the machine itself.</summary>
    public async Task ReconcileAsync() =>
        (await programme.Admin.PostJsonAsync(new Uri(programme.Server.BaseUrl, "/admin/functions/Reconcile").ToString(), new { })).ShouldBe(
            HttpStatusCode.Accepted
        );

    public async Task<List<TableEntity>> ListAsync()
    {
        var found = new List<TableEntity>();
        await foreach (var row in (await TableAsync()).QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"Project eq {programme.Id}")))
        {
            found.Add(row);
        }
        return found;
    }

    public static async Task<TableClient> TableAsync() => new TableServiceClient(await Server.StorageAsync()).GetTableClient("intents");
}
