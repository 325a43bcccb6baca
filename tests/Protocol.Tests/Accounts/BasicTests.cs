using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>E-mail address and password with every request (OR-055 to OR-071).</summary>
[Trait("Needs", "FrontEnd")]
public sealed class BasicTests
{
    [Theory]
    [InlineData("with:colons:and: blanks ")]
    [InlineData("Größe-桜-🌳-пароль")]
    [InlineData("ten chars!")]
    [InlineData(":colon:first:")]
    [Clause("OR-050"), Clause("OR-052")]
    public async Task A_password_may_hold_any_text(string password)
    {
        var programme = await Programme.StartAsync();
        var email = $"{Samples.Unique("user")}@example.org";
        (await programme.Admin.PostJsonAsync("/users", new { email, password })).ShouldBe(HttpStatusCode.OK);

        // Preemptive: sent with the first request, as scripts do.
        var client = Api.WithBasic(programme.Server, email, password);
        Assert.Equal(email, (await client.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("email").GetString());
        (await client.OpenRosa.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
        await Api.SignInAsync(programme.Server, email, password);
    }

    [Fact, Clause("OR-051")]
    public async Task Addresses_are_case_insensitive()
    {
        var programme = await Programme.StartAsync();
        var (_, email, password) = await programme.WebUserAsync();
        foreach (var written in new[] { email.ToUpperInvariant(), $"U{email[1..]}" })
        {
            (await Api.WithBasic(programme.Server, written, password).GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK);
            await Api.SignInAsync(programme.Server, written, password);
            (await programme.Admin.PostJsonAsync("/users", new { email = written, password })).ShouldBeProblem(409.3m);
        }
    }

    [Fact, Clause("OR-054")]
    public async Task Digest_authentication_is_answered_with_the_challenge_of_Basic()
    {
        var programme = await Programme.StartAsync();
        var digest = "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"/\", response=\"00000000000000000000000000000000\"";
        var refused = await Api.Anonymous(programme.Server).OpenRosa.With("Authorization", digest).GetAsync($"{programme.Path}/formList");
        Assert.StartsWith(
            "Basic ",
            refused.ShouldBe(HttpStatusCode.Unauthorized).Header("WWW-Authenticate"),
            StringComparison.Ordinal
        );
    }

    [Fact, Clause("OR-053")]
    public async Task Credentials_in_the_URL_are_ignored()
    {
        var programme = await Programme.StartAsync();
        var (_, email, password) = await programme.WebUserAsync("viewer");
        var (user, secret) = (Uri.EscapeDataString(email), Uri.EscapeDataString(password));
        var server = programme.Server;

        foreach (
            var query in new[]
            {
                $"username={user}&password={secret}",
                $"email={user}&password={secret}",
                $"access_token={programme.Admin.Token}",
                $"token={programme.Admin.Token}",
                $"Authorization=Bearer%20{programme.Admin.Token}",
                $"session={programme.Admin.Token}",
            }
        )
        {
            (await Api.Anonymous(server).OpenRosa.GetAsync($"{programme.Path}/formList?{query}")).ShouldBeOpenRosaError(
                401,
                "Could not authenticate"
            );
            (await Api.Anonymous(server).GetAsync($"/projects?{query}")).ShouldBeProblem(401.2m);
        }
        var inUserInfo = await RawHttp.SendAsync(
            server,
            "GET",
            $"http://{user}:{secret}@{server.BaseUrl.Authority}/v1{programme.Path}/formList",
            "X-OpenRosa-Version: 1.0",
            "X-Forwarded-Proto: https"
        );
        inUserInfo.ShouldBeOpenRosaError(401, "Could not authenticate");
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("no colon")]
    [InlineData("admin@example.org:")]
    [InlineData("admin@example.org")]
    [InlineData("\0:\0")]
    [InlineData("admin@example.org:a password for tests\n")]
    [Clause("OR-047")]
    public async Task Malformed_Basic_credentials_are_refused(string pair)
    {
        var client = Api.Anonymous(await Server.SharedAsync())
            .With("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))}");
        (await client.GetAsync("/users/current")).ShouldBeProblem(401.2m);
    }

    [Theory]
    [InlineData("Basic ")]
    [InlineData("Basic ====")]
    [InlineData("Basic not/base64:at-all")]
    [InlineData("Basic //79/Dr+/w==")]
    [Clause("OR-047")]
    public async Task Undecodable_Basic_credentials_are_refused(string authorization)
    {
        var client = Api.Anonymous(await Server.SharedAsync()).With("Authorization", authorization);
        (await client.GetAsync("/users/current")).ShouldBeProblem(401.2m);
    }

    [Fact, Clause("OR-048"), Clause("OR-071")]
    public async Task AllowBasicOverHttp_accepts_passwords_and_cookies_on_loopback_only()
    {
        var server = await Server.StartAsync(
            new Dictionary<string, string> { ["Rosa__AllowBasicOverHttp"] = "true", ["Rosa__PublicUrl"] = "" }
        );
        var programme = await Programme.StartAsync(server);
        var form = await programme.PublishAsync();
        var (_, email, password) = await programme.WebUserAsync("viewer");
        var plain = Api.Anonymous(server).OpenRosa.With("X-Forwarded-Proto", null);
        var basic = Api.WithBasic(server, email, password).OpenRosa.With("X-Forwarded-Proto", null);

        // A browser takes no `__Host-` cookie over plain HTTP.
        var signIn = (await plain.PostJsonAsync("/sessions", new { email, password })).ShouldBe(HttpStatusCode.OK);
        var cookies = signIn.Headers.GetValues("Set-Cookie").ToList();
        Assert.Contains(cookies, cookie => cookie.StartsWith("session=", StringComparison.Ordinal));
        Assert.DoesNotContain(cookies, cookie => cookie.Contains("secure", StringComparison.OrdinalIgnoreCase));
        var cookie = plain.With("Cookie", $"session={signIn.Json.GetProperty("token").GetString()}");

        foreach (var name in new[] { "localhost", "LOCALHOST:7071", "127.0.0.1", "127.0.0.1:80", "[::1]:7071" })
        {
            var list = (await basic.With("Host", name).GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
            Assert.Contains($"<downloadUrl>http://{name}/v1{programme.FormPath(form)}.xml<", list.Text, StringComparison.Ordinal);
            (await cookie.With("Host", name).GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK);
            Assert.NotNull(
                (await plain.With("Host", name).GetAsync($"{programme.Path}/formList"))
                    .ShouldBe(HttpStatusCode.Unauthorized)
                    .Header("WWW-Authenticate")
            );
        }
        foreach (
            var name in new[]
            {
                "forms.example.org",
                "localhost.example.org",
                "127.0.0.1.example.org",
                "localhost.",
                "0.0.0.0",
                "192.168.1.7:7071",
                "[2001:db8::1]",
            }
        )
        {
            (await basic.With("Host", name).GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(401, "only available over HTTPS");
            (await cookie.With("Host", name).GetAsync("/users/current")).ShouldBeProblem(401.3m);
            Assert.Null(
                (await plain.With("Host", name).GetAsync($"{programme.Path}/formList"))
                    .ShouldBe(HttpStatusCode.Unauthorized)
                    .Header("WWW-Authenticate")
            );
        }

        // Behind a front end with HTTPS, and without a configured origin, returned addresses are the front end's.
        var behind = (
            await basic.With("Host", "forms.example.org").With("X-Forwarded-Proto", "https").GetAsync($"{programme.Path}/formList")
        ).ShouldBe(HttpStatusCode.OK);
        Assert.Contains($"<downloadUrl>https://forms.example.org/v1{programme.FormPath(form)}.xml<", behind.Text, StringComparison.Ordinal);
    }
}
