using System.Net;
using Azure.Data.Tables;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Deletion of datasets, properties and entities, and their purge after 30 days.</summary>
public sealed class DatasetDeletionTests
{
    [Fact]
    public async Task A_dataset_that_no_form_uses_goes_to_the_trash_and_frees_its_name()
    {
        var programme = await Programme.StartAsync();
        var dataset = await programme.CreateDatasetAsync("age");
        var path = programme.DatasetPath(dataset);
        (await programme.Admin.PostJsonAsync($"{path}/entities", new { label = "Ann" })).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.GetAsync(path)).ShouldBeProblem(404.1m);
        (await programme.Admin.DeleteAsync(path)).ShouldBeProblem(404.1m);
        Assert.Equal(0, (await programme.Admin.GetAsync($"{programme.Path}/datasets")).Json.GetArrayLength());

        var trashed = Assert.Single((await programme.Admin.GetAsync($"{programme.Path}/datasets?deleted=true")).Json.EnumerateArray());
        Assert.Equal(dataset, trashed.GetProperty("name").GetString());
        Assert.NotNull(trashed.GetProperty("deletedAt").GetString());
        var file = await programme.Admin.GetAsync($"{programme.Path}/trash/datasets/{trashed.GetProperty("id").GetInt32()}/entities.csv");
        Assert.Contains("Ann", file.ShouldBe(HttpStatusCode.OK).Text, StringComparison.Ordinal);
        Assert.Contains($"{dataset}-deleted.csv", file.Header("Content-Disposition"), StringComparison.Ordinal);
        (await programme.Admin.GetAsync($"{programme.Path}/trash/datasets/99/entities.csv")).ShouldBeProblem(404.1m);

