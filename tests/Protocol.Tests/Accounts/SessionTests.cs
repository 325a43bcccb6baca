using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>Signing in, who am I, and signing out (OR-257 to OR-259).</summary>
[Trait("Speed", "Fast")]
public sealed class SessionTests
{
    [Fact, Clause("OR-257")]
    [Trait("Needs", "FrontEnd")]
    public async Task Signing_in_gives_a_session_for_a_day_and_its_cookies()
    {
        var programme = await Programme.StartAsync();
        var (_, email, password) = await programme.WebUserAsync();

        var answer = (
            await Api.Anonymous(programme.Server)
                .With("Authorization", "Bearer nonsense")
                .PostJsonAsync("/sessions", new { email, password })
        ).ShouldBe(HttpStatusCode.OK);
        var (token, csrf) = (answer.Json.GetProperty("token").GetString()!, answer.Json.GetProperty("csrf").GetString()!);
        Assert.Matches("^[A-Za-z0-9!$]{64}$", token);
        Assert.Matches("^[A-Za-z0-9!$]{64}$", csrf);
        Assert.NotEqual(token, csrf);
        var (created, expires) = (
            answer.Json.GetProperty("createdAt").GetDateTimeOffset(),
            answer.Json.GetProperty("expiresAt").GetDateTimeOffset()
        );
        Assert.Equal(TimeSpan.FromHours(24), expires - created);

        var cookies = answer.Headers.GetValues("Set-Cookie").ToList();
        var session = Assert.Single(
            cookies,
            cookie => cookie.StartsWith($"__Host-session={Uri.EscapeDataString(token)};", StringComparison.Ordinal)
        );
        var shown = Assert.Single(cookies, cookie => cookie.StartsWith($"__csrf={Uri.EscapeDataString(csrf)};", StringComparison.Ordinal));
        foreach (var attribute in new[] { $"expires={expires:R}", "path=/", "secure", "samesite=strict" })
        {
            Assert.Contains(attribute, Attributes(session), StringComparer.OrdinalIgnoreCase);
            Assert.Contains(attribute, Attributes(shown), StringComparer.OrdinalIgnoreCase);
        }
        Assert.Contains("httponly", Attributes(session));
        Assert.DoesNotContain("httponly", Attributes(shown));
        Assert.DoesNotContain(Attributes(session), attribute => attribute.StartsWith("domain", StringComparison.OrdinalIgnoreCase));

        var restored = (await Api.Anonymous(programme.Server).With("Authorization", $"Bearer {token}").GetAsync("/sessions/restore"))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal(
            (created, expires),
            (restored.GetProperty("createdAt").GetDateTimeOffset(), restored.GetProperty("expiresAt").GetDateTimeOffset())
        );
        Assert.False(restored.TryGetProperty("token", out _));
    }

    [Fact, Clause("OR-257")]
    public async Task A_wrong_password_and_an_unknown_address_are_refused_alike()
    {
        var programme = await Programme.StartAsync();
        var (_, email, password) = await programme.WebUserAsync();
        var anonymous = Api.Anonymous(programme.Server);
        var noPassword = $"{Samples.Unique("user")}@example.org";
        (await programme.Admin.PostJsonAsync("/users", new { email = noPassword })).ShouldBe(HttpStatusCode.OK);

        var refusals = new List<string>();
        foreach (
            var (user, secret) in new[]
            {
                (email, password + "x"),
                ($"{Samples.Unique("nobody")}@example.org", password),
                (noPassword, "any password"),
                ("no address", password),
            }
        )
        {
            var answer = (await anonymous.PostJsonAsync("/sessions", new { email = user, password = secret })).ShouldBeProblem(401.2m);
            Assert.Null(answer.Header("Set-Cookie"));
            Assert.Null(answer.Header("WWW-Authenticate"));
            refusals.Add(answer.Text);
        }
        Assert.Single(refusals.Distinct());
    }

