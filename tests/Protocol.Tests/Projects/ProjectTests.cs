using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Projects;

/// <summary>Creating, reading, changing and deleting projects.</summary>
public sealed class ProjectTests
{
    [Fact, Clause("OR-260")]
    public async Task A_project_is_created_read_and_changed()
    {
        var admin = await Api.AdministratorAsync();
        var name = Samples.Unique("Wälder & Wiesen");
        var created = (await admin.PostJsonAsync("/projects", new { name, description = "All of it" })).ShouldBe(HttpStatusCode.OK).Json;
        var path = $"/projects/{created.GetProperty("id").GetInt32()}";
        Assert.Equal((name, "All of it"), (created.GetProperty("name").GetString(), created.GetProperty("description").GetString()));
        Assert.Equal(JsonValueKind.Null, created.GetProperty("archived").ValueKind);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", created.GetProperty("createdAt").GetString());

        var changed = (await admin.PatchJsonAsync(path, new { archived = true })).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            (name, "All of it", true),
            (
                changed.GetProperty("name").GetString(),
                changed.GetProperty("description").GetString(),
                changed.GetProperty("archived").GetBoolean()
            )
        );
        (await admin.PatchJsonAsync(path, new { name = name + "!", description = (string?)null })).ShouldBe(HttpStatusCode.OK);

        var read = (await admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(
            (name + "!", JsonValueKind.Null, true),
            (read.GetProperty("name").GetString(), read.GetProperty("description").ValueKind, read.GetProperty("archived").GetBoolean())
        );
        Assert.Contains(
            (await admin.GetAsync("/projects")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray(),
            project => project.GetProperty("name").GetString() == name + "!"
        );
    }

    [Fact, Clause("OR-260"), Clause("OR-086")]
    public async Task A_deleted_project_is_not_found_by_any_caller()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        Assert.Single((await phone.GetAsync($"{programme.Path}/formList")).FormList());

        (await programme.Admin.DeleteAsync(programme.Path)).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.GetAsync(programme.Path)).ShouldBeProblem(404.1m);
        (await programme.FormListAsync()).ShouldBeOpenRosaError(404, "Could not find the resource");
        (await programme.Admin.DeleteAsync(programme.Path)).ShouldBeProblem(404.1m);
    }

    [Theory, Clause("OR-260")]
    [InlineData("{}", 400.2)]
    [InlineData("{\"name\":null}", 400.2)]
    [InlineData("{\"name\":\"\"}", 400.2)]
    [InlineData("{\"name\":", 400.1)]
    public async Task A_project_needs_a_name(string body, double code)
    {
        var admin = await Api.AdministratorAsync();
        (await admin.PostAsync("/projects", new StringContent(body, null, "application/json"))).ShouldBeProblem((decimal)code);
    }

    [Fact, Clause("OR-260")]
    public async Task A_project_keeps_its_name_when_an_empty_one_is_sent()
    {
        var programme = await Programme.StartAsync();
        var name = (await programme.Admin.GetAsync(programme.Path)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("name").GetString();
        foreach (var empty in new[] { null, "", " " })
        {
            (await programme.Admin.PatchJsonAsync(programme.Path, new { name = empty })).ShouldBeProblem(400.2m);
        }
        Assert.Equal(
            name,
            (await programme.Admin.GetAsync(programme.Path)).ShouldBe(HttpStatusCode.OK).Json.GetProperty("name").GetString()
        );
    }

    [Fact, Clause("OR-260")]
    public async Task Projects_are_for_those_with_a_role_in_them()
    {
        var programme = await Programme.StartAsync();
        var (viewer, stranger) = (await programme.WebUserAsync("viewer"), await programme.WebUserAsync());
        (await viewer.Api.GetAsync(programme.Path)).ShouldBe(HttpStatusCode.OK);
        (await viewer.Api.PatchJsonAsync(programme.Path, new { name = "Mine" })).ShouldBeProblem(403.1m);
        (await viewer.Api.DeleteAsync(programme.Path)).ShouldBeProblem(403.1m);
        (await viewer.Api.PostJsonAsync("/projects", new { name = "Mine" })).ShouldBeProblem(403.1m);
        (await stranger.Api.GetAsync(programme.Path)).ShouldBeProblem(403.1m);
        Assert.Empty((await stranger.Api.GetAsync("/projects")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray());
        (await programme.Admin.GetAsync("/projects/2000000000")).ShouldBeProblem(404.1m);
    }
}
