using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>Browsers: the session cookie, and what shows that a POST was meant (OR-055 to OR-071).</summary>
[Trait("Needs", "FrontEnd")]
public sealed class CookieTests
{
    [Fact, Clause("OR-068")]
    public async Task A_browser_reads_changes_and_deletes_with_its_cookie_alone()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (browser, _) = await BrowserAsync(programme.Server);

        (await browser.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
        (await browser.HeadAsync($"{programme.Path}/submission")).ShouldBe(HttpStatusCode.NoContent);
        (await browser.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK);
        (await browser.PatchJsonAsync(programme.Path, new { name = Samples.Unique("project") })).ShouldBe(HttpStatusCode.OK);
        (await browser.DeleteAsync("/sessions/current")).ShouldBe(HttpStatusCode.OK);
        (await browser.GetAsync("/users/current")).ShouldBeProblem(401.2m);
    }

    [Fact, Clause("OR-069")]
    public async Task A_POST_with_only_a_cookie_is_refused()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var draft = await programme.CreateDraftAsync("leaf.png");
        var (browser, csrf) = await BrowserAsync(programme.Server);
        var submission = $"{programme.Path}/submission";

        foreach (
            var client in new[]
            {
                browser,
                browser.With("X-Requested-With", "fetch"),
                browser.With("X-Requested-With", ""),
                browser.With("X-CSRF-Token", csrf).With("__csrf", csrf),
                browser.With("Origin", programme.Server.BaseUrl.GetLeftPart(UriPartial.Authority)),
            }
        )
        {
            (
                await client.PostAsync(submission, Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId())))
            ).ShouldBeOpenRosaError(401, "Could not authenticate");
            (
                await client.PostAsync(
                    $"{submission}?__csrf={Uri.EscapeDataString(csrf)}",
                    Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
                )
            ).ShouldBe(HttpStatusCode.Unauthorized);
            (await client.PostJsonAsync("/projects", new { name = "forged" })).ShouldBeProblem(401.2m);
            (await client.PostJsonAsync("/users", new { email = "forged@example.org", password = "a long password" })).ShouldBeProblem(
                401.2m
            );
            (await client.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "forged" })).ShouldBeProblem(401.2m);
            (await client.PostXmlAsync($"{programme.Path}/forms", Samples.Form("forged"))).ShouldBeProblem(401.2m);
            (
                await client.PostXmlAsync($"{programme.FormPath(form)}/submissions", Samples.Submission(form, Samples.NewInstanceId()))
            ).ShouldBeProblem(401.2m);
            (await client.PostAsync($"{programme.FormPath(draft)}/draft/publish")).ShouldBeProblem(401.2m);
            (
                await client.PostAsync($"{programme.FormPath(draft)}/draft/attachments/leaf.png", Samples.Part([1], "image/png"))
            ).ShouldBeProblem(401.2m);
            (await client.PostAsync($"{programme.Path}/assignments/manager/1")).ShouldBeProblem(401.2m);
        }

        // None of it was done.
        Assert.Equal(0, (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions")).Json.GetArrayLength());
        Assert.Equal(0, (await programme.Admin.GetAsync($"{programme.Path}/app-users")).Json.GetArrayLength());
        Assert.Equal(2, (await programme.Admin.GetAsync($"{programme.Path}/forms")).Json.GetArrayLength());
        (await programme.Admin.GetAsync($"{programme.FormPath(draft)}/draft")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-069")]
    public async Task A_POST_with_a_cookie_and_X_Requested_With_is_accepted()
    {
        var programme = await Programme.StartAsync();
        var browser = (await BrowserAsync(programme.Server)).Browser.With("X-Requested-With", "XMLHttpRequest");
        var form = Samples.Unique("trees");

        (await browser.PostXmlAsync($"{programme.Path}/forms?publish=true", Samples.Form(form))).ShouldBe(HttpStatusCode.OK);
        (await browser.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" })).ShouldBe(HttpStatusCode.OK);
        (
            await browser.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId())))
        ).ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [Clause("OR-070")]
    public async Task A_submission_with_the_CSRF_token_before_or_after_the_XML_is_accepted(bool before, bool after)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (browser, csrf) = await BrowserAsync(programme.Server);

        foreach (var shown in new[] { csrf, Uri.EscapeDataString(csrf) })
        {
            var id = Samples.NewInstanceId();
            using var body = WithCsrf(Samples.Submission(form, id, photo: "__csrf"), before ? shown : null, after ? shown : null);
            (await browser.PostAsync($"{programme.Path}/submission", body)).ShouldBe(HttpStatusCode.Created);

            // The field is no attachment, even where the form would take one of that name.
            var photo = Assert.Single(
                (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions/{id}/attachments"))
                    .ShouldBe(HttpStatusCode.OK)
                    .Json.EnumerateArray()
            );
            Assert.False(photo.GetProperty("exists").GetBoolean());
        }
    }

    [Fact, Clause("OR-069"), Clause("OR-070")]
    public async Task A_submission_with_a_wrong_CSRF_token_is_refused_and_not_stored()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (browser, csrf) = await BrowserAsync(programme.Server);
        var (_, otherCsrf) = await BrowserAsync(programme.Server);

        foreach (
            var wrong in new[]
            {
                otherCsrf,
                "",
                csrf[1..],
                csrf + "x",
                "%zz",
                $"{csrf}\0",
                Uri.EscapeDataString(Uri.EscapeDataString($"!{csrf}")),
            }
        )
        {
            foreach (var (before, after) in new[] { (wrong, null), (null, wrong), (csrf, wrong) })
            {
                using var body = WithCsrf(Samples.Submission(form, Samples.NewInstanceId(), photo: "a.jpg"), before, after);
                (await browser.PostAsync($"{programme.Path}/submission", body)).ShouldBeOpenRosaError(401, "Could not authenticate");
            }
        }
        Assert.Equal(
            0,
            (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions")).ShouldBe(HttpStatusCode.OK).Json.GetArrayLength()
        );
    }

    [Fact, Clause("OR-069"), Clause("OR-070")]
    public async Task A_JSON_body_carries_the_CSRF_token_as_a_member()
    {
        var programme = await Programme.StartAsync();
        var (browser, csrf) = await BrowserAsync(programme.Server);
        var (_, otherCsrf) = await BrowserAsync(programme.Server);
        var users = $"{programme.Path}/app-users";

        foreach (var good in new[] { csrf, Uri.EscapeDataString(csrf) })
        {
            (await browser.PostJsonAsync(users, new { displayName = "Tablet", __csrf = good })).ShouldBe(HttpStatusCode.OK);
        }
        foreach (var wrong in new[] { otherCsrf, "", csrf[1..], null })
        {
            (await browser.PostJsonAsync(users, new { displayName = "forged", __csrf = wrong })).ShouldBeProblem(401.2m);
        }
        foreach (
            var json in new[]
            {
                $"{{\"displayName\":\"forged\",\"__CSRF\":\"{csrf}\"}}",
                $"{{\"displayName\":\"forged\",\"x\":{{\"__csrf\":\"{csrf}\"}}}}",
            }
        )
        {
            (await browser.PostAsync(users, new StringContent(json, Encoding.UTF8, "application/json"))).ShouldBeProblem(401.2m);
        }
        Assert.Equal(2, (await programme.Admin.GetAsync(users)).ShouldBe(HttpStatusCode.OK).Json.GetArrayLength());
    }

    [Fact, Clause("OR-071")]
    public async Task A_cookie_over_plain_HTTP_is_refused()
    {
        var programme = await Programme.StartAsync();
        var (browser, _) = await BrowserAsync(programme.Server);
        foreach (var name in new[] { "__Host-session", "session" })
        {
            var plain = browser
                .With("X-Forwarded-Proto", null)
                .With("X-Requested-With", "XMLHttpRequest")
                .With("Cookie", $"{name}={programme.Admin.Token}");
            (await plain.GetAsync("/users/current")).ShouldBeProblem(401.3m, "only available over HTTPS");
            (await plain.GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(401, "only available over HTTPS");
            (await plain.PostJsonAsync("/projects", new { name = "in the open" })).ShouldBeProblem(401.3m);
        }
    }

    [Fact, Clause("OR-068"), Clause("OR-045")]
    public async Task Over_HTTPS_only_the_host_prefixed_cookie_is_accepted()
    {
        var programme = await Programme.StartAsync();
        var planted = Api.Anonymous(programme.Server)
            .OpenRosa.With("Cookie", $"session={programme.Admin.Token}")
            .With("X-Requested-With", "XMLHttpRequest");
        (await planted.GetAsync("/users/current")).ShouldBeProblem(401.2m);
        (await planted.PostJsonAsync("/projects", new { name = "planted" })).ShouldBeProblem(401.2m);

        var both = planted.With("Cookie", $"session={new string('a', 64)}; __Host-session={programme.Admin.Token}");
        (await both.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-069")]
    public async Task A_key_in_a_cookie_has_no_CSRF_token()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        var browser = Api.Anonymous(programme.Server).OpenRosa.With("Cookie", $"__Host-session={phone.Key}");

        (await browser.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);
        using var body = WithCsrf(Samples.Submission(form, Samples.NewInstanceId()), "", "");
        (await browser.PostAsync($"{programme.Path}/submission", body)).ShouldBeOpenRosaError(401, "Could not authenticate");
    }

    [Fact, Clause("OR-258")]
    public async Task A_browser_that_ends_its_session_by_its_token_loses_its_cookies()
    {
        var (browser, csrf) = await BrowserAsync(await Server.SharedAsync());
        var (other, _) = await BrowserAsync(await Server.SharedAsync());
        var token = browser.Header("Cookie")!.Split("__Host-session=")[1];
        Assert.DoesNotContain(
            "Set-Cookie",
            (await other.DeleteAsync($"/sessions/{other.Header("Cookie")!.Length}")).Headers.Select(h => h.Key)
        );

        var ended = (await browser.With("X-CSRF-Token", csrf).DeleteAsync($"/sessions/{token}")).ShouldBe(HttpStatusCode.OK);

        var cookies = ended.Headers.GetValues("Set-Cookie").ToList();
        Assert.Contains(cookies, cookie => cookie.StartsWith("__Host-session=;", StringComparison.Ordinal));
        Assert.Contains(cookies, cookie => cookie.StartsWith("__csrf=;", StringComparison.Ordinal));
        (await browser.GetAsync("/users/current")).ShouldBeProblem(401.2m);
        (await other.GetAsync("/users/current")).ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<(Api Browser, string Csrf)> BrowserAsync(Server server)
    {
        var session = (
            await Api.Anonymous(server).PostJsonAsync("/sessions", new { email = Server.AdminEmail, password = Server.AdminPassword })
        )
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        return (
            Api.Anonymous(server)
                .OpenRosa.With("Cookie", $"a=b; __Host-session={Uri.EscapeDataString(session.GetProperty("token").GetString()!)}"),
            session.GetProperty("csrf").GetString()!
        );
    }

    // As Enketo does it, with a photo behind the XML.
    private static MultipartFormDataContent WithCsrf(string xml, string? before, string? after)
    {
        var body = new MultipartFormDataContent(Samples.Unique("boundary"));
        if (before is not null)
        {
            body.Add(new StringContent(before), "__csrf");
        }
        body.Add(Samples.Part(Encoding.UTF8.GetBytes(xml), "text/xml"), "xml_submission_file", "xml_submission_file");
        body.Add(Samples.Part(Samples.Bytes(100), "image/jpeg"), "a.jpg", "a.jpg");
        if (after is not null)
        {
            body.Add(new StringContent(after), "__csrf");
        }
        return body;
    }
}
