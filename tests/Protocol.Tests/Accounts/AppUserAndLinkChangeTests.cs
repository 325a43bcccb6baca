using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>Changing app users and public links, and small answers of accounts that the web front end relies on.</summary>
public sealed class AppUserAndLinkChangeTests
{
    [Fact]
    public async Task App_users_and_public_links_are_renamed_and_keep_their_keys()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        foreach (var path in new[] { $"{programme.Path}/app-users", $"{programme.FormPath(form)}/public-links" })
        {
            var made = (await programme.Admin.PostJsonAsync(path, new { displayName = "Tablet" })).ShouldBe(HttpStatusCode.OK).Json;
            var own = $"{path}/{made.GetProperty("id").GetInt32()}";
            var changed = (await programme.Admin.PatchJsonAsync(own, new { displayName = "Tablet 2", properties = new { } }))
                .ShouldBe(HttpStatusCode.OK)
                .Json;
            Assert.Equal("Tablet 2", changed.GetProperty("displayName").GetString());
            Assert.Equal(made.GetProperty("token").GetString(), changed.GetProperty("token").GetString());
            Assert.Equal("Tablet 2", (await programme.Admin.GetAsync(own)).Json.GetProperty("displayName").GetString());

            (await programme.Admin.PatchJsonAsync(own, new { displayName = " " })).ShouldBeProblem(400.2m);
            (await programme.Admin.PatchJsonAsync(own, new { displayName = new string('x', 65) })).ShouldBeProblem(400.13m);
            (await programme.Admin.PatchJsonAsync(own, new { token = "mine" })).ShouldBeProblem(400.33m);
            (await programme.Admin.PatchJsonAsync($"{path}/2000000000", new { displayName = "x" })).ShouldBeProblem(404.1m);
            var (viewer, _, _) = await programme.WebUserAsync("viewer");
            (await viewer.PatchJsonAsync(own, new { displayName = "x" })).ShouldBeProblem(403.1m);
        }
    }

    [Fact]
    public async Task Extended_assignments_name_the_actor_by_number_too()
    {
        var programme = await Programme.StartAsync();
        await programme.WebUserAsync("viewer");
        var held = (await programme.Admin.With("X-Extended-Metadata", "true").GetAsync($"{programme.Path}/assignments")).Json;
        Assert.All(
            held.EnumerateArray(),
            one => Assert.Equal(one.GetProperty("actor").GetProperty("id").GetInt32(), one.GetProperty("actorId").GetInt32())
        );
    }

    [Fact]
    public async Task Restoring_a_session_requires_one()
    {
        var server = await Server.SharedAsync();
        (await Api.Anonymous(server).GetAsync("/sessions/restore")).ShouldBeProblem(404.1m);
        (await Api.Anonymous(server).PostAsync("/sessions/restore")).ShouldBeProblem(404.1m);
        (await Api.Anonymous(server).With("Authorization", "Bearer nonsense").GetAsync("/sessions/restore")).ShouldBeProblem(401.2m);
        (await (await Api.AdministratorAsync()).GetAsync("/sessions/restore")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [Trait("Needs", "FrontEnd")]
    public async Task A_browser_that_ends_its_own_session_by_its_token_loses_its_cookies()
    {
        var programme = await Programme.StartAsync();
        var (user, _, _) = await programme.WebUserAsync();
        var ended = (await user.DeleteAsync($"/sessions/{Uri.EscapeDataString(user.Token)}")).ShouldBe(HttpStatusCode.OK);
        Assert.Contains("__Host-session=;", ended.Header("Set-Cookie"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_encrypted_submissions_has_no_keys()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        (await programme.ReplaceDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        foreach (var space in new[] { "", "/draft" })
        {
            Assert.Equal(
                "[]",
                (await programme.Admin.GetAsync($"{programme.FormPath(form)}{space}/submissions/keys")).ShouldBe(HttpStatusCode.OK).Text
            );
        }
    }
}
