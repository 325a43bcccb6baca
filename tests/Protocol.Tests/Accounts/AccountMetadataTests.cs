using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>What `X-Extended-Metadata` adds about people and keys, and the roles that there are.</summary>
public sealed class AccountMetadataTests
{
    [Fact]
    public async Task Authenticated_users_can_read_roles_by_number_or_name()
    {
        var programme = await Programme.StartAsync();
        var phone = await programme.AppUserAsync();
        var (user, _, _) = await programme.WebUserAsync();

        var roles = (await user.GetAsync("/roles"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .ToDictionary(role => role.GetProperty("id").GetInt32(), role => role.GetProperty("system").GetString());
        Assert.Equal(
            new Dictionary<int, string?>
            {
                [1] = "admin",
                [2] = "app-user",
                [5] = "manager",
                [6] = "viewer",
                [8] = "formfill",
                [9] = "pub-link",
            },
            roles
        );
        foreach (var name in new[] { "2", "app-user" })
        {
            var role = (await Api.Anonymous(programme.Server).GetAsync($"/roles/{name}?st={Uri.EscapeDataString(phone.Key)}"))
                .ShouldBe(HttpStatusCode.OK)
                .Json;
            Assert.Equal("App User", role.GetProperty("name").GetString());
            Assert.Equal(
                ["open_form.read", "submission.create"],
                role.GetProperty("verbs").EnumerateArray().Select(verb => verb.GetString())
            );
            Assert.Equal(JsonValueKind.String, role.GetProperty("createdAt").ValueKind);
            Assert.Equal(JsonValueKind.Null, role.GetProperty("updatedAt").ValueKind);
        }
        (await user.GetAsync("/roles/pwreset")).ShouldBeProblem(404.1m);
        (await Api.Anonymous(programme.Server).GetAsync("/roles")).ShouldBeProblem(401.2m);
    }

    [Fact]
    public async Task A_web_user_sees_its_verbs_and_preferences_with_extended_metadata()
    {
        var programme = await Programme.StartAsync();
        var (user, _, _) = await programme.WebUserAsync("manager");

        var admin = (await programme.Admin.With("X-Extended-Metadata", "true").GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Contains("user.create", admin.GetProperty("verbs").EnumerateArray().Select(verb => verb.GetString()));
        var own = (await user.With("X-Extended-Metadata", "true").GetAsync("/users/current")).Json;
        Assert.Equal("""{"site":{},"projects":{}}""", own.GetProperty("preferences").GetRawText());
        Assert.Empty(own.GetProperty("verbs").EnumerateArray());
        Assert.False((await user.GetAsync("/users/current")).Json.TryGetProperty("verbs", out _));
    }

    [Fact]
    public async Task App_users_and_public_links_show_who_made_them()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var other = await programme.PublishAsync();
        var (user, email, _) = await programme.WebUserAsync("manager");
        var links = $"{programme.FormPath(form)}/public-links";
        var appUser = (await user.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("id")
            .GetInt32();
        var link = (await user.PostJsonAsync(links, new { displayName = "Everybody" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("id")
            .GetInt32();

        var more = programme.Admin.With("X-Extended-Metadata", "true");
        foreach (var path in new[] { $"{programme.Path}/app-users", $"{programme.Path}/app-users/{appUser}", links, $"{links}/{link}" })
        {
            var answer = (await more.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json;
            var shown = answer.ValueKind == JsonValueKind.Array ? answer.EnumerateArray().Single() : answer;
            Assert.Equal(email, shown.GetProperty("createdBy").GetProperty("displayName").GetString());
            Assert.Equal(JsonValueKind.Null, shown.GetProperty("properties").ValueKind);
            Assert.Equal(path.Contains("app-users", StringComparison.Ordinal), shown.TryGetProperty("lastUsed", out _));
        }

        Assert.False(
            (await programme.Admin.GetAsync($"{links}/{link}")).ShouldBe(HttpStatusCode.OK).Json.TryGetProperty("createdBy", out _)
        );
        (await programme.Admin.GetAsync($"{programme.FormPath(other)}/public-links/{link}")).ShouldBeProblem(404.1m);
        (await programme.Admin.GetAsync($"{links}/{appUser}")).ShouldBeProblem(404.1m);
        (await programme.Admin.GetAsync($"{programme.Path}/app-users/{link}")).ShouldBeProblem(404.1m);
    }

    [Fact]
    public async Task Assignments_show_their_actors_when_asked_for_more()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        await programme.WebUserAsync("viewer");
        await programme.AppUserAsync(form);
        var more = programme.Admin.With("X-Extended-Metadata", "true");

        var onProject = (await more.GetAsync($"{programme.Path}/assignments")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray().Single();
        Assert.Equal(
            ("user", 6),
            (onProject.GetProperty("actor").GetProperty("type").GetString(), onProject.GetProperty("roleId").GetInt32())
        );
        var onForms = (await more.GetAsync($"{programme.Path}/assignments/forms"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .Single();
        Assert.Equal(
            ("field_key", form),
            (onForms.GetProperty("actor").GetProperty("type").GetString(), onForms.GetProperty("xmlFormId").GetString())
        );
    }

    [Fact]
    public async Task A_server_role_applies_in_every_project_until_it_is_removed()
    {
        var programme = await Programme.StartAsync();
        var (user, _, _) = await programme.WebUserAsync();
        var id = (await user.GetAsync("/users/current")).Json.GetProperty("id").GetInt32();
        (await user.PostAsync($"/assignments/viewer/{id}")).ShouldBeProblem(403.1m);
        (await user.GetAsync("/assignments")).ShouldBeProblem(403.1m);

        (await programme.Admin.PostAsync($"/assignments/viewer/{id}")).ShouldBe(HttpStatusCode.OK);
        (await user.GetAsync(programme.Path)).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostAsync($"/assignments/6/{id}")).ShouldBeProblem(409.3m);
        Assert.Contains(
            id,
            (await programme.Admin.GetAsync("/assignments/viewer"))
                .Json.EnumerateArray()
                .Select(actor => actor.GetProperty("id").GetInt32())
        );
        Assert.Contains(
            (id, 6),
            (await programme.Admin.GetAsync("/assignments"))
                .Json.EnumerateArray()
                .Select(assignment => (assignment.GetProperty("actorId").GetInt32(), assignment.GetProperty("roleId").GetInt32()))
        );

        (await programme.Admin.DeleteAsync($"/assignments/viewer/{id}")).ShouldBe(HttpStatusCode.OK);
        (await user.GetAsync(programme.Path)).ShouldBeProblem(403.1m);
        (await programme.Admin.DeleteAsync($"/assignments/viewer/{id}")).ShouldBeProblem(404.1m);
        (await programme.Admin.PostAsync("/assignments/viewer/2147483647")).ShouldBeProblem(404.1m);
        (await programme.Admin.PostAsync($"/assignments/queen/{id}")).ShouldBeProblem(404.1m);
    }
}
