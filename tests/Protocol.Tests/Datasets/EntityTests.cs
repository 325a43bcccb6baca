using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Entities one by one, as people and scripts manage them.</summary>
public sealed class EntityTests
{
    [Fact]
    public async Task An_entity_is_created_read_changed_and_its_versions_are_listed()
    {
        var (programme, path) = await StartAsync();
        var created = (await programme.Admin.PostJsonAsync(path, new { label = "Ann", data = new { first_name = "Ann" } }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        var id = created.GetProperty("uuid").GetString();
        var read = (await programme.Admin.GetAsync($"{path}/{id}")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(created.GetProperty("createdAt").GetString(), read.GetProperty("createdAt").GetString());
        Assert.Equal("{\"first_name\":\"Ann\"}", read.GetProperty("currentVersion").GetProperty("data").ToString());

        var changed = (await programme.Admin.PatchJsonAsync($"{path}/{id}?baseVersion=1", new { data = new { age = "30" } }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal(2, changed.GetProperty("currentVersion").GetProperty("version").GetInt32());
        (await programme.Admin.PatchJsonAsync($"{path}/{id}?baseVersion=1", new { label = "Bob" })).ShouldBeProblem(409.15m);
        (await programme.Admin.PatchJsonAsync($"{path}/{id}", new { label = "Bob" })).ShouldBeProblem(409.15m, "version 2");
        (await programme.Admin.PatchJsonAsync($"{path}/{id}?force=true", new { label = "Anna" })).ShouldBe(HttpStatusCode.OK);

        var current = (await programme.Admin.GetAsync($"{path}/{id}")).Json.GetProperty("currentVersion");
        Assert.Equal("Anna", current.GetProperty("label").GetString());
        Assert.Equal("{\"first_name\":\"Ann\",\"age\":\"30\"}", current.GetProperty("data").ToString());
        var versions = (await programme.Admin.GetAsync($"{path}/{id}/versions")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray().ToList();
        Assert.Equal([1, 2, 3], versions.Select(version => version.GetProperty("version").GetInt32()));
        Assert.Equal([false, false, true], versions.Select(version => version.GetProperty("current").GetBoolean()));
        Assert.Equal("{\"age\":\"30\"}", versions[1].GetProperty("dataReceived").ToString());
    }

    [Fact]
    public async Task A_malformed_entity_is_refused()
    {
        var (programme, path) = await StartAsync();
        var id = Guid.NewGuid().ToString();
        (await programme.Admin.PostJsonAsync(path, new { label = new string('x', 100_001) })).ShouldBeProblem(400.13m);
        (await programme.Admin.PostJsonAsync(path, new { uuid = id, label = "Ann" })).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostJsonAsync(path, new { uuid = id.ToUpperInvariant(), label = "Ann" })).ShouldBeProblem(409.3m);
        (await programme.Admin.PatchJsonAsync($"{path}/{id}?baseVersion=one", new { label = "A" })).ShouldBeProblem(400.11m);
        var unknown = Guid.NewGuid();
        (await programme.Admin.GetAsync($"{path}/{unknown}")).ShouldBeProblem(404.1m);
        (await programme.Admin.GetAsync($"{path}/{unknown}/versions")).ShouldBeProblem(404.1m);
        (await programme.Admin.DeleteAsync($"{path}/{unknown}")).ShouldBeProblem(404.1m);
        (await programme.Admin.PostAsync($"{path}/{id}/restore")).ShouldBeProblem(404.1m);
    }

    [Fact, Clause("OR-131"), Clause("OR-141"), Clause("OR-144")]
    public async Task A_deleted_entity_is_not_listed_and_reported_as_deleted_until_it_is_restored()
    {
        var census = await Census.StartAsync();
        var (ann, bob) = (await census.CreateAsync(), await census.CreateAsync("Bob", "Bob"));
        var before = await census.HashAsync();
        var integrity = $"{census.Programme.DatasetPath(census.Dataset)}/integrity";
        (await census.Programme.Admin.DeleteAsync($"{census.EntitiesPath}/{ann}")).ShouldBe(HttpStatusCode.OK);

        Assert.NotEqual(before, await census.HashAsync());
        Assert.Equal([$"{bob},Bob,1,Bob,30"], await census.RowsAsync());
        Assert.Equal(new() { [ann] = "true", [bob] = "false" }, (await census.Phone.GetAsync(integrity)).Integrity());
        Assert.Equal(new() { [ann] = "true" }, (await census.Phone.GetAsync($"{integrity}?id={ann}")).Integrity());
        Assert.Equal([bob], (await census.Programme.Admin.GetAsync(census.EntitiesPath)).Json.Names("uuid"));
        Assert.Equal([ann], (await census.Programme.Admin.GetAsync($"{census.EntitiesPath}?deleted=true")).Json.Names("uuid"));
        (await census.Programme.Admin.GetAsync($"{census.EntitiesPath}/{ann}")).ShouldBeProblem(404.1m);
        (await census.Programme.Admin.PostJsonAsync(census.EntitiesPath, new { uuid = ann, label = "Ann" })).ShouldBeProblem(409.19m);
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"1\""));
        await census.SendAsync(census.Submission(ann, "create=\"1\""));
        Assert.Equal([409.3m, 404.11m], await census.ErrorCodesAsync());

        var gone = await census.HashAsync();
        (await census.Programme.Admin.PostAsync($"{census.EntitiesPath}/{ann}/restore")).ShouldBe(HttpStatusCode.OK);
        Assert.NotEqual(gone, await census.HashAsync());
        Assert.Equal([$"{bob},Bob,1,Bob,30", $"{ann},Ann,1,Ann,30"], await census.RowsAsync());
        Assert.Equal("false", (await census.Phone.GetAsync(integrity)).Integrity()[ann]);
    }

    [Fact]
    public async Task A_conflict_remains_until_it_is_resolved()
    {
        var census = await Census.StartAsync();
        var ann = await census.CreateAsync();
        foreach (var age in new[] { "31", "32" })
        {
            await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"1\"", age: age));
        }
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"3\"", age: "33"));
        var path = $"{census.EntitiesPath}/{ann}";
        Assert.Equal("hard", (await census.Programme.Admin.GetAsync(path)).Json.GetProperty("conflict").GetString());
        var versions = (await census.Programme.Admin.GetAsync($"{path}/versions")).Json;
        Assert.Equal(["age"], versions[2].GetProperty("conflictingProperties").EnumerateArray().Select(name => name.GetString()));

