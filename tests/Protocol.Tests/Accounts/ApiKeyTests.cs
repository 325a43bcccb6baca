using System.Globalization;
using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>API keys of web users at the addresses of domains, as CommCare HQ's clients send them.</summary>
[Trait("Needs", "FrontEnd")]
public sealed class ApiKeyTests
{
    private const string Own = "/users/current/api-keys";

    [Fact]
    public async Task A_key_is_shown_once_and_counts_in_its_domain_with_the_rights_of_its_role_until_it_is_revoked()
    {
        var domain = await Domain.StartAsync();
        var other = await Domain.StartAsync(domain.Programme.Server);
        var (user, email, _) = await domain.Programme.WebUserAsync("manager");
        var tomorrow = DateTimeOffset.UtcNow.AddDays(1);
        var body = new
        {
            name = "export",
            domain = domain.Name,
            role = "viewer",
            expiresAt = tomorrow,
        };

        var created = (await user.PostJsonAsync(Own, body)).ShouldBe(HttpStatusCode.OK).Json;
        var key = created.GetProperty("key").GetString()!;
        Assert.Matches("^[0-9a-f]{40}$", key);
        var listed = (await user.GetAsync(Own)).ShouldBe(HttpStatusCode.OK);
        Assert.DoesNotContain(key, listed.Text, StringComparison.Ordinal);
        var one = Assert.Single(listed.Json.EnumerateArray());
        Assert.Equal(
            (created.Text("id"), "export", domain.Name, "viewer"),
            (one.Text("id"), one.Text("name"), one.Text("domain"), one.Text("role"))
        );
        Assert.True((tomorrow - one.GetProperty("expiresAt").GetDateTimeOffset()).Duration() < TimeSpan.FromMilliseconds(2));

        var script = With(domain.Programme.Server, $"apikey {email}:{key}");
        (await script.GetAsync(domain.At("/api/case/v2/"))).ShouldBe(HttpStatusCode.OK);
        (await script.GetAsync(domain.Api("group/"))).ShouldBe(HttpStatusCode.OK);
        (await script.GetAsync(domain.At("/phone/restore/?version=2.0"))).ShouldBe(HttpStatusCode.OK);
        (await script.PostJsonAsync(domain.Api("group/"), new { name = "North" })).ShouldBe(HttpStatusCode.Forbidden);
        (await script.GetAsync(other.Api("group/"))).ShouldBe(HttpStatusCode.Forbidden);
        (await script.GetAsync(Own)).ShouldBeProblem(401.2m);

        (await user.DeleteAsync($"{Own}/{created.Text("id")}")).ShouldBe(HttpStatusCode.OK);
        (await user.DeleteAsync($"{Own}/{created.Text("id")}")).ShouldBeProblem(404.1m);
        await RefusedAsync(domain, script);
        Assert.Empty((await user.GetAsync(Own)).Json.EnumerateArray());
    }

    [Fact]
    public async Task A_key_has_all_rights_of_its_user_and_ends_with_its_time_the_password_and_the_account()
    {
        var domain = await Domain.StartAsync();
        var (user, email, _) = await domain.Programme.WebUserAsync("manager");
        var admin = domain.Admin;
        var id = (await user.GetAsync("/users/current")).Json.GetProperty("id").GetInt32();
        var whole = With(domain.Programme.Server, $"ApiKey {email.ToUpperInvariant()}:{await CreateAsync(user)}");
        var shortly = With(
            domain.Programme.Server,
            $"ApiKey {email}:{await CreateAsync(user, DateTimeOffset.UtcNow.AddSeconds(1.5))}"
        ).FromElsewhere;

        (await whole.PostJsonAsync(domain.Api("group/"), new { name = "North" })).ShouldBe(HttpStatusCode.Created);
        (await shortly.GetAsync(domain.Api("group/"))).ShouldBe(HttpStatusCode.OK);
        await Eventually.TrueAsync(
            async () => (await shortly.GetAsync(domain.Api("group/"))).Status == HttpStatusCode.Unauthorized,
            "the key has expired"
        );
        (await admin.PostJsonAsync("/users/reset/initiate?invalidate=true", new { email })).ShouldBe(HttpStatusCode.OK);
        await RefusedAsync(domain, whole);

        var audit = (await admin.GetAsync("/audits?action=user.api_key&limit=50")).ShouldBe(HttpStatusCode.OK);
        Assert.DoesNotContain("\"key\"", audit.Text, StringComparison.Ordinal);
        Assert.Equal(
            2,
            audit
                .Json.EnumerateArray()
                .Count(entry => entry.Text("action") == "user.api_key.create" && entry.GetProperty("actorId").GetInt32() == id)
        );
    }

