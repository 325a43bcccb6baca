using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>What happened to an entity, who created entities, and where they are.</summary>
public sealed class EntityHistoryTests
{
    [Fact]
    public async Task Audits_of_an_entity_come_newest_first_with_actor_and_source()
    {
        var census = await Census.StartAsync();
        var ann = await census.CreateAsync();
        var path = $"{census.EntitiesPath}/{ann}";
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"1\"", age: "31"));
        await census.SendAsync(census.Submission(ann, "update=\"1\" baseVersion=\"1\"", age: "32"));
        (await census.Programme.Admin.PatchJsonAsync($"{path}?resolve=true&force=true", new { label = "Anna" })).ShouldBe(
            HttpStatusCode.OK
        );
        (await census.Programme.Admin.With("X-Action-Notes", "moved").DeleteAsync(path)).ShouldBe(HttpStatusCode.OK);
        (await census.Programme.Admin.GetAsync($"{path}/audits")).ShouldBeProblem(404.1m);
        (await census.Programme.Admin.PostAsync($"{path}/restore")).ShouldBe(HttpStatusCode.OK);

        var audits = (await census.Programme.Admin.GetAsync($"{path}/audits")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(["entity.restore", "entity.delete"], audits.Names("action").Take(2));
        Assert.Equal(["entity.update.resolve", "entity.update.version"], audits.Names("action").Skip(2).Take(2).Order());
        Assert.Equal(["entity.update.version", "entity.update.version", "entity.create"], audits.Names("action").Skip(4));
        Assert.Equal("moved", audits[1].GetProperty("notes").GetString());
        var noted = census.Programme.Admin.With("X-Action-Notes", "corrected");
        (await noted.PatchJsonAsync($"{path}?force=true", new { label = "Ann" })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("corrected", (await census.Programme.Admin.GetAsync($"{path}/audits")).Json[0].GetProperty("notes").GetString());
        var created = audits[6];
        Assert.Equal("Tablet", created.GetProperty("actor").GetProperty("displayName").GetString());
        Assert.Equal(
            census.Form,
            created.GetProperty("details").GetProperty("source").GetProperty("submission").GetProperty("xmlFormId").GetString()
        );
        Assert.Equal(ann, created.GetProperty("details").GetProperty("entity").GetProperty("uuid").GetString());
        Assert.Equal(2, (await census.Programme.Admin.GetAsync($"{path}/audits?limit=2&offset=5")).Json.GetArrayLength());
    }

    [Fact]
    public async Task Diffs_say_what_each_version_changed()
    {
        var census = await Census.StartAsync();
        var path = $"{census.EntitiesPath}/{await census.CreateAsync()}";
        (await census.Programme.Admin.PatchJsonAsync($"{path}?baseVersion=1", new { label = "Anna", data = new { age = "31" } })).ShouldBe(
            HttpStatusCode.OK
        );
        (await census.Programme.Admin.PatchJsonAsync($"{path}?baseVersion=2", new { data = new { age = "31" } })).ShouldBe(
            HttpStatusCode.OK
        );
        Assert.Equal(
            "[[{\"old\":\"Ann\",\"new\":\"Anna\",\"propertyName\":\"label\"},{\"old\":\"30\",\"new\":\"31\",\"propertyName\":\"age\"}],[]]",
            (await census.Programme.Admin.GetAsync($"{path}/diffs")).ShouldBe(HttpStatusCode.OK).Text
        );
    }

    [Fact]
    public async Task Creators_are_listed_once_by_name()
    {
        var census = await Census.StartAsync();
        await census.CreateAsync();
        await census.CreateAsync("Bob");
        (await census.Programme.Admin.PostJsonAsync(census.EntitiesPath, new { label = "Eve" })).ShouldBe(HttpStatusCode.OK);
        var creators = (await census.Programme.Admin.GetAsync($"{census.EntitiesPath}/creators")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(["admin@example.org", "Tablet"], creators.Names("displayName"));
        Assert.Equal(["user", "field_key"], creators.Names("type"));
    }

    [Fact]
    public async Task Entities_with_a_location_are_features()
    {
        var programme = await Programme.StartAsync();
        var path = $"{programme.DatasetPath(await programme.CreateDatasetAsync("geometry", "kind"))}/entities";
        var ids = new List<string>();
        foreach (var geometry in new[] { "10.5 20.25 3 4", "1 2; 3 4", "0 0;0 1;1 1;0 0", "nowhere", "", "91 0", "1 2;x y" })
        {
            var created = await programme.Admin.PostJsonAsync(path, new { label = "A", data = new { geometry, kind = "tree" } });
            ids.Add(created.ShouldBe(HttpStatusCode.OK).Json.GetProperty("uuid").GetString()!);
        }
        (await programme.Admin.PostJsonAsync(path, new { label = "No place" })).ShouldBe(HttpStatusCode.OK);

        var features = (await programme.Admin.GetAsync($"{path}.geojson")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("features");
        Assert.Equal([ids[2], ids[1], ids[0]], features.Names("id"));
        Assert.Equal(
            ["[[[0,0],[1,0],[1,1],[0,0]]]", "[[2,1],[4,3]]", "[20.25,10.5,3]"],
            features.EnumerateArray().Select(feature => feature.GetProperty("geometry").GetProperty("coordinates").ToString())
        );
        Assert.Equal(
            ["Polygon", "LineString", "Point"],
            features.EnumerateArray().Select(feature => feature.GetProperty("geometry").GetProperty("type").GetString())
        );
        Assert.Equal([ids[2]], (await programme.Admin.GetAsync($"{path}.geojson?limit=1")).Json.GetProperty("features").Names("id"));
        Assert.Equal([ids[2]], (await programme.Admin.GetAsync($"{path}.geojson?readAtMost=6")).Json.GetProperty("features").Names("id"));
        (await programme.Admin.GetAsync($"{path}.csv?readAtMost=6")).ShouldBeProblem(501.1m);
        var filter = Uri.EscapeDataString($"__id eq '{ids[0]}'");
        Assert.Equal(
            [ids[0]],
            (await programme.Admin.GetAsync($"{path}.geojson?$filter={filter}")).Json.GetProperty("features").Names("id")
        );
        Assert.Empty((await programme.Admin.GetAsync($"{path}.geojson?$search=house")).Json.GetProperty("features").Names("id"));
        (await programme.Admin.GetAsync($"{path}.geojson?$top=1")).ShouldBeProblem(501.1m);

        Assert.Equal([ids[0]], (await programme.Admin.GetAsync($"{path}/{ids[0]}/geojson")).Json.GetProperty("features").Names("id"));
        Assert.Empty((await programme.Admin.GetAsync($"{path}/{ids[3]}/geojson")).Json.GetProperty("features").Names("id"));
        (await programme.Admin.GetAsync($"{path}/{Census.NewId()}/geojson")).ShouldBeProblem(404.1m);
    }
}
