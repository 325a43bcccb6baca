using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Projects;

/// <summary>The list of projects as the start page of the web front end reads it.</summary>
public sealed class ProjectListTests
{
    [Fact]
    public async Task Nested_forms_and_datasets_are_extended_even_when_the_project_is_not()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var draft = await programme.CreateDraftAsync();
        using var body = Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()));
        (await programme.Admin.OpenRosa.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created);
        (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name = "trees" })).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets/trees/entities", new { label = "Oak" })).ShouldBe(
            HttpStatusCode.OK
        );

        var project = await FindAsync(programme.Admin, programme);
        var forms = project.GetProperty("formList").EnumerateArray().ToDictionary(one => one.GetProperty("xmlFormId").GetString()!);
        Assert.Equal(new[] { draft, form }.Order(), forms.Keys.Order());
        Assert.Equal(1, forms[form].GetProperty("submissions").GetInt32());
        Assert.Equal(0, forms[form].GetProperty("publicLinks").GetInt32());
        Assert.False(forms[form].GetProperty("hasDraft").GetBoolean());
        Assert.True(forms[draft].GetProperty("hasDraft").GetBoolean());
        Assert.Equal(1, forms[form].GetProperty("reviewStates").GetProperty("received").GetInt32());
        Assert.Equal(2, project.GetProperty("forms").GetInt32());
        Assert.Equal(forms[form].GetProperty("lastSubmission").GetString(), project.GetProperty("lastSubmission").GetString());
        var dataset = Assert.Single(project.GetProperty("datasetList").EnumerateArray());
        Assert.Equal(1, dataset.GetProperty("entities").GetInt32());
        Assert.Equal(0, dataset.GetProperty("conflicts").GetInt32());
        Assert.False(project.TryGetProperty("appUsers", out _));
        Assert.Contains("project.update", project.GetProperty("verbs").EnumerateArray().Select(verb => verb.GetString()));
    }

    [Fact]
    public async Task A_data_collector_sees_open_forms_and_an_empty_list_of_datasets()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        await programme.CreateDraftAsync();
        (await programme.Admin.PostJsonAsync($"{programme.Path}/datasets", new { name = "trees" })).ShouldBe(HttpStatusCode.OK);
        var (collector, _, _) = await programme.WebUserAsync("formfill");

        var project = await FindAsync(collector, programme);
        Assert.Equal(form, Assert.Single(project.GetProperty("formList").EnumerateArray()).GetProperty("xmlFormId").GetString());
        Assert.Equal("[]", project.GetProperty("datasetList").GetRawText());
        Assert.Equal(1, project.GetProperty("forms").GetInt32());
    }

    [Fact]
    public async Task Archived_projects_come_last()
    {
        await using var own = await OwnStorage.TakeAsync();
        var admin = await Api.AdministratorAsync(own.Server);
        foreach (var name in new[] { "b", "a", "c" })
        {
            var id = (await admin.PostJsonAsync("/projects", new { name })).ShouldBe(HttpStatusCode.OK).Json.GetProperty("id").GetInt32();
            if (name == "a")
            {
                (await admin.PatchJsonAsync($"/projects/{id}", new { archived = true })).ShouldBe(HttpStatusCode.OK);
            }
        }
        var names = (await admin.GetAsync("/projects?forms=true&datasets=true"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .Select(project => project.GetProperty("name").GetString());
        Assert.Equal(["b", "c", "a"], names);
    }

    private static async Task<JsonElement> FindAsync(Api client, Programme programme) =>
        (await client.GetAsync("/projects?forms=true&datasets=true"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .Single(project => project.GetProperty("id").GetInt32() == programme.Id);
}
