using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>The versions of an entity: received data, base version, and conflicts.</summary>
public sealed class EntityVersionTests
{
    [Fact, Clause("OR-239")]
    public async Task Entity_versions_are_listed_oldest_first_with_the_received_data()
    {
        var census = await Census.StartAsync();
        var path = $"{census.EntitiesPath}/{await census.CreateAsync()}";
        (await census.Programme.Admin.PatchJsonAsync($"{path}?baseVersion=1", new { data = new { age = "31" } })).ShouldBe(
            HttpStatusCode.OK
        );
        (await census.Programme.Admin.PatchJsonAsync($"{path}?baseVersion=2", new { label = "Anna" })).ShouldBe(HttpStatusCode.OK);

        var versions = await VersionsAsync(census, path);
        Assert.Equal([1, 2, 3], versions.Select(version => version.GetProperty("version").GetInt32()));
        Assert.Equal([false, false, true], versions.Select(version => version.GetProperty("current").GetBoolean()));
        Assert.Equal(
            ["{\"first_name\":\"Ann\",\"age\":\"30\",\"label\":\"Ann\"}", "{\"age\":\"31\"}", "{\"label\":\"Anna\"}"],
            versions.Select(version => version.GetProperty("dataReceived").ToString())
        );
        Assert.Equal(["[]", "[\"age\"]", "[\"label\"]"], versions.Select(version => version.GetProperty("baseDiff").ToString()));
        Assert.Equal(["[]", "[\"age\"]", "[\"label\"]"], versions.Select(version => version.GetProperty("serverDiff").ToString()));
        Assert.All(versions, version => Assert.Null(version.GetProperty("conflict").GetString()));
        Assert.All(versions, version => Assert.False(version.GetProperty("resolved").GetBoolean()));
        Assert.Equal([false, false, true], versions.Select(version => version.GetProperty("lastGoodVersion").GetBoolean()));
        Assert.All(versions, version => Assert.False(version.GetProperty("relevantToConflict").GetBoolean()));
        var current = (await census.Programme.Admin.GetAsync(path)).Json.GetProperty("currentVersion");
        Assert.Equal("{\"label\":\"Anna\"}", current.GetProperty("dataReceived").ToString());

        var created = (await census.Programme.Admin.PostJsonAsync(census.EntitiesPath, new { label = "Bob" })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("{\"label\":\"Bob\"}", created.Json.GetProperty("currentVersion").GetProperty("dataReceived").ToString());
    }

    [Fact, Clause("OR-239")]
    public async Task Each_version_has_its_conflict_until_it_is_resolved()
    {
        var census = await Census.StartAsync();
        var ann = await census.CreateAsync();
        var path = $"{census.EntitiesPath}/{ann}";
        await UpdateAsync(census, ann, 1, age: "31");
        await UpdateAsync(census, ann, 2, age: "32");
        await UpdateAsync(census, ann, 1, firstName: "Anne");
        await UpdateAsync(census, ann, 2, age: "33");

        var versions = await VersionsAsync(census, path);
        Assert.Equal([null, null, null, "soft", "hard"], versions.Select(version => version.GetProperty("conflict").GetString()));
        Assert.Equal("[\"age\"]", versions[4].GetProperty("conflictingProperties").ToString());
        Assert.Equal("[\"first_name\"]", versions[3].GetProperty("baseDiff").ToString());
        Assert.Equal("[\"age\"]", versions[4].GetProperty("serverDiff").ToString());
        Assert.Equal([false, false, true, false, false], versions.Select(version => version.GetProperty("lastGoodVersion").GetBoolean()));
        Assert.Equal([true, true, true, true, true], versions.Select(version => version.GetProperty("relevantToConflict").GetBoolean()));
        Assert.Equal(5, (await VersionsAsync(census, path, "?relevantToConflict=true")).Count);

        (await census.Programme.Admin.PatchJsonAsync($"{path}?resolve=true&baseVersion=5", new { })).ShouldBe(HttpStatusCode.OK);
        versions = await VersionsAsync(census, path);
        Assert.Equal([false, false, false, true, true], versions.Select(version => version.GetProperty("resolved").GetBoolean()));
        Assert.True(versions[4].GetProperty("lastGoodVersion").GetBoolean());
        Assert.Empty(await VersionsAsync(census, path, "?relevantToConflict=true"));
        (await census.Programme.Admin.PatchJsonAsync($"{path}?resolve=true&baseVersion=5", new { })).ShouldBeProblem(400.32m);
        (await census.Programme.Admin.PatchJsonAsync($"{path}?resolve=true&force=true", new { label = "A" })).ShouldBeProblem(400.32m);

        // A new conflict after that concerns its own versions only.
        await UpdateAsync(census, ann, 4, age: "34");
        versions = await VersionsAsync(census, path);
        Assert.Equal([false, false, false, true, true, false], versions.Select(version => version.GetProperty("resolved").GetBoolean()));
        Assert.Equal(
            [4, 5, 6],
            (await VersionsAsync(census, path, "?relevantToConflict=true")).Select(version => version.GetProperty("version").GetInt32())
        );
    }

    [Fact, Clause("OR-238")]
    public async Task Entities_of_one_submission_are_made_by_dataset_in_the_order_of_the_document()
    {
        var programme = await Programme.StartAsync();
        var (form, houses, people) = (Samples.Unique("census"), await programme.CreateDatasetAsync(), await programme.CreateDatasetAsync());
        await programme.PublishAsync(EntityForms.Nested(form, houses, people), form);
        var phone = await programme.AppUserAsync(form);
        string Entity(string dataset, string label) => Census.Entity(Census.NewId(), "create=\"1\"", label, dataset);
        string Person(string name) => $"<person><meta>{Entity(people, name)}</meta></person>";
        string House(string name, params string[] persons) =>
            $"<house>{string.Concat(persons.Select(Person))}<meta>{Entity(houses, name)}</meta></house>";
        var xml =
            $"<data id=\"{form}\" version=\"1\">{House("H1", "P1", "P2")}{House("H2", "P3")}"
            + $"<meta><instanceID>{Samples.NewInstanceId()}</instanceID></meta></data>";
        (await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(xml))).ShouldBe(HttpStatusCode.Created);

        Assert.Equal(["H2", "H1"], await LabelsAsync(programme, houses));
        Assert.Equal(["P3", "P2", "P1"], await LabelsAsync(programme, people));
    }

    private static async Task<IEnumerable<string?>> LabelsAsync(Programme programme, string dataset) =>
        (await programme.Admin.GetAsync($"{programme.DatasetPath(dataset)}/entities"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .Select(entity => entity.GetProperty("currentVersion").GetProperty("label").GetString());

    private static Task UpdateAsync(Census census, string id, int basis, string? age = null, string? firstName = null) =>
        census.SendAsync(census.Submission(id, $"update=\"1\" baseVersion=\"{basis}\"", label: null, firstName, age));

    private static async Task<List<JsonElement>> VersionsAsync(Census census, string path, string query = "") =>
        [.. (await census.Programme.Admin.GetAsync($"{path}/versions{query}")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray()];
}
