using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Accounts;

/// <summary>Who may do what with a form, in each of its states (OR-072 to OR-081).</summary>
public sealed class RightsTests
{
    private const int Forbidden = 403;

    [Theory]
    [InlineData("open")]
    [InlineData("closing")]
    [InlineData("closed")]
    [
        Clause("OR-072"),
        Clause("OR-073"),
        Clause("OR-074"),
        Clause("OR-075"),
        Clause("OR-077"),
        Clause("OR-078"),
        Clause("OR-079"),
        Clause("OR-081")
    ]
    public async Task Each_role_has_its_rights_on_a_form(string state)
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishWithPictureAsync("leaf.png");
        var other = await programme.PublishAsync();
        var all = await EverybodyAsync(programme, form, other);
        (await programme.Admin.PatchJsonAsync(programme.FormPath(form), new { state })).ShouldBe(HttpStatusCode.OK);

        foreach (var (name, client, opens, reads, submits) in all)
        {
            var may = reads || (opens && state != "closed");

            // The list is never refused: what one may not read, or is not open, is left out.
            var list = (await client.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK).Text;
            Assert.Equal((name, may && state == "open"), (name, list.Contains($"<formID>{form}</formID>", StringComparison.Ordinal)));

            foreach (var path in new[] { $"{programme.FormPath(form)}", $"{programme.FormPath(form)}/versions/1" })
            {
                var manifest = await client.GetAsync($"{path}/manifest");
                Assert.Equal((name, may ? 200 : Forbidden), (name, (int)manifest.Status));
                foreach (var download in new[] { $"{path}.xml", $"{path}/attachments/leaf.png" })
                {
                    var answer = await client.GetAsync(download);
                    Assert.Equal((name, download, may ? 200 : Forbidden), (name, download, (int)answer.Status));
                    if (!may)
                    {
                        answer.ShouldBeProblem(403.1m, "does not have rights to perform that action");
                    }
                }
                if (!may)
                {
                    manifest.ShouldBeOpenRosaError(Forbidden, "does not have rights to perform that action");
                }
            }

            var sent = await client.PostAsync(
                $"{programme.Path}/submission",
                Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()))
            );
            Assert.Equal(
                (
                    name,
                    state == "closed" ? 409
                    : submits ? 201
                    : 401
                ),
                (name, (int)sent.Status)
            );
            if (sent.Status == HttpStatusCode.Unauthorized)
            {
                sent.ShouldBeOpenRosaError(401, "Could not authenticate with the provided credentials");
            }
        }
        var allowed = state == "closed" ? 0 : all.Count(one => one.Submits);
        Assert.Equal(
            allowed,
            (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions")).ShouldBe(HttpStatusCode.OK).Json.GetArrayLength()
        );
    }

    [Fact, Clause("OR-077")]
    public async Task An_invalid_submission_is_refused_before_missing_rights()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var closed = await programme.PublishAsync();
        (await programme.Admin.PatchJsonAsync(programme.FormPath(closed), new { state = "closed" })).ShouldBe(HttpStatusCode.OK);
        var draft = await programme.CreateDraftAsync();
        var submission = $"{programme.Path}/submission";

        foreach (
            var client in new[] { programme.Admin.OpenRosa, await programme.AppUserAsync(), (await programme.WebUserAsync()).Api.OpenRosa }
        )
        {
            (await client.PostAsync(submission, Samples.Multipart(Samples.Submission("unheard of", "a")))).ShouldBeOpenRosaError(
                404,
                "Could not find the resource"
            );
            (
                await client.PostAsync("/projects/2000000000/submission", Samples.Multipart(Samples.Submission(form, "a")))
            ).ShouldBeOpenRosaError(404, "Could not find the resource");
            (await client.PostAsync(submission, Samples.Multipart(Samples.Submission(form, "a", "99")))).ShouldBeOpenRosaError(
                404,
                "does not exist"
            );
            (await client.PostAsync(submission, Samples.Multipart(Samples.Submission(draft, "a")))).ShouldBeOpenRosaError(
                404,
                "does not exist"
            );
            (await client.PostAsync(submission, Samples.Multipart(Samples.Submission(closed, "a")))).ShouldBeOpenRosaError(
                409,
                "not currently accepting submissions"
            );
        }
    }

    [Fact, Clause("OR-076")]
    public async Task A_submission_through_the_management_API_is_refused_in_JSON()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        foreach (var (name, client, _, _, submits) in await EverybodyAsync(programme, form, await programme.PublishAsync()))
        {
            var sent = await client.PostXmlAsync(
                $"{programme.FormPath(form)}/submissions",
                Samples.Submission(form, Samples.NewInstanceId())
            );
            Assert.Equal((name, submits ? 200 : Forbidden), (name, (int)sent.Status));
            if (!submits)
            {
                sent.ShouldBeProblem(403.1m, "does not have rights to perform that action");
                Assert.Null(sent.Header("WWW-Authenticate"));
            }
        }
    }

    [Fact, Clause("OR-073"), Clause("OR-074")]
    public async Task A_form_that_was_never_published_is_visible_to_its_editors_only()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var draft = await programme.CreateDraftAsync("leaf.png");
        foreach (var (name, client, _, _, _) in await EverybodyAsync(programme, draft, form))
        {
            var edits = name is "manager" or "administrator";
            foreach (var ending in new[] { ".xml", "/manifest", "/draft.xml", "/draft/manifest" })
            {
                // Addresses that phones do not use do not exist with a key.
                var expected =
                    edits ? 200
                    : client.IsKey && ending.StartsWith("/draft", StringComparison.Ordinal) ? 404
                    : Forbidden;
                Assert.Equal(
                    (name, ending, expected),
                    (name, ending, (int)(await client.GetAsync(programme.FormPath(draft) + ending)).Status)
                );
            }
            Assert.DoesNotContain(
                draft,
                (await client.GetAsync($"{programme.Path}/formList")).ShouldBe(HttpStatusCode.OK).Text,
                StringComparison.Ordinal
            );
        }
    }

    [Fact, Clause("OR-074")]
    public async Task Keys_give_no_access_to_the_management_API()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        foreach (var holder in new[] { await programme.AppUserAsync(form), await programme.PublicLinkAsync(form) })
        {
            var client = Api.Anonymous(programme.Server).With("Authorization", $"Bearer {holder.Key}");
            foreach (
                var path in new[]
                {
                    programme.Path,
                    $"{programme.Path}/forms",
                    $"{programme.Path}/app-users",
                    $"{programme.Path}/assignments",
                    $"{programme.FormPath(form)}/submissions",
                    $"{programme.FormPath(form)}/assignments",
                    $"{programme.FormPath(form)}/public-links",
                    $"{programme.FormPath(form)}/draft",
                }
            )
            {
                (await client.GetAsync(path)).ShouldBeProblem(403.1m);
            }
            (await client.PostJsonAsync("/projects", new { name = "a" })).ShouldBeProblem(403.1m);
            (await client.PostJsonAsync("/users", new { email = "a@example.org" })).ShouldBeProblem(403.1m);
            (await client.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "a" })).ShouldBeProblem(403.1m);
            (await client.PostJsonAsync($"{programme.FormPath(form)}/public-links", new { displayName = "a" })).ShouldBeProblem(403.1m);
            (await client.PostXmlAsync($"{programme.Path}/forms?publish=true", Samples.Form("a"))).ShouldBeProblem(403.1m);
            (await client.PostAsync($"{programme.FormPath(form)}/draft")).ShouldBeProblem(403.1m);
            (await client.PatchJsonAsync(programme.FormPath(form), new { state = "closed" })).ShouldBeProblem(403.1m);
            (await client.PatchJsonAsync(programme.Path, new { name = "a" })).ShouldBeProblem(403.1m);
        }
    }

    private static async Task<IReadOnlyList<(string Name, Api Client, bool Opens, bool Reads, bool Submits)>> EverybodyAsync(
        Programme programme,
        string form,
        string other
    )
    {
        var elsewhere = await Programme.StartAsync();
        var formCollector = await programme.WebUserAsync();
        var id = (await formCollector.Api.GetAsync("/users/current")).Json.GetProperty("id").GetInt32();
        (await programme.Admin.PostAsync($"{programme.FormPath(form)}/assignments/formfill/{id}")).ShouldBe(HttpStatusCode.OK);
        return
        [
            ("app user of the form", await programme.AppUserAsync(form), true, false, true),
            ("app user of another form", await programme.AppUserAsync(other), false, false, false),
            ("app user of no form", await programme.AppUserAsync(), false, false, false),
            ("app user of another project", await elsewhere.AppUserAsync(), false, false, false),
            ("public link to the form", await programme.PublicLinkAsync(form), true, false, true),
            ("public link to another form", await programme.PublicLinkAsync(other), false, false, false),
            ("data collector of the project", (await programme.WebUserAsync("formfill")).Api.OpenRosa, true, false, true),
            ("data collector of the form", await Fresh(formCollector), true, false, true),
            ("viewer", (await programme.WebUserAsync("viewer")).Api.OpenRosa, true, true, false),
            ("manager", (await programme.WebUserAsync("manager")).Api.OpenRosa, true, true, true),
            ("administrator", programme.Admin.OpenRosa, true, true, true),
            ("web user without a role", (await programme.WebUserAsync()).Api.OpenRosa, false, false, false),
            ("manager of another project", (await elsewhere.WebUserAsync("manager")).Api.OpenRosa, false, false, false),
        ];

        // Signed in again, since what a session may do is remembered for a moment.
        async Task<Api> Fresh((Api Api, string Email, string Password) user) =>
            (await Api.SignInAsync(programme.Server, user.Email, user.Password)).OpenRosa;
    }
}
