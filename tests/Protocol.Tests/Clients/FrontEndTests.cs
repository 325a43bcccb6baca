using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Clients;

/// <summary>Plays the calls of ODK Central's web front end, with a browser's cookie, from sign-in to download.</summary>
[Trait("Needs", "FrontEnd")]
public sealed class FrontEndTests
{
    private readonly string _email = $"{Samples.Unique("ann")}@example.org";
    private const string Password = "correct horse battery";

    [Fact]
    public async Task A_programme_is_set_up_and_its_data_are_downloaded()
    {
        var server = await Server.SharedAsync();
        var page = await SignInAsync(server);
        var project = await CreateProjectAsync(page);
        var form = await PublishFormAsync(page, project);
        var key = await AppUserAsync(page, project, form);
        var link = await PublicLinkAsync(page, project, form);
        foreach (var phone in new[] { key, link })
        {
            using var body = Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId()));
            (await Api.WithKey(server, phone).PostAsync($"{project}/submission", body)).ShouldBe(HttpStatusCode.Created);
        }
        await ReadAsync(page, project, form);
        await DownloadAsync(page, project, form);
        (await page.DeleteAsync("/sessions/current")).ShouldBe(HttpStatusCode.OK);
        (await page.GetAsync("/users/current")).ShouldBeProblem(401.2m);
    }

    // The administrator invites a user, who sets a password, becomes an administrator and signs in.
    private async Task<Api> SignInAsync(Server server)
    {
        var visitor = Api.Anonymous(server).With("X-Requested-With", "XMLHttpRequest");
        Shape(await visitor.GetAsync("/config/public"));
        (await visitor.GetAsync("/sessions/restore")).ShouldBeProblem(404.1m);
        var admin = await Api.AdministratorAsync(server);
        var invited = Shape(await admin.PostJsonAsync("/users", new { email = _email }), "id", "email", "link");
        var token = Uri.UnescapeDataString(invited.GetProperty("link").GetString()!.Split("token=")[1]);
        var claim = visitor.With("Authorization", $"Bearer {token}");
        Shape(await claim.PostJsonAsync("/users/reset/verify", new { @new = Password }), "success");
        (await admin.PostAsync($"/assignments/admin/{invited.GetProperty("id").GetInt32()}")).ShouldBe(HttpStatusCode.OK);

        var session = await visitor.PostJsonAsync("/sessions", new { email = _email, password = Password });
        Shape(session, "token", "csrf", "expiresAt", "createdAt");
        var cookie = session.Header("Set-Cookie")!.Split(';')[0];
        Assert.StartsWith("__Host-session=", cookie, StringComparison.Ordinal);
        var page = visitor.With("Cookie", cookie);
        Shape(await page.GetAsync("/sessions/restore"), "expiresAt", "createdAt");
        var user = Shape(await Extended(page).GetAsync("/users/current"), "id", "email", "verbs", "preferences", "lastLoginAt");
        Assert.Contains("config.read", user.GetProperty("verbs").EnumerateArray().Select(verb => verb.GetString()));
        Items(
            await page.GetAsync("/projects?forms=true&datasets=true"),
            "id",
            "name",
            "verbs",
            "formList",
            "datasetList",
            "lastSubmission"
        );
        Shape(await page.PutJsonAsync("/user-preferences/site/projectSortMode", new { propertyValue = "latest" }), "success");
        return page;
    }

    private static async Task<string> CreateProjectAsync(Api page)
    {
        var created = Shape(await page.PostJsonAsync("/projects", new { name = Samples.Unique("Forest") }), "id", "name");
        var project = string.Create(CultureInfo.InvariantCulture, $"/projects/{created.GetProperty("id").GetInt32()}");
        Shape(await Extended(page).GetAsync(project), "id", "name", "archived", "keyId", "verbs", "forms", "datasets", "appUsers");
        Items(await Extended(page).GetAsync($"{project}/forms"));
        Items(await Extended(page).GetAsync($"{project}/forms?deleted=true"));
        Items(await Extended(page).GetAsync($"{project}/assignments"));
        Items(await page.GetAsync("/roles"), "id", "name", "system", "verbs");
        Items(await page.GetAsync($"/users?q={Uri.EscapeDataString(Server.AdminEmail)}"), "id", "displayName", "email");
        return project;
    }

    private static async Task<string> PublishFormAsync(Api page, string project)
    {
        var form = Samples.Unique("trees");
        string[] shown =
        [
            "xmlFormId",
            "version",
            "state",
            "enketoId",
            "enketoOnceId",
            "draftToken",
            "keyId",
            "publishedAt",
            "webformsEnabled",
        ];
        Shape(await page.PostXmlAsync($"{project}/forms", Samples.Form(form)), shown);
        var path = $"{project}/forms/{form}";
        Shape(await Extended(page).GetAsync(path), [.. shown, "submissions", "reviewStates", "createdBy", "publicLinks", "entityRelated"]);
        Shape(await Extended(page).GetAsync($"{path}/draft"), [.. shown, "submissions", "lastSubmission", "excelContentType"]);
        Items(await page.GetAsync($"{path}/draft/attachments"));
        Items(await Extended(page).GetAsync($"{path}/versions"), "version", "publishedBy");
        Items(await page.GetAsync($"{path}/draft/submissions/keys"));
        Items(await page.GetAsync($"{path}/draft/dataset-diff"));
        Shape(await page.PostAsync($"{path}/draft/publish"), "success");
        Items(await page.GetAsync($"{path}/attachments"));
        Items(await page.GetAsync($"{path}/fields?odata=true"), "path", "name", "type", "binary", "selectMultiple");
        return form;
    }

    private static async Task<string> AppUserAsync(Api page, string project, string form)
    {
        var made = Shape(await page.PostJsonAsync($"{project}/app-users", new { displayName = "Tablet" }), "id", "token", "projectId");
        Items(await Extended(page).GetAsync($"{project}/app-users"), "id", "token", "createdBy", "lastUsed");
        Items(await page.GetAsync($"{project}/actor-properties"));
        Items(await page.GetAsync($"{project}/assignments/forms/app-user"), "actorId", "roleId", "xmlFormId");
        var assignments = new[] { new { actorId = made.GetProperty("id").GetInt32(), roleId = 2 } };
        var name = (await page.GetAsync(project)).Json.GetProperty("name").GetString();
        var forms = new[]
        {
            new
            {
                xmlFormId = form,
                state = "open",
                assignments,
            },
        };
        Shape(await page.PutJsonAsync(project, new { name, forms }), "id", "name");
        return made.GetProperty("token").GetString()!;
    }

    private static async Task<string> PublicLinkAsync(Api page, string project, string form)
    {
        var links = $"{project}/forms/{form}/public-links";
        var made = Shape(await page.PostJsonAsync(links, new { displayName = "Poster", once = false }), "id", "token", "once");
        Items(await Extended(page).GetAsync(links), "id", "token", "createdBy");
        var key = made.GetProperty("token").GetString()!;
        var address = (await page.GetAsync($"{project}/forms/{form}")).Json.GetProperty("enketoId").GetString();
        var visitor = Api.Anonymous(page.Server);
        Shape(
            await visitor.GetAsync($"/form-links/{address}/form?st={Uri.EscapeDataString(key)}"),
            "xmlFormId",
            "projectId",
            "webformsEnabled"
        );
        return key;
    }

    private static async Task ReadAsync(Api page, string project, string form)
    {
        var path = $"{project}/forms/{form}";
        Items(await page.GetAsync($"{path}/submissions/keys"));
        Items(await page.GetAsync($"{path}/submissions/submitters"), "id", "displayName");
        var table = Shape(
            await page.GetAsync(
                $"{path}.svc/Submissions?$top=250&$skip=0&$expand=*&$count=true&$wkt=true&$orderby=__system/submissionDate%20desc"
            ),
            "value",
            "@odata.count"
        );
        Assert.Equal(2, table.GetProperty("@odata.count").GetInt32());
        var id = Uri.EscapeDataString(table.GetProperty("value")[0].GetProperty("__id").GetString()!);
        Shape(await page.GetAsync($"{path}.svc/Submissions('{id}')?$wkt=true&$expand=*"), "value");
        var one = Shape(
            await Extended(page).GetAsync($"{path}/submissions/{id}"),
            "instanceId",
            "submitter",
            "reviewState",
            "currentVersion"
        );
        Assert.Equal("object", one.GetProperty("submitter").ValueKind.ToString(), ignoreCase: true);
        Items(await Extended(page).GetAsync($"{path}/submissions/{id}/comments"));
        Shape(await page.PatchJsonAsync($"{path}/submissions/{id}", new { reviewState = "approved" }), "reviewState");
        Shape(await page.PostJsonAsync($"{path}/submissions/{id}/comments", new { body = "Good" }), "body", "actorId");
        Items(await Extended(page).GetAsync("/audits?limit=10"), "action", "actor", "actee", "loggedAt", "details", "notes");
    }

    private static async Task DownloadAsync(Api page, string project, string form)
    {
        using var parameters = new FormUrlEncodedContent([]);
        var answer = await page.PostAsync($"{project}/forms/{form}/submissions.csv.zip?attachments=false&groupPaths=true", parameters);
        using var archive = new ZipArchive(new MemoryStream(answer.ShouldBe(HttpStatusCode.OK).Bytes));
        using var reader = new StreamReader(archive.GetEntry($"{form}.csv")!.Open());
        Assert.Equal(3, (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static Api Extended(Api page) => page.With("X-Extended-Metadata", "true");

    private static JsonElement Shape(Answer answer, params string[] members)
    {
        var body = answer.ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(JsonValueKind.Object, body.ValueKind);
        Assert.All(members, member => Assert.True(body.TryGetProperty(member, out _), $"{member} is missing: {answer.Text}"));
        return body;
    }

    private static void Items(Answer answer, params string[] members)
    {
        var body = answer.ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(JsonValueKind.Array, body.ValueKind);
        foreach (var item in body.EnumerateArray())
        {
            Assert.All(members, member => Assert.True(item.TryGetProperty(member, out _), $"{member} is missing: {item}"));
        }
    }
}
