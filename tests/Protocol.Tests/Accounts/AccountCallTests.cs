using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>The management calls about people and keys.</summary>
public sealed class AccountCallTests
{
    [Fact, Clause("OR-257")]
    [Trait("Needs", "FrontEnd")]
    public async Task Signing_in_gives_a_session_and_its_cookies()
    {
        var nobody = Api.Anonymous(await Server.SharedAsync());

        var session = (
            await nobody.PostJsonAsync("/sessions", new { email = Server.AdminEmail, password = Server.AdminPassword })
        ).ShouldBe(HttpStatusCode.OK);
        var token = session.Json.GetProperty("token").GetString()!;
        Assert.Matches("^[A-Za-z0-9!$]{64}$", token);
        Assert.Matches("^[A-Za-z0-9!$]{64}$", session.Json.GetProperty("csrf").GetString());
        Assert.Equal(
            TimeSpan.FromHours(24),
            session.Json.GetProperty("expiresAt").GetDateTime() - session.Json.GetProperty("createdAt").GetDateTime()
        );
        var cookies = session.Headers.GetValues("Set-Cookie").ToList();
        Assert.Contains(
            cookies,
            cookie =>
                cookie.StartsWith("__Host-session=", StringComparison.Ordinal)
                && cookie.Contains("secure", StringComparison.OrdinalIgnoreCase)
                && cookie.Contains("httponly", StringComparison.OrdinalIgnoreCase)
        );
        Assert.Contains(
            cookies,
            cookie =>
                cookie.StartsWith("__csrf=", StringComparison.Ordinal) && !cookie.Contains("httponly", StringComparison.OrdinalIgnoreCase)
        );
    }

    [Theory, Clause("OR-257")]
    [InlineData(Server.AdminEmail, "not the password")]
    [InlineData("nobody@example.org", "not the password")]
    public async Task Signing_in_with_what_is_wrong_is_refused(string email, string password) =>
        (await Api.Anonymous(await Server.SharedAsync()).PostJsonAsync("/sessions", new { email, password })).ShouldBeProblem(401.2m);

    [Fact, Clause("OR-257")]
    public async Task Incomplete_credentials_are_refused_without_repeating_the_password()
    {
        var nobody = Api.Anonymous(await Server.SharedAsync());

        var refusal = (await nobody.PostJsonAsync("/sessions", new { password = "a secret of mine" })).ShouldBeProblem(400.3m);
        Assert.Equal(
            ["email", "password"],
            refusal.Json.GetProperty("details").GetProperty("expected").EnumerateArray().Select(name => name.GetString())
        );
        Assert.DoesNotContain("a secret of mine", refusal.Text, StringComparison.Ordinal);
        (await nobody.PostJsonAsync("/sessions", new { email = Server.AdminEmail })).ShouldBeProblem(400.3m);
        (await nobody.PostJsonAsync("/sessions", new { email = 7, password = "x" })).ShouldBeProblem(400.11m);
    }

    [Fact, Clause("OR-258")]
    public async Task A_session_token_is_refused_after_sign_out()
    {
        var user = await Api.AdministratorAsync();

        (await user.DeleteAsync("/sessions/current")).ShouldBe(HttpStatusCode.OK);

        (await user.GetAsync("/users/current")).ShouldBeProblem(401.2m);
    }

    [Fact, Clause("OR-259")]
    public async Task Only_a_web_user_can_read_the_current_user()
    {
        var programme = await Programme.StartAsync();
        var (user, email, _) = await programme.WebUserAsync();
        var key = (await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" }))
            .Json.GetProperty("token")
            .GetString();

        var me = (await user.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(email, me.GetProperty("email").GetString());
        Assert.Equal("user", me.GetProperty("type").GetString());
        (await Api.Anonymous(programme.Server).GetAsync($"/users/current?st={Uri.EscapeDataString(key!)}")).ShouldBeProblem(404.1m);
    }

    [Fact, Clause("OR-263")]
    public async Task An_app_user_comes_with_its_key_and_keeps_its_name_when_that_is_revoked()
    {
        var programme = await Programme.StartAsync();

        var created = (await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet 1" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        var key = created.GetProperty("token").GetString()!;
        Assert.Equal("field_key", created.GetProperty("type").GetString());
        Assert.Equal(key, (await ListedAppUserAsync(programme)).GetProperty("token").GetString());

        (await programme.Admin.DeleteAsync($"/sessions/{Uri.EscapeDataString(key)}")).ShouldBe(HttpStatusCode.OK);
        var listed = await ListedAppUserAsync(programme);
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("token").ValueKind);
        Assert.Equal("Tablet 1", listed.GetProperty("displayName").GetString());
    }

    [Theory, Clause("OR-264")]
    [InlineData("2")]
    [InlineData("app-user")]
    public async Task A_role_is_given_by_number_or_by_name(string role)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var user = (await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" })).Json;
        var id = user.GetProperty("id").GetInt32();

        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/assignments/{role}/{id}")).ShouldBe(HttpStatusCode.OK);

        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/assignments/{role}/{id}")).ShouldBeProblem(409.3m);
        var assignment = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/assignments")).Json.EnumerateArray().Single();
        Assert.Equal((id, 2), (assignment.GetProperty("actorId").GetInt32(), assignment.GetProperty("roleId").GetInt32()));
        (await Api.WithKey(programme.Server, user.GetProperty("token").GetString()!).GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(
            HttpStatusCode.OK
        );

        (await programme.Admin.DeleteAsync($"{programme.FormPath(form)}/assignments/{role}/{id}")).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.DeleteAsync($"{programme.FormPath(form)}/assignments/{role}/{id}")).ShouldBeProblem(404.1m);
    }

    [Fact, Clause("OR-265")]
    public async Task A_public_link_has_a_key_that_gives_access_to_its_form()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();

        var link = (
            await programme.Admin.PostJsonAsync($"{programme.FormPath(form)}/public-links", new { displayName = "Everybody", once = true })
        )
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal("public_link", link.GetProperty("type").GetString());
        Assert.True(link.GetProperty("once").GetBoolean());
        (await Api.WithKey(programme.Server, link.GetProperty("token").GetString()!).GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(
            HttpStatusCode.OK
        );
    }

    private static async Task<JsonElement> ListedAppUserAsync(Programme programme) =>
        (await programme.Admin.GetAsync($"{programme.Path}/app-users")).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray().Single();
}
