using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Projects;

/// <summary>`PUT projects/N`: the web front end saves the states of forms and who may fill them in one request.</summary>
public sealed class ReplaceProjectTests
{
    private const int AppUser = 2;
    private const int DataCollector = 8;

    [Fact, Clause("OR-260")]
    public async Task A_PUT_of_a_project_sets_and_clears_its_values()
    {
        var programme = await Programme.StartAsync();
        (
            await programme.Admin.PutJsonAsync(
                programme.Path,
                new
                {
                    name = "Trees",
                    archived = true,
                    description = "All",
                }
            )
        ).ShouldBe(HttpStatusCode.OK);
        var replaced = (await programme.Admin.PutJsonAsync(programme.Path, new { name = "Shrubs" })).ShouldBe(HttpStatusCode.OK).Json;
        var read = (await programme.Admin.GetAsync(programme.Path)).Json;
        foreach (var project in new[] { replaced, read })
        {
            Assert.Equal("Shrubs", project.GetProperty("name").GetString());
            Assert.Equal(JsonValueKind.Null, project.GetProperty("archived").ValueKind);
            Assert.Equal(JsonValueKind.Null, project.GetProperty("description").ValueKind);
        }
        (await programme.Admin.PutJsonAsync(programme.Path, new { archived = true })).ShouldBeProblem(400.2m);
        (await programme.Admin.PutJsonAsync("/projects/2000000000", new { name = "Trees" })).ShouldBeProblem(404.1m);
        var (viewer, _, _) = await programme.WebUserAsync("viewer");
        (await viewer.PutJsonAsync(programme.Path, new { name = "Mine" })).ShouldBeProblem(403.1m);
    }

    [Fact]
    public async Task A_PUT_of_a_project_sets_states_and_assignments_of_all_forms()
    {
        var programme = await Programme.StartAsync();
        var (one, two) = (await programme.PublishAsync(), await programme.PublishAsync());
        var (first, second) = (await AppUserAsync(programme), await AppUserAsync(programme));
        var link = (await programme.Admin.PostJsonAsync($"{programme.FormPath(one)}/public-links", new { displayName = "Poster" })).Json;
        (await programme.Admin.PostAsync($"{programme.FormPath(one)}/assignments/2/{first}")).ShouldBe(HttpStatusCode.OK);

        var forms = new object[]
        {
            new
            {
                xmlFormId = one,
                name = "ignored",
                state = "closing",
                assignments = new[] { RoleAssignment(second, AppUser) },
            },
            new
            {
                xmlFormId = two,
                state = "open",
                assignments = new[] { RoleAssignment(first, AppUser), RoleAssignment(second, AppUser) },
            },
        };
        (await programme.Admin.PutJsonAsync(programme.Path, new { name = "Trees", forms })).ShouldBe(HttpStatusCode.OK);

        Assert.Equal("closing", (await programme.Admin.GetAsync(programme.FormPath(one))).Json.GetProperty("state").GetString());
        Assert.Equal([second], await HoldersAsync(programme, one));
        Assert.Equal([first, second], await HoldersAsync(programme, two));
        var key = link.GetProperty("token").GetString()!;
        (await Api.WithKey(programme.Server, key).OpenRosa.GetAsync($"{programme.FormPath(one)}.xml")).ShouldBe(HttpStatusCode.OK);

        (await programme.Admin.PutJsonAsync(programme.Path, new { name = "Trees", forms })).ShouldBe(HttpStatusCode.OK);
        Assert.Equal([second], await HoldersAsync(programme, one));
    }

    [Fact]
    public async Task One_refused_part_of_a_PUT_prevents_all_changes()
    {
        var programme = await Programme.StartAsync();
        var (one, two) = (await programme.PublishAsync(), await programme.PublishAsync());
        var user = await AppUserAsync(programme);
        (await programme.Admin.PutJsonAsync(programme.Path, new { name = "Trees" })).ShouldBe(HttpStatusCode.OK);
        object Closed(string form) =>
            new
            {
                xmlFormId = form,
                state = "closed",
                assignments = new[] { RoleAssignment(user, AppUser) },
            };

        var refused = new (object[] Forms, decimal Code)[]
        {
            ([], 501.2m),
            ([Closed(one)], 501.2m),
            ([Closed(one), new { xmlFormId = "unknown" }], 501.2m),
            ([Closed(one), Closed(one)], 400.8m),
            ([Closed(one), new { xmlFormId = two, state = "ajar" }], 400.8m),
            ([Closed(one), new { xmlFormId = two, assignments = new[] { new { actorId = user } } }], 400.2m),
            ([Closed(one), new { xmlFormId = two, assignments = new[] { new { roleId = AppUser } } }], 400.2m),
            ([Closed(one), new { xmlFormId = two, assignments = new[] { RoleAssignment(user, 99) } }], 400.14m),
            ([Closed(one), new { xmlFormId = two, assignments = new[] { RoleAssignment(2_000_000_000, AppUser) } }], 400.14m),
            ([Closed(one), new { xmlFormId = two, assignments = "none" }], 400.11m),
        };
        foreach (var (forms, code) in refused)
        {
            (await programme.Admin.PutJsonAsync(programme.Path, new { name = "Shrubs", forms })).ShouldBeProblem(code);
        }
        Assert.Equal("Trees", (await programme.Admin.GetAsync(programme.Path)).Json.GetProperty("name").GetString());
        Assert.Equal("open", (await programme.Admin.GetAsync(programme.FormPath(one))).Json.GetProperty("state").GetString());
        Assert.Empty(await HoldersAsync(programme, one));
    }

    [Fact]
    public async Task A_manager_cannot_grant_rights_that_managers_lack()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (manager, _, _) = await programme.WebUserAsync("manager");
        var user = await AppUserAsync(programme);
        object Forms(int role) => new[] { new { xmlFormId = form, assignments = new[] { RoleAssignment(user, role) } } };

        (await manager.PutJsonAsync(programme.Path, new { name = "Trees", forms = Forms(1) })).ShouldBeProblem(403.1m);
        Assert.Empty(await HoldersAsync(programme, form));
        (await manager.PutJsonAsync(programme.Path, new { name = "Trees", forms = Forms(DataCollector) })).ShouldBe(HttpStatusCode.OK);
    }

    private static Dictionary<string, int> RoleAssignment(int actor, int role) => new() { ["actorId"] = actor, ["roleId"] = role };

    private static async Task<int> AppUserAsync(Programme programme) =>
        (await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("id")
            .GetInt32();

    private static async Task<IEnumerable<int>> HoldersAsync(Programme programme, string form) =>
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/assignments/app-user"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .Select(actor => actor.GetProperty("id").GetInt32());
}
