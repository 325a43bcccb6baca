using System.Globalization;
using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Updates that a phone made one after the other while it was offline: they share a branch, and may come in any order.</summary>
public sealed class OfflineUpdateTests
{
    [Fact, Clause("OR-239")]
    public async Task Updates_in_a_branch_are_applied_in_order_although_server_versions_increase()
    {
        var census = await Census.StartAsync();
        var (ann, branch) = (await census.CreateAsync(), Census.NewId());
        await census.SendAsync(Update(census, ann, branch, trunk: 1, basis: 1, age: "31"));
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"2\"", label: null, firstName: "Anne", age: null));
        await census.SendAsync(Update(census, ann, branch, trunk: 1, basis: 2, age: "32"));
        Assert.Equal([$"{ann},Ann,4,Anne,32"], await census.RowsAsync());

        // The update in between changed something else.
        Assert.Equal("soft", await ConflictAsync(census, ann));
        Assert.Empty(await census.ErrorsAsync());
    }

    [Fact, Clause("OR-239")]
    public async Task Updates_received_before_their_predecessor_wait_for_it()
    {
        var census = await Census.StartAsync();
        var (ann, branch) = (await census.CreateAsync(), Census.NewId());
        var last = Update(census, ann, branch, trunk: 1, basis: 3, age: "33");
        await census.SendAsync(last);
        await census.SendAsync(Update(census, ann, branch, trunk: 1, basis: 2, age: "32"));
        await census.SendAsync(last);
        Assert.Equal([$"{ann},Ann,1,Ann,30"], await census.RowsAsync());
        await census.SendAsync(Update(census, ann, branch, trunk: 1, basis: 1, age: "31"));
        Assert.Equal([$"{ann},Ann,4,Ann,33"], await census.RowsAsync());
        Assert.Null(await ConflictAsync(census, ann));
        Assert.Empty(await census.ErrorsAsync());
    }

    [Fact, Clause("OR-239")]
    public async Task An_entity_created_offline_is_updated_once_it_is_received()
    {
        var census = await Census.StartAsync();
        var (ann, branch) = (Census.NewId(), Census.NewId());
        await census.SendAsync(Update(census, ann, branch, trunk: null, basis: 2, age: "32"));
        await census.SendAsync(Update(census, ann, branch, trunk: null, basis: 1, age: "31"));
        Assert.Empty(await census.RowsAsync());
        await census.SendAsync(census.Submission(ann, $"create=\"1\" baseVersion=\"\" branchId=\"{branch}\" trunkVersion=\"\""));
        Assert.Equal([$"{ann},Ann,3,Ann,32"], await census.RowsAsync());
        Assert.Empty(await census.ErrorsAsync());
    }

    [Fact, Clause("OR-239")]
    public async Task An_update_that_waited_for_five_days_is_applied_to_the_current_version()
    {
        var census = await Census.StartAsync();
        var (ann, bob, branch) = (await census.CreateAsync(), Census.NewId(), Census.NewId());
        await census.SendAsync(Update(census, ann, branch, trunk: 1, basis: 3, age: "33"));
        await census.SendAsync(Update(census, bob, branch, trunk: null, basis: 5, age: "7"));
        await census.ReconcileAsync();
        Assert.Equal([$"{ann},Ann,1,Ann,30"], await census.RowsAsync());

        await AgeAsync(census, TimeSpan.FromDays(4));
        await census.ReconcileAsync();
        Assert.Single(await census.RowsAsync());
        await AgeAsync(census, TimeSpan.FromDays(2));
        await census.ReconcileAsync();
        await census.ReconcileAsync();
        Assert.Equal([$"{ann},Ann,2,Ann,33", $"{bob},auto generated,1,,7"], (await census.RowsAsync()).OrderBy(row => row.Split(',')[1]));

        // Later updates of the branch follow the one that was applied by force.
        await census.SendAsync(Update(census, ann, branch, trunk: 1, basis: 4, age: "34"));
        Assert.Contains($"{ann},Ann,3,Ann,34", await census.RowsAsync());
    }

    [Theory, Clause("OR-240")]
    [InlineData("branchId=\"x\" trunkVersion=\"1\"", 400.11)]
    [InlineData("branchId=\"0d1ac7c5-8a2e-4d0c-9d5b-000000000001\" trunkVersion=\"one\"", 400.11)]
    [InlineData("branchId=\"0d1ac7c5-8a2e-4d0c-9d5b-000000000001\" trunkVersion=\"9\"", 404.9)]
    [InlineData("trunkVersion=\"1\"", 400.2)]
    public async Task An_invalid_offline_branch_is_an_error(string attributes, double code)
    {
        var census = await Census.StartAsync();
        var ann = await census.CreateAsync();
        await census.SendAsync(census.Submission(ann, $"update=\"1\" baseVersion=\"1\" {attributes}"));
        Assert.Equal([(decimal)code], await census.ErrorCodesAsync());
        Assert.Equal([$"{ann},Ann,1,Ann,30"], await census.RowsAsync());
    }

    private static string Update(Census census, string id, string branch, int? trunk, int basis, string age) =>
        census.Submission(
            id,
            string.Create(
                CultureInfo.InvariantCulture,
                $"update=\"1\" baseVersion=\"{basis}\" trunkVersion=\"{trunk}\" branchId=\"{branch}\""
            ),
            label: null,
            firstName: null,
            age: age
        );

    private static async Task<string?> ConflictAsync(Census census, string id) =>
        (await census.Programme.Admin.GetAsync($"{census.EntitiesPath}/{id}")).Json.GetProperty("conflict").GetString();

    // Makes what waits look as if it had waited longer.
    private static async Task AgeAsync(Census census, TimeSpan time)
    {
        var table = new TableServiceClient(await Server.StorageAsync()).GetTableClient("heldEntities");
        await foreach (
            var row in table.QueryAsync<TableEntity>(
                TableClient.CreateQueryFilter($"PartitionKey eq 'waiting' and Project eq {census.Programme.Id}")
            )
        )
        {
            await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All);
            var at = row.GetDateTimeOffset("At")!.Value - time;
            row["At"] = at;
            row.RowKey = at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture) + row.RowKey[19..];
            await table.AddEntityAsync(row);
        }
    }
}
