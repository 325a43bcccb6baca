using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Datasets;

/// <summary>Properties of app users, and datasets that give each only the entities that fit them.</summary>
public sealed class ActorPropertyTests
{
    [Fact]
    public async Task Properties_are_named_once_for_a_project_and_app_users_have_values()
    {
        var programme = await Programme.StartAsync();
        var path = $"{programme.Path}/actor-properties";
        Assert.Equal("[]", (await programme.Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Text);
        foreach (var name in new[] { "region", "plot_id" })
        {
            (await programme.Admin.PostJsonAsync(path, new { name })).ShouldBe(HttpStatusCode.OK);
        }
        (await programme.Admin.PostJsonAsync(path, new { name = "REGION" })).ShouldBeProblem(409.3m, "region");
        foreach (var name in new[] { null, "", "__x", "name", "displayName", "a b" })
        {
            (await programme.Admin.PostJsonAsync(path, new { name })).ShouldBeProblem(400.8m);
        }
        Assert.Equal("[{\"name\":\"plot_id\"},{\"name\":\"region\"}]", (await programme.Admin.GetAsync(path)).Text);

        var users = $"{programme.Path}/app-users";
        var user = (await programme.Admin.PostJsonAsync(users, new { displayName = "A", properties = new { region = " north " } }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("id")
            .GetInt32();
        (await programme.Admin.PatchJsonAsync($"{users}/{user}", new { properties = new { plot_id = "A1" } })).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PatchJsonAsync($"{users}/{user}", new { properties = new { height = "1" } })).ShouldBeProblem(400.8m);
        (await programme.Admin.PatchJsonAsync($"{users}/{user}", new { properties = new { region = 5 } })).ShouldBeProblem(400.8m);
        (await programme.Admin.PostJsonAsync(users, new { displayName = "B", properties = new { region = "south" } })).ShouldBe(
            HttpStatusCode.OK
        );
        var extended = programme.Admin.With("X-Extended-Metadata", "true");
        Assert.Equal(
            "[{\"name\":\"plot_id\",\"values\":[\"A1\"]},{\"name\":\"region\",\"values\":[\"north\",\"south\"]}]",
            (await extended.GetAsync(path)).Text
        );
        Assert.Equal(
            "{\"region\":\"north\",\"plot_id\":\"A1\"}",
            (await extended.GetAsync($"{users}/{user}")).Json.GetProperty("properties").ToString()
        );
        (await programme.Admin.PatchJsonAsync($"{users}/{user}", new { properties = new { plot_id = (string?)null } })).ShouldBe(
            HttpStatusCode.OK
        );
        Assert.Equal("{\"region\":\"north\"}", (await extended.GetAsync($"{users}/{user}")).Json.GetProperty("properties").ToString());
    }

    [Fact, Clause("OR-131"), Clause("OR-141"), Clause("OR-144")]
    public async Task A_dataset_gives_app_users_the_entities_that_fit_their_properties()
    {
        var programme = await Programme.StartAsync();
        var dataset = await programme.CreateDatasetAsync("region", "species");
        var form = await programme.PublishReadingAsync(dataset);
        (await programme.Admin.PostJsonAsync($"{programme.Path}/actor-properties", new { name = "region" })).ShouldBe(HttpStatusCode.OK);
        var ids = new Dictionary<string, string>();
        foreach (var region in new[] { "north", "south", "" })
        {
            var created = await programme.Admin.PostJsonAsync(
                $"{programme.DatasetPath(dataset)}/entities",
                new { label = $"in {region}", data = new { region } }
            );
            ids[region] = created.ShouldBe(HttpStatusCode.OK).Json.GetProperty("uuid").GetString()!;
        }
        var (north, nowhere) = (await PhoneAsync(programme, form, "north"), await PhoneAsync(programme, form, null));
        Assert.Equal(3, (await RowsAsync(north, programme, form, dataset)).Length);
        var before = await HashAsync(north, programme, form);

        var path = programme.DatasetPath(dataset);
        var rule = new { datasetProperty = "region", actorProperty = "region" };
        var filter = new { type = "property", rules = new[] { rule } };
        var changed = (await programme.Admin.PatchJsonAsync(path, new { accessFilter = filter })).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            "{\"type\":\"property\",\"rules\":[{\"datasetProperty\":\"region\",\"actorProperty\":\"region\"}]}",
            changed.GetProperty("accessFilter").ToString()
        );

        Assert.Equal([$"{ids["north"]},in north,1,north,"], await RowsAsync(north, programme, form, dataset));
        Assert.Empty(await RowsAsync(nowhere, programme, form, dataset));
        Assert.NotEqual(before, await HashAsync(north, programme, form));
        Assert.NotEqual(await HashAsync(north, programme, form), await HashAsync(nowhere, programme, form));
        Assert.Equal(
            new()
            {
                [ids["north"]] = "false",
                [ids["south"]] = "true",
                [ids[""]] = "true",
            },
            (await north.GetAsync($"{path}/integrity")).Integrity()
        );
        Assert.Equal(
            new() { [ids["south"]] = "true", [ids["north"]] = "false" },
            (await north.GetAsync($"{path}/integrity?id={ids["south"]},{ids["north"]}")).Integrity()
        );
        Assert.Equal(5, (await programme.Admin.GetAsync($"{path}/entities.csv")).Text.Split('\n').Length);

        changed = (await programme.Admin.PatchJsonAsync(path, new { accessFilter = new { type = "ownerOnly" } }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.True(changed.GetProperty("ownerOnly").GetBoolean());
        Assert.Empty(await RowsAsync(north, programme, form, dataset));
        changed = (await programme.Admin.PatchJsonAsync(path, new { accessFilter = (object?)null })).ShouldBe(HttpStatusCode.OK).Json;
        Assert.False(changed.GetProperty("ownerOnly").GetBoolean());
        Assert.Equal(3, (await RowsAsync(north, programme, form, dataset)).Length);
    }

    [Fact]
    public async Task A_filter_of_an_unknown_property_is_refused()
    {
        var programme = await Programme.StartAsync();
        var path = programme.DatasetPath(await programme.CreateDatasetAsync("region"));
        (await programme.Admin.PostJsonAsync($"{programme.Path}/actor-properties", new { name = "region" })).ShouldBe(HttpStatusCode.OK);
        foreach (
            var accessFilter in new object[]
            {
                "north",
                new { type = "other" },
                new { type = "property" },
                new { type = "property", rules = Array.Empty<object>() },
                new { type = "property", rules = new[] { new { datasetProperty = "region" } } },
                new { type = "property", rules = new[] { new { datasetProperty = "height", actorProperty = "region" } } },
                new { type = "property", rules = new[] { new { datasetProperty = "region", actorProperty = "height" } } },
            }
        )
        {
            (await programme.Admin.PatchJsonAsync(path, new { accessFilter })).ShouldBe(HttpStatusCode.BadRequest);
        }
        Assert.Null((await programme.Admin.GetAsync(path)).Json.GetProperty("accessFilter").GetString());
    }

    private static async Task<Api> PhoneAsync(Programme programme, string form, string? region)
    {
        var user = (
            await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "T", properties = new { region } })
        )
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/assignments/app-user/{user.GetProperty("id").GetInt32()}")).ShouldBe(
            HttpStatusCode.OK
        );
        return Api.WithKey(programme.Server, user.GetProperty("token").GetString()!);
    }

    private static async Task<string[]> RowsAsync(Api phone, Programme programme, string form, string dataset) =>
        [
            .. (await phone.GetAsync($"{programme.FormPath(form)}/attachments/{dataset}.csv"))
                .ShouldBe(HttpStatusCode.OK)
                .Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Skip(1),
        ];

    private static async Task<string> HashAsync(Api phone, Programme programme, string form) =>
        (await phone.ListedFileAsync($"{programme.FormPath(form)}/manifest")).Child("hash");
}
