using System.Globalization;
using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

public sealed class ExportProjectTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), Samples.Unique("export"));

    [Fact]
    public async Task An_imported_project_answers_as_in_the_source_account()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1", photo: "ö 1.jpg"), ("ö 1.jpg", Samples.Bytes(700), "image/jpeg"));
        await inbox.SendAsync(inbox.Submission("uuid:2", deprecatedId: "uuid:1", species: "élm", photo: "ö 1.jpg"));
        await inbox.SendAsync(inbox.Submission("uuid:3"));
        await inbox.SendAsync(inbox.Submission("uuid:4"));
        var admin = inbox.Programme.Admin;
        (await admin.PatchJsonAsync($"{inbox.SubmissionsPath}/uuid:3", new { reviewState = "approved" })).ShouldBe(HttpStatusCode.OK);
        (await admin.PostJsonAsync($"{inbox.SubmissionsPath}/uuid:3/comments", new { body = "gut" })).ShouldBe(HttpStatusCode.OK);
        (await admin.DeleteAsync($"{inbox.SubmissionsPath}/uuid:4")).ShouldBe(HttpStatusCode.OK);
        var webhook = new { url = "https://hooks.invalid/", events = new[] { "submission.created", "entity.restored" } };
        (await admin.PostJsonAsync($"{inbox.Programme.Path}/webhooks", webhook)).ShouldBe(HttpStatusCode.OK);
        string[] asked =
        [
            $"{inbox.Programme.Path}/formList",
            $"{inbox.Programme.Path}/forms",
            inbox.SubmissionsPath,
            $"{inbox.SubmissionsPath}?deleted=true",
            $"{inbox.SubmissionsPath}/uuid:1/versions",
            $"{inbox.SubmissionsPath}/uuid:1.xml",
            $"{inbox.SubmissionsPath}/uuid:1/attachments/{Uri.EscapeDataString("ö 1.jpg")}",
            $"{inbox.SubmissionsPath}/uuid:3/comments",
            $"{inbox.SubmissionsPath}.csv",
        ];
        var before = await admin.OpenRosa.AskAsync(asked);
        var (project, from) = (inbox.Programme.Id.ToString(CultureInfo.InvariantCulture), await Server.StorageAsync());

        (await RunAsync("export", from, "--project", "999999", "--to", _folder)).ShouldFail("no project 999999");
        await ExportAsync(inbox.Programme);
        (await RunAsync("export", from, "--project", project, "--to", _folder)).ShouldFail("not empty");
        (await RunAsync("import", from, "--from", _folder)).ShouldFail($"has a project {project} already");
        await using var to = await OwnStorage.TakeAsync();
        (await to.RunAsync("import", "--from", _folder)).ShouldSucceed();

        var there = (await Api.AdministratorAsync(to.Server)).OpenRosa;
        Assert.Equal(before, await there.AskAsync(asked));
        Assert.Equal(
            System.Text.Json.JsonValueKind.Null,
            (await there.GetAsync($"{inbox.Programme.Path}/app-users")).ShouldBe(HttpStatusCode.OK).Json[0].GetProperty("token").ValueKind
        );

        await CheckWebhookAsync(there, $"{inbox.Programme.Path}/webhooks", webhook.url, webhook.events);
        (await to.RunAsync("verify", "--project", project, "--settle", "0")).ShouldSucceed();

        // The phone goes on there with the key that it has.
        (await inbox.Phone.At(to.Server).PostAsync(inbox.SubmissionPath, Samples.Multipart(inbox.Submission("uuid:5")))).ShouldBe(
            HttpStatusCode.Created
        );
        (
            await inbox.Phone.At(to.Server).PostAsync(inbox.SubmissionPath, Samples.Multipart(inbox.Submission("uuid:3", species: "fir")))
        ).ShouldBe(HttpStatusCode.Conflict);
        var next = (await there.PostJsonAsync("/projects", new { name = "next" })).ShouldBe(HttpStatusCode.OK).Json;
        Assert.True(next.GetProperty("id").GetInt32() > inbox.Programme.Id);
    }

    // Its secret stayed behind: it is inactive until it has a new one.
    private static async Task CheckWebhookAsync(Api api, string path, string url, string[] events)
    {
        var imported = Assert.Single((await api.GetAsync(path)).ShouldBe(HttpStatusCode.OK).Json.EnumerateArray());
        Assert.Equal((url, false), (imported.Text("url"), imported.GetProperty("active").GetBoolean()));
        Assert.Equal(events, imported.GetProperty("events").EnumerateArray().Select(one => one.GetString()));
        var at = $"{path}/{imported.Text("id")}";
        Assert.StartsWith(
            "whsec_",
            (await api.PostAsync($"{at}/secret")).ShouldBe(HttpStatusCode.OK).Json.Text("secret"),
            StringComparison.Ordinal
        );
        (await api.PatchJsonAsync(at, new { active = true })).ShouldBe(HttpStatusCode.OK);
        (await api.PatchJsonAsync(at, new { active = false })).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_imported_domain_has_its_cases_and_workers()
    {
        var desk = await CaseDesk.OpenAsync();
        var (mother, child) = (CaseDesk.NewId(), CaseDesk.NewId());
        await desk.SubmitAsync(desk.Create(mother));
        await desk.SubmitAsync(desk.Create(child, "Bela", more: CaseDesk.Index(mother)));
        await ExportAsync(desk.Domain.Programme);
        await using var to = await OwnStorage.TakeAsync();
        (await to.RunAsync("import", "--from", _folder)).ShouldSucceed();

        var restored = (await desk.Worker.Phone.At(to.Server).GetAsync(desk.Domain.At("/phone/restore/?version=2.0", to.Server)))
            .ShouldBe(HttpStatusCode.OK)
            .Text;

        Assert.Contains(mother, restored, StringComparison.Ordinal);
        Assert.Contains(child, restored, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("manifest.json", "has no manifest.json")]
    [InlineData("submissions.jsonl", "submissions.jsonl is missing")]
    public async Task An_incomplete_folder_is_refused_and_nothing_is_written(string missing, string reason)
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        await ExportAsync(inbox.Programme);
        File.Delete(Path.Combine(_folder, missing));
        var other = await OwnStorage.NewAccountAsync();

        (await RunAsync("import", other, "--from", _folder)).ShouldFail(reason);

        Assert.Empty(await StoredBlobs.OfProjectAsync(inbox.Programme.Id, other));
        (await RunAsync("export", other, "--project", $"{inbox.Programme.Id}", "--to", $"{_folder} again")).ShouldFail("no project");
    }

    [Fact]
    public async Task A_file_that_was_changed_is_refused()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        await ExportAsync(inbox.Programme);
        var blob = Directory.EnumerateFiles(Path.Combine(_folder, "blobs"), "*", SearchOption.AllDirectories).First();
        await File.AppendAllTextAsync(blob, "x");

        (await RunAsync("import", await OwnStorage.NewAccountAsync(), "--from", _folder)).ShouldFail("not as it was exported");
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task ExportAsync(Programme programme) =>
        (
            await RunAsync(
                "export",
                await Server.StorageAsync(),
                "--project",
                programme.Id.ToString(CultureInfo.InvariantCulture),
                "--to",
                _folder
            )
        ).ShouldSucceed();

    private static Task<MaintenanceResult> RunAsync(string command, string storage, params string[] arguments) =>
        Maintenance.RunAsync([command, "--storage", storage, .. arguments]);
}