    [Theory]
    [InlineData("", 400.3)]
    [InlineData("{}", 400.3)]
    [InlineData("{\"email\":\"a@example.org\"}", 400.3)]
    [InlineData("{\"password\":\"top secret words\"}", 400.3)]
    [InlineData("{\"email\":null,\"password\":\"top secret words\"}", 400.3)]
    [InlineData("{\"email\":7,\"password\":\"top secret words\"}", 400.11)]
    [InlineData("{\"email\":{\"$gt\":\"\"},\"password\":\"top secret words\"}", 400.11)]
    [InlineData("[]", 400.1)]
    [InlineData("{\"email\":", 400.1)]
    [InlineData("email=a&password=b", 400.1)]
    [Clause("OR-257")]
    public async Task Signing_in_with_less_than_an_address_and_a_password_is_refused(string json, double code)
    {
        var answer = await Api.Anonymous(await Server.SharedAsync())
            .PostAsync("/sessions", new StringContent(json, Encoding.UTF8, "application/json"));
        answer.ShouldBeProblem((decimal)code);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        if (code is 400.3)
        {
            var details = answer.Json.GetProperty("details");
            Assert.Equal(["email", "password"], details.GetProperty("expected").EnumerateArray().Select(name => name.GetString()));
            Assert.Equal(System.Text.Json.JsonValueKind.Object, details.GetProperty("got").ValueKind);
        }
    }

    [Fact, Clause("OR-257")]
    public async Task A_token_that_the_client_chose_never_becomes_a_session()
    {
        var programme = await Programme.StartAsync();
        var (attacker, email, password) = await programme.WebUserAsync();
        var chosen = new string('c', 64);

        var tokens = new List<string>();
        foreach (var planted in new[] { chosen, attacker.Token })
        {
            var signIn = await Api.Anonymous(programme.Server)
                .With("Cookie", $"__Host-session={planted}; session={planted}")
                .PostJsonAsync(
                    "/sessions",
                    new
                    {
                        email,
                        password,
                        token = planted,
                    }
                );
            tokens.Add(signIn.ShouldBe(HttpStatusCode.OK).Json.GetProperty("token").GetString()!);
        }
        Assert.Equal(4, tokens.Append(chosen).Append(attacker.Token).Distinct().Count());
        (await Api.Anonymous(programme.Server).With("Authorization", $"Bearer {chosen}").GetAsync("/users/current")).ShouldBeProblem(
            401.2m
        );
    }

