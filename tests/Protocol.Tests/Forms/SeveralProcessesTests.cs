using System.Net;
using System.Text;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>What changes at one process, seen from another on the same storage.</summary>
public sealed class SeveralProcessesTests
{
    [Fact, Clause("OR-083"), Clause("OR-092"), Clause("OR-110")]
    public async Task A_form_published_changed_or_closed_at_one_is_so_at_once_in_the_other_s_list()
    {
        var programme = await Programme.StartAsync(await Processes.FirstAsync());
        var other = programme.Admin.OpenRosa.At(await Processes.RememberingAsync());
        async Task<IEnumerable<string>> SeenAsync() =>
            (await other.GetAsync($"{programme.Path}/formList")).FormList().Select(form => $"{form.FormId} {form.Version}");
        Assert.Empty(await SeenAsync());

        await programme.PublishAsync(id: "a");
        Assert.Equal(["a 1"], await SeenAsync());
        await programme.PublishVersionAsync("a", "2");
        Assert.Equal(["a 2"], await SeenAsync());
        foreach (var (state, seen) in new[] { ("closing", ""), ("open", "a 2"), ("closed", ""), ("open", "a 2") })
        {
            await programme.SetStateAsync("a", state);
            Assert.Equal(seen, string.Join(' ', await SeenAsync()));
        }
        (await other.PatchJsonAsync(programme.FormPath("a"), new { state = "closing" })).ShouldBe(HttpStatusCode.OK);
        Assert.Empty((await programme.FormListAsync()).FormList());
    }

    [Fact, Clause("OR-093"), Clause("OR-125")]
    public async Task A_new_version_s_XML_and_files_are_served_at_once_by_the_other()
    {
        var programme = await Programme.StartAsync(await Processes.FirstAsync());
        var form = await programme.PublishWithFilesAsync(("leaf.png", Samples.Bytes(10, 1), "image/png"));
        var phone = (await programme.AppUserAsync(form)).At(await Processes.RememberingAsync());
        await CheckAsync(1);

        (await programme.ReplaceDraftAsync(form, Samples.Form(form, "2", pictures: "leaf.png"))).ShouldBe(HttpStatusCode.OK);
        (await programme.PutFileAsync(form, "leaf.png", Samples.Bytes(10, 2), "image/png")).ShouldBe(HttpStatusCode.OK);
        (await programme.PublishDraftAsync(form)).ShouldBe(HttpStatusCode.OK);
        await CheckAsync(2);

        async Task CheckAsync(int version)
        {
            var xml = (await phone.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK);
            Assert.Equal(Samples.Form(form, $"{version}", pictures: "leaf.png"), xml.Text);
            Assert.Equal(
                "md5:" + ProgrammeForms.Md5(Samples.Bytes(10, version)),
                Assert.Single((await phone.GetAsync($"{programme.FormPath(form)}/manifest")).Manifest()).Hash
            );
            Assert.Equal(
                Samples.Bytes(10, version),
                (await phone.GetAsync($"{programme.FormPath(form)}/attachments/leaf.png")).ShouldBe(HttpStatusCode.OK).Bytes
            );
        }
    }

    [Fact, Clause("OR-204")]
    public async Task Closing_a_form_at_one_ends_submissions_at_the_other_within_the_cache_time()
    {
        var programme = await Programme.StartAsync(await Processes.FirstAsync());
        var form = await programme.PublishAsync();
        var phone = (await programme.AppUserAsync(form)).At(await Processes.ForgetfulAsync());
        Task<Answer> SendAsync() =>
            phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(Samples.Submission(form, Samples.NewInstanceId())));
        (await SendAsync()).ShouldBe(HttpStatusCode.Created);

        await programme.SetStateAsync(form, "closed");
        (await phone.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBeProblem(403.1m);
        var answer = await SendAsync();
        for (var attempt = 0; attempt < 100 && answer.Status == HttpStatusCode.Created; attempt++)
        {
            await Task.Delay(100);
            answer = await SendAsync();
        }
        answer.ShouldBeOpenRosaError(409, "not currently accepting submissions");
    }

    [Fact, Clause("OR-080")]
    public async Task Revoking_an_app_user_at_one_ends_its_key_at_the_other_within_the_cache_time()
    {
        var programme = await Programme.StartAsync(await Processes.FirstAsync());
        var user = (await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        var phone = Api.WithKey(await Processes.ForgetfulAsync(), user.GetProperty("token").GetString()!);
        Task<Answer> AskAsync() => phone.HeadAsync($"{programme.Path}/submission");
        (await AskAsync()).ShouldBe(HttpStatusCode.NoContent);

        (await programme.Admin.DeleteAsync($"/sessions/{Uri.EscapeDataString(user.GetProperty("token").GetString()!)}")).ShouldBe(
            HttpStatusCode.OK
        );
        (await phone.At(programme.Server).HeadAsync($"{programme.Path}/submission")).ShouldBe(HttpStatusCode.Forbidden);
        await Eventually.TrueAsync(async () => (await AskAsync()).Status == HttpStatusCode.Forbidden, "the other process refused the key");
    }

    [Fact, Clause("OR-158")]
    public async Task Two_concurrent_publications_of_a_draft_both_get_a_correct_answer()
    {
        var programme = await Programme.StartAsync(await Processes.FirstAsync());
        var other = programme.Admin.At(await Processes.RememberingAsync());
        var form = await programme.DraftAsync();

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(i => (i % 2 == 0 ? programme.Admin : other).PostAsync($"{programme.FormPath(form)}/draft/publish?version=v{i}"))
        );
        var winner = Assert.Single(Enumerable.Range(0, 6), i => answers[i].Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => answer.ShouldBeProblem(404.1m));
        var list = (await other.OpenRosa.GetAsync($"{programme.Path}/formList?listAllVersions=1")).FormList();
        Assert.Equal($"v{winner}", Assert.Single(list).Version);
        Assert.Equal(list[0].Hash, "md5:" + ProgrammeForms.Md5(Encoding.UTF8.GetBytes((await other.GetAsync(list[0].DownloadUrl)).Text)));
        await programme.ShouldBeConsistentAsync();
    }
}
