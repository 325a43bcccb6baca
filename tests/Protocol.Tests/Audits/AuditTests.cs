using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Audits;

public sealed class AuditTests
{
    [Fact]
    public async Task Changes_are_listed_newest_first_with_actor_and_action()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);
        var id = Samples.NewInstanceId();
        (await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, id)))).ShouldBe(
            HttpStatusCode.Created
        );
        (
            await programme.Admin.PatchJsonAsync(
                $"{programme.FormPath(form)}/submissions/{Uri.EscapeDataString(id)}",
                new { reviewState = "approved" }
            )
        ).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PatchJsonAsync(programme.FormPath(form), new { state = "closing" })).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.DeleteAsync(programme.FormPath(form))).ShouldBe(HttpStatusCode.OK);

        var entries = await OfProjectAsync(programme, "/audits?limit=10000");
        Assert.Equal(
            [
                "form.delete",
                "form.update",
                "submission.update",
                "field_key.assignment.create",
                "field_key.create",
                "form.update.publish",
                "form.create",
                "project.create",
            ],
            entries.Select(entry => entry.GetProperty("action").GetString())
        );
        var me = (await programme.Admin.GetAsync("/users/current")).Json.GetProperty("id").GetInt32();
        Assert.All(entries, entry => Assert.Equal(me, entry.GetProperty("actorId").GetInt32()));
        Assert.Equal("approved", entries[2].GetProperty("details").GetProperty("reviewState").GetString());
    }

    [Fact]
    public async Task Entries_are_found_by_action_by_kind_and_by_time_and_come_in_pages()
    {
        var programme = await Programme.StartAsync();
        await programme.PublishAsync();
        var created = Assert.Single(await OfProjectAsync(programme, "/audits?action=form.create&limit=10000"));
        Assert.Equal(3, (await OfProjectAsync(programme, "/audits?limit=10000")).Count);
        Assert.Equal(2, (await OfProjectAsync(programme, "/audits?action=form&limit=10000")).Count);
        Assert.Empty(await OfProjectAsync(programme, "/audits?action=for&limit=10000"));

        var at = created.GetProperty("loggedAt").GetDateTimeOffset();
        Assert.Empty(await OfProjectAsync(programme, $"/audits?start={Uri.EscapeDataString(at.AddSeconds(1).ToString("O"))}&limit=10000"));
        Assert.Empty(await OfProjectAsync(programme, $"/audits?end={Uri.EscapeDataString(at.AddSeconds(-30).ToString("O"))}&limit=10000"));
        Assert.Equal(
            3,
            (
                await OfProjectAsync(
                    programme,
                    $"/audits?start={Uri.EscapeDataString(at.AddSeconds(-30).ToString("O"))}"
                        + $"&end={Uri.EscapeDataString(at.AddSeconds(1).ToString("O"))}&limit=10000"
                )
            ).Count
        );

        var page = (await programme.Admin.GetAsync("/audits?limit=1&offset=1")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(1, page.GetArrayLength());
        (await programme.Admin.GetAsync("/audits?start=yesterday")).ShouldBeProblem(400.11m);
        (await programme.Admin.GetAsync("/audits?limit=x")).ShouldBeProblem(400.11m);
    }

    [Fact]
    public async Task Extended_metadata_names_the_actor_and_requires_an_administrator()
    {
        var programme = await Programme.StartAsync();
        var entry = (await programme.Admin.With("X-Extended-Metadata", "true").GetAsync("/audits?limit=1"))
            .ShouldBe(HttpStatusCode.OK)
            .Json[0];
        Assert.Equal("user", entry.GetProperty("actor").GetProperty("type").GetString());
        (await (await programme.WebUserAsync("manager")).Api.GetAsync("/audits")).ShouldBeProblem(403.1m);
        (await Api.Anonymous(programme.Server).GetAsync("/audits")).ShouldBeProblem(401.2m);
    }

    [Fact]
    public async Task Entries_are_about_the_actor_the_project_or_the_form_and_extended_ones_show_it()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        await programme.AppUserAsync(form);
        var (_, email, _) = await programme.WebUserAsync("viewer");
        var entries = (await programme.Admin.With("X-Extended-Metadata", "true").GetAsync("/audits?limit=1000"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .ToList();
        JsonElement Newest(string action, string name, string value) =>
            entries.First(entry =>
                entry.GetProperty("action").GetString() == action
                && entry.GetProperty("actee") is { ValueKind: JsonValueKind.Object } actee
                && actee.TryGetProperty(name, out var member)
                && member.ToString() == value
            );
        Newest("form.create", "xmlFormId", form);
        Newest("project.create", "id", $"{programme.Id}");
        Newest("user.create", "displayName", email);
        var granted = Newest("user.assignment.create", "displayName", email).GetProperty("details");
        Assert.Equal(6, granted.GetProperty("roleId").GetInt32());
        Assert.Contains("form.read", granted.GetProperty("grantedVerbs").EnumerateArray().Select(verb => verb.GetString()));
        Assert.Equal("field_key", Newest("field_key.create", "displayName", "Tablet").GetProperty("actee").GetProperty("type").GetString());
        Assert.All(
            entries.Where(entry => entry.GetProperty("action").GetString() == "config.set"),
            entry => Assert.Equal(JsonValueKind.Null, entry.GetProperty("acteeId").ValueKind)
        );
    }

    // Other tests write to the same log.
    private static async Task<List<JsonElement>> OfProjectAsync(Programme programme, string path)
    {
        var project = $"{programme.Id}";
        return
        [
            .. (await programme.Admin.GetAsync(path))
                .ShouldBe(HttpStatusCode.OK)
                .Json.EnumerateArray()
                .Where(entry => entry.GetProperty("acteeId").GetString() is { } actee && actee.Split('/', '#')[0] == project),
        ];
    }
}
