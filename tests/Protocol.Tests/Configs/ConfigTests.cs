using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Configs;

/// <summary>The server's configuration, which the web front end reads before anybody signs in.</summary>
public sealed class ConfigTests
{
    [Fact]
    public async Task Public_configuration_is_read_without_credentials()
    {
        await using var own = await OwnStorage.TakeAsync();
        var (nobody, admin) = (Api.Anonymous(own.Server), await Api.AdministratorAsync(own.Server));
        Assert.Equal("{}", (await nobody.GetAsync("/config/public")).ShouldBe(HttpStatusCode.OK).Text);
        (await nobody.GetAsync("/config/public/login-appearance")).ShouldBeProblem(404.1m);

        var set = (
            await admin.PostJsonAsync(
                "/config/login-appearance",
                new
                {
                    title = "Forest survey",
                    description = "",
                    color = "red",
                }
            )
        ).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal("login-appearance", set.GetProperty("key").GetString());
        Assert.Equal("""{"title":"Forest survey"}""", set.GetProperty("value").GetRawText());
        Assert.Matches(@"^\d{4}-.*Z$", set.GetProperty("setAt").GetString());
        (await admin.PostJsonAsync("/config/analytics", new { enabled = true, email = "a@example.org" })).ShouldBe(HttpStatusCode.OK);

        var shown = (await nobody.With("Authorization", "Bearer nonsense").GetAsync("/config/public")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(["login-appearance"], shown.EnumerateObject().Select(config => config.Name));
        Assert.Equal(set.GetRawText(), (await nobody.GetAsync("/config/public/login-appearance")).Text);
        (await nobody.GetAsync("/config/public/analytics")).ShouldBeProblem(403.1m);
        Assert.Equal(
            """{"enabled":true,"email":"a@example.org"}""",
            (await admin.GetAsync("/config/analytics")).ShouldBe(HttpStatusCode.OK).Json.GetProperty("value").GetRawText()
        );
        Assert.Equal(2, (await admin.GetAsync("/audits?action=config.set")).Json.GetArrayLength());

        (await admin.DeleteAsync("/config/login-appearance")).ShouldBe(HttpStatusCode.OK);
        (await admin.DeleteAsync("/config/login-appearance")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal("{}", (await nobody.GetAsync("/config/public")).Text);
    }

    [Fact]
    public async Task An_image_is_served_as_it_was_sent_and_never_as_a_page()
    {
        await using var own = await OwnStorage.TakeAsync();
        var (nobody, admin) = (Api.Anonymous(own.Server), await Api.AdministratorAsync(own.Server));
        var image = Samples.Bytes(2000);
        using (var body = Samples.Part(image, "image/png"))
        {
            var set = (await admin.PostAsync("/config/logo", body)).ShouldBe(HttpStatusCode.OK).Json;
            Assert.True(set.GetProperty("blobExists").GetBoolean());
        }
        var shown = (await nobody.GetAsync("/config/public/logo?ts=123")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(image, shown.Bytes);
        Assert.Equal("image/png", shown.Header("Content-Type"));
        Assert.Equal("max-age=31536000", shown.Header("Cache-Control"));
        Assert.Contains("no-cache", (await nobody.GetAsync("/config/public/logo?ts=x")).Header("Cache-Control"), StringComparison.Ordinal);
        (await nobody.With("If-None-Match", shown.Header("ETag")).GetAsync("/config/public/logo")).ShouldBe(HttpStatusCode.NotModified);

        using (var page = Samples.Part("<script>alert(1)</script>"u8.ToArray(), "text/html"))
        {
            (await admin.PostAsync("/config/hero-image", page)).ShouldBe(HttpStatusCode.OK);
        }
        var risky = (await admin.GetAsync("/config/hero-image")).ShouldBe(HttpStatusCode.OK);
        Assert.StartsWith("attachment", risky.Header("Content-Disposition"), StringComparison.Ordinal);
        Assert.Equal("nosniff", risky.Header("X-Content-Type-Options"));
        Assert.Contains("sandbox", risky.Header("Content-Security-Policy"), StringComparison.Ordinal);

        (await admin.DeleteAsync("/config/logo")).ShouldBe(HttpStatusCode.OK);
        (await nobody.GetAsync("/config/public/logo")).ShouldBeProblem(404.1m);
    }

    [Fact]
    public async Task Configuration_requires_an_administrator_and_valid_values()
    {
        var programme = await Programme.StartAsync();
        var (manager, _, _) = await programme.WebUserAsync("manager");
        (await manager.GetAsync("/config/login-appearance")).ShouldBeProblem(403.1m);
        (await manager.PostJsonAsync("/config/login-appearance", new { title = "Mine" })).ShouldBeProblem(403.1m);
        (await manager.DeleteAsync("/config/login-appearance")).ShouldBeProblem(403.1m);

        (await programme.Admin.PostJsonAsync("/config/unknown", new { foo = "bar" })).ShouldBeProblem(400.8m);
        (await programme.Admin.DeleteAsync("/config/unknown")).ShouldBeProblem(400.8m);
        (await programme.Admin.GetAsync("/config/unknown")).ShouldBeProblem(404.1m);
        (await programme.Admin.PostJsonAsync("/config/login-appearance", new { title = new string('x', 10_001) })).ShouldBeProblem(400.13m);
        using var large = Samples.Part(new byte[(5 << 20) + 1], "image/png");
        (await programme.Admin.PostAsync("/config/logo", large)).ShouldBeProblem(413.1m);
        using var untyped = new ByteArrayContent([1, 2, 3]);
        (await programme.Admin.PostAsync("/config/logo", untyped)).ShouldBeProblem(400.6m);
    }

    [Fact]
    public async Task Administrators_have_the_verbs_that_open_the_pages_of_the_front_end()
    {
        var admin = await Api.AdministratorAsync();
        var verbs = (await admin.With("X-Extended-Metadata", "true").GetAsync("/users/current"))
            .Json.GetProperty("verbs")
            .EnumerateArray()
            .Select(verb => verb.GetString());
        foreach (
            var verb in new[]
            {
                "user.password.invalidate",
                "config.read",
                "config.set",
                "analytics.read",
                "dataset.delete",
                "entity.restore",
                "field_key.update",
                "public_link.update",
            }
        )
        {
            Assert.Contains(verb, verbs);
        }
        var manager = (await admin.GetAsync("/roles/manager")).Json.GetProperty("verbs").EnumerateArray().Select(verb => verb.GetString());
        Assert.Contains("dataset.delete", manager);
        Assert.DoesNotContain("config.read", manager);
    }
}