        (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name = dataset })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(0, (await programme.Admin.GetAsync($"{path}/entities")).Json.GetArrayLength());
        (await programme.Admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(2, (await programme.Admin.GetAsync($"{programme.Path}/datasets?deleted=true")).Json.GetArrayLength());
    }

    [Fact]
    public async Task A_dataset_that_a_form_or_draft_uses_is_not_deleted()
    {
        var census = await Census.StartAsync();
        var refused = (await census.Programme.Admin.DeleteAsync(census.Programme.DatasetPath(census.Dataset))).ShouldBeProblem(409.21m);
        Assert.Equal([census.Form], refused.Json.GetProperty("details").GetProperty("sourceForms").Names("xmlFormId"));
        var dataset = await census.Programme.CreateDatasetAsync();
        var draft = await census.Programme.DraftAsync(EntityForms.Reading("reading", files: $"{dataset}.csv"), "reading");
        refused = (await census.Programme.Admin.DeleteAsync(census.Programme.DatasetPath(dataset))).ShouldBeProblem(409.21m);
        Assert.Equal([draft], refused.Json.GetProperty("details").GetProperty("draftLinkedForms").Names("xmlFormId"));
        (await census.Programme.Admin.DeleteAsync(census.Programme.FormPath(draft))).ShouldBe(HttpStatusCode.OK);
        (await census.Programme.Admin.DeleteAsync(census.Programme.DatasetPath(dataset))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_property_is_deleted_when_nothing_uses_it()
    {
        var census = await Census.StartAsync();
        var path = census.Programme.DatasetPath(census.Dataset);
        (await census.Programme.Admin.PostJsonAsync($"{path}/properties", new { name = "height" })).ShouldBe(HttpStatusCode.OK);
        var ann = await census.CreateAsync();
        (
            await census.Programme.Admin.PatchJsonAsync($"{census.EntitiesPath}/{ann}?force=true", new { data = new { height = "170" } })
        ).ShouldBe(HttpStatusCode.OK);
        var refused = (await census.Programme.Admin.DeleteAsync($"{path}/properties/height")).ShouldBeProblem(409.22m);
        var prerequisites = refused.Json.GetProperty("details").GetProperty("prerequisites");
        Assert.Equal(1, prerequisites.GetProperty("nonEmptyEntities").GetProperty("details").GetProperty("totalCount").GetInt32());
        Assert.False(prerequisites.TryGetProperty("dependentForms", out _));
        refused = (await census.Programme.Admin.DeleteAsync($"{path}/properties/age")).ShouldBeProblem(409.22m);
        Assert.True(refused.Json.GetProperty("details").GetProperty("prerequisites").TryGetProperty("dependentForms", out _));

        (
            await census.Programme.Admin.PatchJsonAsync($"{census.EntitiesPath}/{ann}?force=true", new { data = new { height = "" } })
        ).ShouldBe(HttpStatusCode.OK);
        (await census.Programme.Admin.DeleteAsync($"{path}/properties/height")).ShouldBe(HttpStatusCode.OK);
        (await census.Programme.Admin.DeleteAsync($"{path}/properties/height")).ShouldBeProblem(404.1m);
        Assert.Equal(["first_name", "age"], (await census.Programme.DatasetAsync(census.Dataset)).GetProperty("properties").Names());
    }

    [Fact, Clause("OR-144")]
    public async Task Entities_are_purged_after_30_days_and_phones_still_learn_of_the_deletion()
    {
        var census = await Census.StartAsync();
        var (ann, bob, eve) = (await census.CreateAsync(), await census.CreateAsync("Bob", "Bob"), await census.CreateAsync("Eve", "Eve"));
        foreach (var id in new[] { ann, bob })
        {
            (await census.Programme.Admin.DeleteAsync($"{census.EntitiesPath}/{id}")).ShouldBe(HttpStatusCode.OK);
        }
        var dataset = await census.Programme.CreateDatasetAsync();
        (await census.Programme.Admin.DeleteAsync(census.Programme.DatasetPath(dataset))).ShouldBe(HttpStatusCode.OK);
        await AgeAsync("entities", row => row.GetString("EntityId") == ann);
        await AgeAsync("datasets", row => row.GetString("Name") == dataset);
        (
            await census.Programme.Admin.PostJsonAsync(
                new Uri(census.Programme.Server.BaseUrl, "/admin/functions/PurgeDeleted").ToString(),
                new { }
            )
        ).ShouldBe(HttpStatusCode.Accepted);

        Assert.Equal([bob], (await census.Programme.Admin.GetAsync($"{census.EntitiesPath}?deleted=true")).Json.Names("uuid"));
        (await census.Programme.Admin.PostAsync($"{census.EntitiesPath}/{ann}/restore")).ShouldBeProblem(404.1m);
        (await census.Programme.Admin.PostAsync($"{census.EntitiesPath}/{bob}/restore")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(
            new()
            {
                [ann] = "true",
                [bob] = "false",
                [eve] = "false",
            },
            (await census.Phone.GetAsync($"{census.Programme.DatasetPath(census.Dataset)}/integrity")).Integrity()
        );
        (await census.Programme.Admin.PostJsonAsync(census.EntitiesPath, new { uuid = ann, label = "Ann" })).ShouldBeProblem(409.19m);
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"1\""));
        Assert.Equal([404.11m], await census.ErrorCodesAsync());
        Assert.Equal(0, (await census.Programme.Admin.GetAsync($"{census.Programme.Path}/datasets?deleted=true")).Json.GetArrayLength());
    }

    private static async Task AgeAsync(string name, Func<TableEntity, bool> isWanted)
    {
        var table = new TableServiceClient(await Server.StorageAsync()).GetTableClient(name);
        await foreach (var row in table.QueryAsync<TableEntity>())
        {
            if (isWanted(row) && row.GetDateTimeOffset("DeletedAt") is { } deleted)
            {
                row["DeletedAt"] = deleted.AddDays(-31);
                await table.UpdateEntityAsync(row, Azure.ETag.All, TableUpdateMode.Replace);
            }
        }
    }
}
