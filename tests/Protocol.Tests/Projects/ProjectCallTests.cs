using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Projects;

public sealed class ProjectCallTests
{
    [Fact, Clause("OR-260")]
    public async Task A_project_is_created_read_changed_and_listed()
    {
        var admin = await Api.AdministratorAsync();
        var name = Samples.Unique("Forest");

        var created = (await admin.PostJsonAsync("/projects", new { name, description = "Trees" })).ShouldBe(HttpStatusCode.OK).Json;
        var path = $"/projects/{created.GetProperty("id").GetInt32()}";
        Assert.Equal(name, created.GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Null, created.GetProperty("archived").ValueKind);

        (await admin.PatchJsonAsync(path, new { name = name + " 2", archived = true })).ShouldBe(HttpStatusCode.OK);

        var read = (await admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(name + " 2", read.GetProperty("name").GetString());
        Assert.Equal("Trees", read.GetProperty("description").GetString());
        Assert.True(read.GetProperty("archived").GetBoolean());
        Assert.Contains(
            (await admin.GetAsync("/projects")).Json.EnumerateArray(),
            project => project.GetProperty("name").GetString() == name + " 2"
        );
    }

    [Fact, Clause("OR-260")]
    public async Task A_deleted_project_and_its_contents_are_not_found()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();

        (await programme.Admin.DeleteAsync(programme.Path)).ShouldBe(HttpStatusCode.OK);

        (await programme.Admin.GetAsync(programme.Path)).ShouldBeProblem(404.1m);
        (await programme.Admin.GetAsync(programme.FormPath(form))).ShouldBeProblem(404.1m);
        (await programme.Admin.OpenRosa.GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(404, "Could not find the resource");
    }

    [Fact, Clause("OR-260")]
    public async Task A_project_needs_a_name_and_an_unknown_one_is_not_found()
    {
        var admin = await Api.AdministratorAsync();

        (await admin.PostJsonAsync("/projects", new { description = "Trees" })).ShouldBeProblem(400.2m, "name");
        (await admin.GetAsync("/projects/2000000000")).ShouldBeProblem(404.1m);
    }
}
