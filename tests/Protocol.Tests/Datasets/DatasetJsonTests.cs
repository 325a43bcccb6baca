using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Datasets as JSON, and refused bodies.</summary>
public sealed class DatasetJsonTests
{
    [Fact]
    public async Task Drafts_that_fill_or_read_a_dataset_are_listed_apart()
    {
        var census = await Census.StartAsync();
        var (filling, reading) = (Samples.Unique("filling"), Samples.Unique("reading"));
        await census.Programme.DraftAsync(EntityForms.Filling(filling, census.Dataset), filling);
        await census.Programme.DraftAsync(EntityForms.Reading(reading, files: $"{census.Dataset}.csv"), reading);
        (await census.Programme.ReplaceDraftAsync(census.Form)).ShouldBe(HttpStatusCode.OK);

        var dataset = await census.Programme.DatasetAsync(census.Dataset);
        Assert.Equal([census.Form], dataset.GetProperty("sourceForms").Names("xmlFormId"));
        Assert.Equal([census.Form], dataset.GetProperty("linkedForms").Names("xmlFormId"));
        Assert.Equal([census.Form, filling], dataset.GetProperty("draftSourceForms").Names("xmlFormId").Order());
        Assert.Equal(new[] { census.Form, reading }.Order(), dataset.GetProperty("draftLinkedForms").Names("xmlFormId").Order());
        Assert.Equal(JsonValueKind.Null, dataset.GetProperty("deletedAt").ValueKind);
        var updated = dataset.GetProperty("lastUpdate").GetDateTimeOffset();
        Assert.True(updated >= dataset.GetProperty("createdAt").GetDateTimeOffset().AddSeconds(-1));
        await census.CreateAsync();
        Assert.True((await census.Programme.DatasetAsync(census.Dataset)).GetProperty("lastUpdate").GetDateTimeOffset() >= updated);
    }

    [Fact]
    public async Task Invalid_entities_are_audited_with_Central_s_codes()
    {
        var programme = await Programme.StartAsync();
        var path = $"{programme.DatasetPath(await programme.CreateDatasetAsync("age"))}/entities";
        foreach (
            var (body, code) in new (object, decimal)[]
            {
                (new { }, 400.2m),
                (new { label = " " }, 400.8m),
                (new { label = 5 }, 400.11m),
                (new { label = "A", uuid = 5 }, 400.11m),
                (new { label = "A", uuid = "x" }, 400.11m),
                (new { label = "A", data = new { height = "1" } }, 400.28m),
                (new { label = "A", data = new { age = 5 } }, 400.11m),
                (new { label = "A", data = new { age = (string?)null } }, 400.11m),
                (new { label = "A", data = "age" }, 400.11m),
                (new { label = "A", age = "5" }, 400.31m),
                (new { entities = "all" }, 400.31m),
                (new { entities = Array.Empty<object>() }, 400.31m),
            }
        )
        {
            (await programme.Admin.PostJsonAsync(path, body)).ShouldBeProblem(code);
        }
        var id = (await programme.Admin.PostJsonAsync(path, new { label = "Ann" })).ShouldBe(HttpStatusCode.OK).Json;
        var entity = $"{path}/{id.GetProperty("uuid").GetString()}?force=true";
        (await programme.Admin.PatchJsonAsync(entity, new { label = "" })).ShouldBeProblem(400.8m, "label");
        (await programme.Admin.PatchJsonAsync(entity, new { })).ShouldBeProblem(400.28m);
        foreach (var address in new[] { $"{path}/x", $"{path}/x/versions" })
        {
            (await programme.Admin.GetAsync(address)).ShouldBeProblem(400.11m, "uuid");
        }
        (await programme.Admin.DeleteAsync($"{path}/x")).ShouldBeProblem(400.11m);
    }

    [Fact]
    public async Task Notes_that_come_with_a_change_are_kept_in_the_audit_log()
    {
        var census = await Census.StartAsync();
        var id = await census.CreateAsync();
        var noted = census.Programme.Admin.With("X-Action-Notes", "moved%20away%2C%20%C3%A9t%C3%A9");
        (await noted.PatchJsonAsync(census.Programme.DatasetPath(census.Dataset), new { ownerOnly = true })).ShouldBe(HttpStatusCode.OK);
        (await noted.DeleteAsync($"{census.EntitiesPath}/{id}")).ShouldBe(HttpStatusCode.OK);
        foreach (var action in new[] { "dataset.update", "entity.delete" })
        {
            var entries = (await census.Programme.Admin.GetAsync($"/audits?action={action}&limit=100")).ShouldBe(HttpStatusCode.OK).Json;
            var entry = entries
                .EnumerateArray()
                .First(one => one.GetProperty("details").ToString().Contains(census.Dataset, StringComparison.Ordinal));
            Assert.Equal("moved away, été", entry.GetProperty("notes").GetString());
        }
    }
}