    [Fact]
    public async Task Administrators_list_and_revoke_the_keys_of_others_and_nobody_else_does()
    {
        var domain = await Domain.StartAsync();
        var (user, email, _) = await domain.Programme.WebUserAsync("manager");
        var (neighbour, _, _) = await domain.Programme.WebUserAsync("manager");
        var path = $"/users/{(await user.GetAsync("/users/current")).Json.GetProperty("id").GetInt32()}/api-keys";
        var script = With(domain.Programme.Server, $"ApiKey {email}:{await CreateAsync(user)}");
        (await script.GetAsync(domain.Api("group/"))).ShouldBe(HttpStatusCode.OK);

        (await neighbour.GetAsync(path)).ShouldBeProblem(403.1m);
        (await domain.Admin.PostJsonAsync(path, new { })).ShouldBeProblem(403.1m);
        var id = Assert.Single((await domain.Admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray()).Text("id");
        (await neighbour.DeleteAsync($"{path}/{id}")).ShouldBeProblem(403.1m);
        (await domain.Admin.DeleteAsync($"{path}/{id}")).ShouldBe(HttpStatusCode.OK);
        await RefusedAsync(domain, script);
    }

    [Fact]
    public async Task What_a_key_cannot_have_is_refused_and_wrong_keys_are_delayed()
    {
        var domain = await Domain.StartAsync();
        var (user, email, _) = await domain.Programme.WebUserAsync("viewer");
        (await user.PostJsonAsync(Own, new { scope = "all" })).ShouldBeProblem(400.33m);
        (await user.PostJsonAsync(Own, new { role = "admin" })).ShouldBeProblem(400.8m);
        (await user.PostJsonAsync(Own, new { domain = "nowhere" })).ShouldBeProblem(400.8m);
        (await user.PostJsonAsync(Own, new { domain = (await Domain.StartAsync()).Name })).ShouldBeProblem(400.8m);
        (await user.PostJsonAsync(Own, new { expiresAt = "2020-01-01" })).ShouldBeProblem(400.8m);
        (await user.PostJsonAsync(Own, new { expiresAt = "soon" })).ShouldBeProblem(400.11m);
        (await user.PostJsonAsync(Own, new { name = new string('n', 256) })).ShouldBeProblem(400.13m);

        var key = await CreateAsync(user);
        var script = With(domain.Programme.Server, $"ApiKey {email}:{key}").FromElsewhere;
        (await script.With("X-Forwarded-Proto", null).GetAsync(domain.Api("group/"))).ShouldBe(HttpStatusCode.Unauthorized);
        var wrong = script.With("Authorization", $"ApiKey {email}:{key[..^1]}{(key[^1] == '0' ? '1' : '0')}");
        Answer refused;
        for (var tries = 0; (refused = await wrong.GetAsync(domain.Api("group/"))).Status == HttpStatusCode.Unauthorized; tries++)
        {
            Assert.InRange(tries, 0, 10);
        }
        refused.ShouldBe(HttpStatusCode.TooManyRequests);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 300);
        (await script.FromElsewhere.GetAsync(domain.Api("group/"))).ShouldBe(HttpStatusCode.OK);
        (await script.GetAsync(domain.Api("group/"))).ShouldBe(HttpStatusCode.OK);
        (await With(domain.Programme.Server, $"ApiKey {key}").GetAsync(domain.Api("group/"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await With(domain.Programme.Server, $"ApiKey {Server.AdminEmail}:{key}").GetAsync(domain.Api("group/"))).ShouldBe(
            HttpStatusCode.Unauthorized
        );
    }

    private static Api With(Server server, string authorization) => Api.Anonymous(server).With("Authorization", authorization);

    private static async Task<string> CreateAsync(Api user, DateTimeOffset? expiresAt = null) =>
        (await user.PostJsonAsync(Own, new { expiresAt })).ShouldBe(HttpStatusCode.OK).Json.Text("key");

    private static async Task RefusedAsync(Domain domain, Api script) =>
        Assert.True(
            (await script.GetAsync(domain.Api("group/"))).ShouldBe(HttpStatusCode.Unauthorized).Json.ValueKind == JsonValueKind.Object
        );
}