    [Fact, Clause("OR-258")]
    [Trait("Needs", "FrontEnd")]
    public async Task Signing_out_ends_this_session_and_no_other()
    {
        var programme = await Programme.StartAsync();
        var (first, email, password) = await programme.WebUserAsync("viewer");
        var second = await Api.SignInAsync(programme.Server, email, password);

        var ended = (await first.DeleteAsync("/sessions/current")).ShouldBe(HttpStatusCode.OK);
        Assert.True(ended.Json.GetProperty("success").GetBoolean());

        // A browser deletes a `__Host-` cookie only if the attributes equal those with which it was set.
        var cookies = ended.Headers.GetValues("Set-Cookie").ToList();
        foreach (var name in new[] { "__Host-session", "__csrf" })
        {
            var cookie = Assert.Single(cookies, cookie => cookie.StartsWith($"{name}=;", StringComparison.Ordinal));
            foreach (var attribute in new[] { "expires=Thu, 01 Jan 1970 00:00:00 GMT", "path=/", "secure" })
            {
                Assert.Contains(attribute, Attributes(cookie), StringComparer.OrdinalIgnoreCase);
            }
        }

        (await first.GetAsync("/users/current")).ShouldBeProblem(401.2m);
        (await first.OpenRosa.GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(401, "Could not authenticate");
        (await first.DeleteAsync("/sessions/current")).ShouldBeProblem(401.2m);
        (await Api.Anonymous(programme.Server).With("Cookie", $"__Host-session={first.Token}").GetAsync("/users/current")).ShouldBeProblem(
            401.2m
        );
        (await second.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-258")]
    public async Task Only_sessions_can_be_ended_by_their_token()
    {
        var programme = await Programme.StartAsync();
        var (_, email, password) = await programme.WebUserAsync();
        var phone = await programme.AppUserAsync();

        (await Api.Anonymous(programme.Server).DeleteAsync("/sessions/current")).ShouldBeProblem(401.2m);
        (await Api.WithBasic(programme.Server, email, password).DeleteAsync("/sessions/current")).ShouldBeProblem(404.1m);
        (await Api.WithBasic(programme.Server, email, password).GetAsync("/sessions/restore")).ShouldBeProblem(404.1m);
        var bearer = Api.Anonymous(programme.Server).With("Authorization", $"Bearer {phone.Key}");
        (await bearer.DeleteAsync("/sessions/current")).ShouldBeProblem(403.1m);
        (await bearer.DeleteAsync($"/sessions/{phone.Key}")).ShouldBeProblem(403.1m);
        (await phone.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-258")]
    public async Task Sessions_of_others_can_be_ended_only_with_the_right_to_do_so()
    {
        var programme = await Programme.StartAsync();
        var (manager, email, password) = await programme.WebUserAsync("manager");
        var (viewer, _, _) = await programme.WebUserAsync("viewer");
        var elsewhere = await (await Programme.StartAsync()).AppUserAsync();
        var phone = await programme.AppUserAsync();

        // What one may not end looks like what isn't there.
        foreach (
            var (client, token) in new[]
            {
                (manager, programme.Admin.Token),
                (manager, viewer.Token),
                (manager, elsewhere.Key),
                (viewer, phone.Key),
                (viewer, manager.Token),
                (programme.Admin, new string('a', 64)),
                (programme.Admin, "short"),
                (programme.Admin, "..%2Fcurrent"),
            }
        )
        {
            (await client.DeleteAsync($"/sessions/{token}")).ShouldBeProblem(403.1m);
        }
        foreach (var client in new[] { programme.Admin, manager, viewer })
        {
            (await client.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK);
        }

        var own = await Api.SignInAsync(programme.Server, email, password);
        (await manager.DeleteAsync($"/sessions/{own.Token}")).ShouldBe(HttpStatusCode.OK);
        (await own.GetAsync("/users/current")).ShouldBeProblem(401.2m);
        (await manager.DeleteAsync($"/sessions/{Uri.EscapeDataString(phone.Key)}")).ShouldBe(HttpStatusCode.OK);
        (await phone.GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(403, "rights");
        (await programme.Admin.DeleteAsync($"/sessions/{viewer.Token}")).ShouldBe(HttpStatusCode.OK);
        (await viewer.GetAsync("/users/current")).ShouldBeProblem(401.2m);
    }

    [Fact, Clause("OR-259")]
    public async Task Web_users_get_their_identity()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (session, email, password) = await programme.WebUserAsync();

        foreach (var client in new[] { session, Api.WithBasic(programme.Server, email, password) })
        {
            var user = (await client.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK);
            Assert.Equal(email, user.Json.GetProperty("email").GetString());
            Assert.Equal("user", user.Json.GetProperty("type").GetString());
            Assert.DoesNotContain("assword", user.Text, StringComparison.Ordinal);
        }
        foreach (var holder in new[] { await programme.AppUserAsync(), await programme.PublicLinkAsync(form) })
        {
            (await holder.GetAsync("/users/current")).ShouldBeProblem(404.1m);
            (await Api.Anonymous(programme.Server).GetAsync($"/users/current?st={holder.Key}")).ShouldBeProblem(404.1m);
            (
                await Api.Anonymous(programme.Server).With("Authorization", $"Bearer {holder.Key}").GetAsync("/users/current")
            ).ShouldBeProblem(404.1m);
        }
        (await Api.Anonymous(programme.Server).GetAsync("/users/current")).ShouldBeProblem(401.2m);
    }

    private static string[] Attributes(string cookie) => cookie.Split("; ")[1..];
}
