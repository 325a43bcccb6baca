using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>How many storage operations datasets cost (docs/architecture.md, budgets), at a process that knows account and form.</summary>
public sealed class EntityBudgetTests
{
    [Fact]
    public async Task A_submission_costs_seven_operations_and_two_or_three_for_its_entity()
    {
        var census = await WarmAsync();
        var id = Census.NewId();
        await CostsAsync(9, () => census.PostAsync(census.Submission(id, "create=\"1\"")), HttpStatusCode.Created);
        await CostsAsync(
            10,
            () => census.PostAsync(census.Submission(id, "update=\"1\" baseVersion=\"1\"", age: "31")),
            HttpStatusCode.Created
        );
    }

    [Fact]
    public async Task A_manifest_with_a_dataset_costs_three_operations_and_the_file_one_more()
    {
        var census = await WarmAsync();
        await census.CreateAsync();
        var form = census.Programme.FormPath(census.Form);
        var file = $"{form}/attachments/{census.Dataset}.csv";
        foreach (var path in new[] { $"{form}/manifest", file })
        {
            await census.Phone.GetAsync(path);
        }
        await CostsAsync(3, () => census.Phone.GetAsync($"{form}/manifest"), HttpStatusCode.OK);
        await CostsAsync(4, () => census.Phone.GetAsync(file), HttpStatusCode.OK);
        var etag = (await census.Phone.GetAsync(file)).Header("ETag")!;
        await CostsAsync(3, () => census.Phone.With("If-None-Match", etag).GetAsync(file), HttpStatusCode.NotModified);
    }

    private static async Task<Census> WarmAsync()
    {
        var census = (await Census.StartAsync(server: await Processes.FirstAsync())).At(await Processes.RememberingAsync());
        await census.CreateAsync("Warm");
        return census;
    }

    private static async Task CostsAsync(int budget, Func<Task<Answer>> request, HttpStatusCode status)
    {
        var cost = (await request()).ShouldBe(status).StorageOperations;
        Assert.True(cost <= budget, $"It cost {cost} operations, and {budget} are allowed.");
    }
}