        var resolved = (await census.Programme.Admin.PatchJsonAsync($"{path}?resolve=true&baseVersion=4", new { }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Null(resolved.GetProperty("conflict").GetString());
        Assert.Equal(4, resolved.GetProperty("currentVersion").GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Lists_come_in_pages_newest_first()
    {
        var (programme, path) = await StartAsync();
        foreach (var label in new[] { "a", "b", "c" })
        {
            (await programme.Admin.PostJsonAsync(path, new { label })).ShouldBe(HttpStatusCode.OK);
        }
        Assert.Equal(["c", "b", "a"], Labels(await programme.Admin.GetAsync(path)));
        Assert.Equal(["b"], Labels(await programme.Admin.GetAsync($"{path}?limit=1&offset=1")));
        (await programme.Admin.GetAsync($"{path}?limit=x")).ShouldBeProblem(400.11m);

        static IEnumerable<string?> Labels(Answer answer) =>
            answer
                .ShouldBe(HttpStatusCode.OK)
                .Json.EnumerateArray()
                .Select(entity => entity.GetProperty("currentVersion").GetProperty("label").GetString());
    }

    private static async Task<(Programme Programme, string Path)> StartAsync()
    {
        var programme = await Programme.StartAsync();
        return (programme, $"{programme.DatasetPath(await programme.CreateDatasetAsync("first_name", "age"))}/entities");
    }
}
