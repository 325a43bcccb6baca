using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Projects;

/// <summary>A project's CommCare domain: set once, permanent, unique.</summary>
public sealed class ProjectDomainTests
{
    [Fact]
    public async Task A_project_gets_its_domain_once_and_keeps_it()
    {
        var programme = await Programme.StartAsync();
        var domain = Samples.Unique("demo");
        (await programme.Admin.PatchJsonAsync(programme.Path, new { domain })).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PatchJsonAsync(programme.Path, new { domain, name = "Trees" })).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PatchJsonAsync(programme.Path, new { domain = Samples.Unique("other") })).ShouldBeProblem(400.8m);
        (await programme.Admin.PatchJsonAsync(programme.Path, new { domain = (string?)null })).ShouldBeProblem(400.8m);
        Assert.Equal(domain, (await programme.Admin.GetAsync(programme.Path)).Json.GetProperty("domain").GetString());
    }

    [Fact]
    public async Task A_domain_is_a_slug_and_one_project_s_only()
    {
        var (taken, programme) = (await Domain.StartAsync(), await Programme.StartAsync());
        (await programme.Admin.PatchJsonAsync(programme.Path, new { domain = taken.Name })).ShouldBeProblem(409.3m);
        (await programme.Admin.PostJsonAsync("/projects", new { name = "Trees", domain = taken.Name })).ShouldBeProblem(409.3m);
        foreach (var impossible in new[] { "", "Demo", "a b", "-a", "a-", "a/b", "a.b", new string('a', 64) })
        {
            (await programme.Admin.PatchJsonAsync(programme.Path, new { domain = impossible })).ShouldBeProblem(400.8m);
        }
    }

    [Fact]
    public async Task Of_projects_that_want_the_same_domain_at_the_same_time_one_gets_it()
    {
        var projects = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Programme.StartAsync()));
        var domain = Samples.Unique("demo");
        var answers = await Task.WhenAll(projects.Select(project => project.Admin.PatchJsonAsync(project.Path, new { domain })));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.Conflict));
    }
}
