using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>Giving and taking roles (OR-264).</summary>
public sealed class AssignmentTests
{
    [Theory]
    [InlineData("2")]
    [InlineData("app-user")]
    [Clause("OR-264")]
    public async Task A_role_is_named_by_its_number_or_its_name(string role)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var user = (await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        var (id, phone) = (user.GetProperty("id").GetInt32(), Api.WithKey(programme.Server, user.GetProperty("token").GetString()!));
        (await phone.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBeProblem(403.1m);

        var assigned = (await programme.Admin.PostAsync($"{programme.FormPath(form)}/assignments/{role}/{id}")).ShouldBe(HttpStatusCode.OK);
        Assert.True(assigned.Json.GetProperty("success").GetBoolean());
        (await phone.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/assignments/2/{id}")).ShouldBeProblem(409.3m);

        var all = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/assignments")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            (id, 2),
            all.EnumerateArray().Select(one => (one.GetProperty("actorId").GetInt32(), one.GetProperty("roleId").GetInt32())).Single()
        );
        var holders = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/assignments/{role}")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            ("field_key", "Tablet"),
            holders
                .EnumerateArray()
                .Select(one => (one.GetProperty("type").GetString(), one.GetProperty("displayName").GetString()))
                .Single()
        );
        foreach (var path in new[] { $"{programme.Path}/assignments/forms", $"{programme.Path}/assignments/forms/{role}" })
        {
            var onForms = (await programme.Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json;
            Assert.Equal(
                (id, 2, form),
                onForms
                    .EnumerateArray()
                    .Select(one =>
                        (
                            one.GetProperty("actorId").GetInt32(),
                            one.GetProperty("roleId").GetInt32(),
                            one.GetProperty("xmlFormId").GetString()
                        )
                    )
                    .Single()
            );
        }
        Assert.Equal(
            0,
            (await programme.Admin.GetAsync($"{programme.Path}/assignments/{role}")).ShouldBe(HttpStatusCode.OK).Json.GetArrayLength()
        );

        (await programme.Admin.DeleteAsync($"{programme.FormPath(form)}/assignments/{role}/{id}")).ShouldBe(HttpStatusCode.OK);
        (await phone.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBeProblem(403.1m);
        (await programme.Admin.DeleteAsync($"{programme.FormPath(form)}/assignments/{role}/{id}")).ShouldBeProblem(404.1m);
    }

    [Theory]
    [InlineData("5", "manager", HttpStatusCode.OK)]
    [InlineData("6", "viewer", HttpStatusCode.OK)]
    [InlineData("8", "formfill", HttpStatusCode.OK)]
    [InlineData("2", "app-user", HttpStatusCode.Forbidden)]
    [Clause("OR-264")]
    public async Task The_numbers_of_the_roles_are_the_ones_that_clients_know(string number, string name, HttpStatusCode readsProject)
    {
        var programme = await Programme.StartAsync();
        var (user, email, password) = await programme.WebUserAsync();
        var id = (await user.GetAsync("/users/current")).Json.GetProperty("id").GetInt32();

        (await programme.Admin.PostAsync($"{programme.Path}/assignments/{number}/{id}")).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostAsync($"{programme.Path}/assignments/{name}/{id}")).ShouldBeProblem(409.3m);
        (await (await Api.SignInAsync(programme.Server, email, password)).GetAsync(programme.Path)).ShouldBe(readsProject);
    }

    [Fact, Clause("OR-264")]
    public async Task A_role_or_an_actor_that_is_not_there_is_not_found()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var elsewhere = await Programme.StartAsync();
        var stranger = (await elsewhere.Admin.PostJsonAsync($"{elsewhere.Path}/app-users", new { displayName = "Tablet" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("id")
            .GetInt32();
        var known = (await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json.GetProperty("id")
            .GetInt32();

        foreach (var path in new[] { programme.Path, programme.FormPath(form) })
        {
            foreach (
                var rest in new[]
                {
                    $"sultan/{known}",
                    $"99/{known}",
                    $"APP-USER/{known}",
                    "app-user/2000000000",
                    $"app-user/{stranger}",
                    "app-user/0",
                }
            )
            {
                (await programme.Admin.PostAsync($"{path}/assignments/{rest}")).ShouldBeProblem(404.1m);
                (await programme.Admin.DeleteAsync($"{path}/assignments/{rest}")).ShouldBeProblem(404.1m);
            }
            (await programme.Admin.GetAsync($"{path}/assignments/sultan")).ShouldBeProblem(404.1m);
            (await programme.Admin.PostAsync($"{path}/assignments/app-user/nobody")).ShouldBeProblem(400.11m);
            (await programme.Admin.DeleteAsync($"{path}/assignments/app-user/nobody")).ShouldBeProblem(400.11m);
        }
        (await programme.Admin.PostAsync($"{programme.FormPath("unheard of")}/assignments/app-user/{known}")).ShouldBeProblem(404.1m);
        (await programme.Admin.PostAsync($"/projects/2000000000/assignments/app-user/{known}")).ShouldBeProblem(404.1m);
    }

    [Fact, Clause("OR-264")]
    public async Task No_caller_grants_or_revokes_more_rights_than_they_have()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var elsewhere = await Programme.StartAsync();
        var (manager, _, _) = await programme.WebUserAsync("manager");
        var (user, _, _) = await programme.WebUserAsync();
        var id = (await user.GetAsync("/users/current")).Json.GetProperty("id").GetInt32();
        var own = (await manager.GetAsync("/users/current")).Json.GetProperty("id").GetInt32();

        (await manager.PostAsync($"{programme.Path}/assignments/viewer/{id}")).ShouldBe(HttpStatusCode.OK);
        foreach (var target in new[] { id, own })
        {
            (await manager.PostAsync($"{programme.Path}/assignments/admin/{target}")).ShouldBeProblem(403.1m);
            (await manager.PostAsync($"{programme.FormPath(form)}/assignments/1/{target}")).ShouldBeProblem(403.1m);
            (await manager.PostAsync($"{elsewhere.Path}/assignments/viewer/{target}")).ShouldBeProblem(403.1m);
        }
        foreach (
            var (client, mayNot) in new[]
            {
                ((await programme.WebUserAsync("viewer")).Api, "viewer"),
                ((await programme.WebUserAsync("formfill")).Api, "formfill"),
            }
        )
        {
            (await client.PostAsync($"{programme.Path}/assignments/{mayNot}/{id}")).ShouldBeProblem(403.1m);
            (await client.DeleteAsync($"{programme.Path}/assignments/manager/{own}")).ShouldBeProblem(403.1m);
            (await client.GetAsync($"{programme.Path}/assignments")).ShouldBeProblem(403.1m);
        }
    }
}
