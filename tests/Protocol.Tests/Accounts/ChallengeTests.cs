using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>When a 401 asks for a password, and when it must not (OR-041 to OR-047).</summary>
[Trait("Needs", "FrontEnd")]
public sealed class ChallengeTests
{
    private const string Challenge = "Basic realm=\"ODK\", charset=\"UTF-8\"";

    [Fact, Clause("OR-041"), Clause("OR-042"), Clause("OR-043")]
    public async Task Phones_without_credentials_get_a_challenge()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var anonymous = Api.Anonymous(programme.Server).OpenRosa;

        foreach (var path in OpenRosaPaths(programme, form))
        {
            var answer = (await anonymous.GetAsync(path)).ShouldBeOpenRosaError(
                401,
                "Could not authenticate with the provided credentials"
            );
            Assert.Equal((path, Challenge), (path, answer.Header("WWW-Authenticate")));
        }
        var posted = await anonymous.PostAsync(
            $"{programme.Path}/submission",
            Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
        );
        Assert.Equal(Challenge, posted.ShouldBeOpenRosaError(401, "Could not authenticate").Header("WWW-Authenticate"));

        foreach (var path in DownloadPaths(programme, form))
        {
            var answer = (await anonymous.With("X-OpenRosa-Version", null).GetAsync(path)).ShouldBeProblem(
                401.2m,
                "Could not authenticate with the provided credentials"
            );
            Assert.Equal((path, Challenge), (path, answer.Header("WWW-Authenticate")));
        }
    }

    [Fact, Clause("OR-044")]
    public async Task A_client_with_other_credentials_gets_no_challenge()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var anonymous = Api.Anonymous(programme.Server).OpenRosa;
        var wrong = new string('a', 64);

        foreach (
            var answer in new[]
            {
                await Api.WithKey(programme.Server, "short").GetAsync($"{programme.Path}/formList"),
                await Api.WithKey(programme.Server, "short").GetAsync($"{programme.FormPath(form)}.xml"),
                await anonymous.GetAsync($"{programme.Path}/formList?st=short"),
                await anonymous.GetAsync($"{programme.FormPath(form)}.xml?st=short"),
                await anonymous.With("Cookie", $"__Host-session={wrong}").GetAsync($"{programme.Path}/formList"),
                await anonymous.With("Cookie", $"ARRAffinity=1; __Host-session={wrong}").GetAsync($"{programme.FormPath(form)}.xml"),
                await anonymous.With("X-Requested-With", "XMLHttpRequest").GetAsync($"{programme.Path}/formList"),
                await anonymous.With("X-Requested-With", "com.example.webview").GetAsync($"{programme.FormPath(form)}.xml"),
            }
        )
        {
            answer.ShouldBe(HttpStatusCode.Unauthorized);
            Assert.Null(answer.Header("WWW-Authenticate"));
        }
        foreach (var ending in new[] { "draft/formList", "draft/manifest", "draft.xml", "draft/submission" })
        {
            var answer = (await Api.WithDraftToken(programme.Server, wrong).GetAsync($"{programme.FormPath(form)}/{ending}")).ShouldBe(
                HttpStatusCode.NotFound
            );
            Assert.Null(answer.Header("WWW-Authenticate"));
        }
    }

    [Theory]
    [InlineData("ARRAffinity=0a1b2c; ARRAffinitySameSite=0a1b2c")]
    [InlineData("session=of-another-application")]
    [InlineData("__csrf=abc")]
    [InlineData("=;;,")]
    [Clause("OR-045")]
    public async Task Unrelated_cookies_are_ignored(string cookies)
    {
        var client = Api.Anonymous(await Server.SharedAsync()).OpenRosa.With("Cookie", cookies);
        var answer = (await client.GetAsync("/projects/1/formList")).ShouldBeOpenRosaError(401, "Could not authenticate");
        Assert.Equal(Challenge, answer.Header("WWW-Authenticate"));
    }

    [Fact, Clause("OR-046")]
    public async Task Management_calls_never_ask_for_a_password()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        foreach (
            var client in new[] { Api.Anonymous(programme.Server), Api.WithBasic(programme.Server, "nobody@example.org", "wrong password") }
        )
        {
            foreach (
                var path in new[]
                {
                    "/projects",
                    "/users/current",
                    programme.Path,
                    programme.FormPath(form),
                    $"{programme.FormPath(form)}/submissions",
                }
            )
            {
                Assert.Null((await client.FromElsewhere.GetAsync(path)).ShouldBeProblem(401.2m).Header("WWW-Authenticate"));
            }
        }
    }

    [Fact, Clause("OR-047")]
    public async Task A_wrong_password_is_challenged_again()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (_, email, password) = await programme.WebUserAsync("formfill");

        foreach (
            var (user, secret) in new[]
            {
                (email, password + "x"),
                (email, password[..^1]),
                (email, password.ToUpperInvariant()),
                ("nobody@example.org", password),
                ("", password),
            }
        )
        {
            var client = Api.WithBasic(programme.Server, user, secret).OpenRosa.FromElsewhere;
            var list = (await client.GetAsync($"{programme.Path}/formList")).ShouldBeOpenRosaError(401, "Could not authenticate");
            Assert.Equal(Challenge, list.Header("WWW-Authenticate"));
            Assert.Equal(
                Challenge,
                (await client.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBeProblem(401.2m).Header("WWW-Authenticate")
            );
        }
    }

    [Fact, Clause("OR-048"), Clause("OR-049")]
    public async Task Over_plain_HTTP_passwords_are_neither_accepted_nor_requested()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var (_, email, password) = await programme.WebUserAsync("formfill");
        var basic = Api.WithBasic(programme.Server, email, password).OpenRosa;
        (await basic.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK);

        foreach (var forwarded in new[] { null, "http", "https, http", "HTTPS://", "" })
        {
            var plain = basic.With("X-Forwarded-Proto", forwarded).With("Forwarded", "proto=https").With("X-Forwarded-Ssl", "on");
            foreach (var path in OpenRosaPaths(programme, form))
            {
                Assert.Null(
                    (await plain.GetAsync(path)).ShouldBeOpenRosaError(401, "only available over HTTPS").Header("WWW-Authenticate")
                );
            }
            foreach (var path in DownloadPaths(programme, form).Append("/users/current"))
            {
                Assert.Null((await plain.GetAsync(path)).ShouldBeProblem(401.3m, "only available over HTTPS").Header("WWW-Authenticate"));
            }
            var posted = await plain.PostAsync(
                $"{programme.Path}/submission",
                Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
            );
            posted.ShouldBeOpenRosaError(401, "only available over HTTPS");
            Assert.Null(
                (await plain.With("Authorization", null).GetAsync($"{programme.Path}/formList"))
                    .ShouldBe(HttpStatusCode.Unauthorized)
                    .Header("WWW-Authenticate")
            );
        }
    }

    private static string[] OpenRosaPaths(Programme programme, string form) =>
        [
            "/formList",
            $"{programme.Path}/formList",
            $"{programme.Path}/submission",
            $"{programme.FormPath(form)}/manifest",
            $"{programme.FormPath(form)}/versions/1/manifest",
            $"{programme.FormPath(form)}/draft/manifest",
            $"{programme.FormPath(form)}/draft/submission",
            "/projects/2000000000/formList",
        ];

    private static string[] DownloadPaths(Programme programme, string form) =>
        [
            $"{programme.FormPath(form)}.xml",
            $"{programme.FormPath(form)}/versions/1.xml",
            $"{programme.FormPath(form)}/draft.xml",
            $"{programme.FormPath(form)}/attachments/leaf.png",
            $"{programme.FormPath(form)}/versions/1/attachments/leaf.png",
            $"{programme.FormPath("unheard of")}.xml",
        ];
}
