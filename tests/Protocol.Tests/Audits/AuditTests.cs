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
            ["form.delete", "form.update", "submission.update", "assignment.create", "field_key.create", "form.create", "project.create"],
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
        Assert.Equal(2, (await OfProjectAsync(programme, "/audits?limit=10000")).Count);
        Assert.Single(await OfProjectAsync(programme, "/audits?action=form&limit=10000"));
        Assert.Empty(await OfProjectAsync(programme, "/audits?action=for&limit=10000"));

        var at = created.GetProperty("loggedAt").GetDateTimeOffset();
        Assert.Empty(await OfProjectAsync(programme, $"/audits?start={Uri.EscapeDataString(at.AddSeconds(1).ToString("O"))}&limit=10000"));
        Assert.Empty(await OfProjectAsync(programme, $"/audits?end={Uri.EscapeDataString(at.AddSeconds(-30).ToString("O"))}&limit=10000"));
        Assert.Equal(
            2,
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
    public async Task Extended_metadata_names_the_actor_and_only_administrators_may_look()
    {
        var programme = await Programme.StartAsync();
        var entry = (await programme.Admin.With("X-Extended-Metadata", "true").GetAsync("/audits?limit=1"))
            .ShouldBe(HttpStatusCode.OK)
            .Json[0];
        Assert.Equal("user", entry.GetProperty("actor").GetProperty("type").GetString());
        (await (await programme.WebUserAsync("manager")).Api.GetAsync("/audits")).ShouldBeProblem(403.1m);
        (await Api.Anonymous(programme.Server).GetAsync("/audits")).ShouldBeProblem(401.2m);
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
                .Where(entry =>
                    entry.GetProperty("acteeId").GetString() is { } actee
                    && (actee == project || actee.StartsWith(project + "/", StringComparison.Ordinal))
                ),
        ];
    }
}
