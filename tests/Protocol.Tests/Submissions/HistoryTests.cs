using System.Globalization;
using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Exports;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Audits of a submission, and the differences of its edits.</summary>
public sealed class HistoryTests
{
    [Fact, Clause("OR-268")]
    public async Task The_audits_of_a_submission_are_listed_newest_first()
    {
        var inbox = await Inbox.OpenAsync();
        var admin = inbox.Programme.Admin;
        var path = $"{inbox.SubmissionsPath}/uuid%3A1";
        await inbox.SendAsync(inbox.Submission("uuid:1", photo: "a.jpg"));
        (await admin.With("X-Action-Notes", "looks%20good").PatchJsonAsync(path, new { reviewState = "approved" })).ShouldBe(
            HttpStatusCode.OK
        );
        (await admin.PostAsync($"{path}/attachments/a.jpg", Samples.Part(Samples.Bytes(9), "image/jpeg"))).ShouldBe(HttpStatusCode.OK);
        await inbox.SendAsync(inbox.Submission("uuid:2", "elm", deprecatedId: "uuid:1"));
        (await admin.DeleteAsync(path)).ShouldBe(HttpStatusCode.OK);
        (await admin.GetAsync($"{path}/audits")).ShouldBeProblem(404.1m);
        (await admin.PostAsync($"{path}/restore")).ShouldBe(HttpStatusCode.OK);

        var listed = (await admin.With("X-Extended-Metadata", "true").GetAsync($"{path}/audits")).ShouldBe(HttpStatusCode.OK).Json;

        Assert.Equal(
            [
                "submission.restore",
                "submission.delete",
                "submission.update.version",
                "submission.attachment.update",
                "submission.update",
                "submission.create",
            ],
            listed.EnumerateArray().Select(entry => entry.GetProperty("action").GetString())
        );
        Assert.Equal(
            ["uuid:1", "uuid:1", "uuid:2", "uuid:1", "uuid:1", "uuid:1"],
            listed.EnumerateArray().Select(entry => entry.GetProperty("details").GetProperty("instanceId").GetString())
        );
        Assert.Equal("Tablet", listed[5].GetProperty("actor").GetProperty("displayName").GetString());
        Assert.Equal("Tablet", listed[2].GetProperty("actor").GetProperty("displayName").GetString());
        Assert.Equal("approved", listed[4].GetProperty("details").GetProperty("reviewState").GetString());
        Assert.Equal("looks good", listed[4].GetProperty("notes").GetString());
        Assert.Equal(
            "submission.delete",
            Assert.Single((await admin.GetAsync($"{path}/audits?limit=1&offset=1")).Json.EnumerateArray()).GetProperty("action").GetString()
        );
        (await admin.GetAsync($"{inbox.SubmissionsPath}/uuid%3A2/audits")).ShouldBeProblem(404.1m);
        (await admin.GetAsync($"{inbox.SubmissionsPath}/uuid%3A3/audits")).ShouldBeProblem(404.1m);
    }

    [Fact]
    public async Task A_history_costs_three_operations_whatever_happened()
    {
        var inbox = await Inbox.OpenAsync(await Processes.FirstAsync());
        await inbox.SendAsync(inbox.Submission("uuid:0"));
        for (var i = 1; i < 6; i++)
        {
            await inbox.SendAsync(inbox.Submission(Id(i), deprecatedId: Id(i - 1)));
        }
        var admin = inbox.Programme.Admin.At(await Processes.RememberingAsync());
        var path = $"{inbox.SubmissionsPath}/uuid%3A0/audits";
        (await admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK);

        var answer = (await admin.GetAsync(path)).ShouldBe(HttpStatusCode.OK);

        Assert.Equal(6, answer.Json.GetArrayLength());
        Assert.InRange(answer.StorageOperations, 1, 3);

        static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"uuid:{number}");
    }

    [Fact, Clause("OR-268")]
    public async Task Differences_between_versions_have_old_and_new_values()
    {
        var inbox = await ExportForms.OpenAsync();
        await inbox.SendAsync(ExportForms.Answer(inbox, "one", Family("Ann", "Bo", "Cy", "Di")));
        await inbox.SendAsync(Edit("two", "one", Family("Anna", "Bo", "Cy", "Di") + "<age>30</age>"));
        await inbox.SendAsync(Edit("three", "two", Family("Anna", "Bo", "Dee")));

        var diffs = (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}/one/diffs")).ShouldBe(HttpStatusCode.OK).Json;

        Assert.Equal(["three", "two"], diffs.EnumerateObject().Select(version => version.Name));
        var second = Of(diffs, "two");
        Assert.Contains("""{"old":"Ann","new":"Anna","path":["name"]}""", second);
        Assert.Contains("""{"new":"30","path":["age"]}""", second);
        Assert.Contains("""{"old":"one","new":"two","path":["meta","instanceID"]}""", second);
        Assert.DoesNotContain(second, difference => difference.Contains("children", StringComparison.Ordinal));
        var third = Of(diffs, "three");
        Assert.Contains("""{"old":"30","path":["age"]}""", third);
        Assert.Contains("""{"old":{"name":"Di"},"path":["children",["child",2]]}""", third);
        Assert.Contains("""{"old":"Cy","new":"Dee","path":["children",["child",1],"name"]}""", third);
        (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}/two/diffs")).ShouldBeProblem(404.1m);

        string Edit(string id, string of, string answers) =>
            ExportForms
                .Answer(inbox, id, answers)
                .Replace("<orx:instanceID>", $"<orx:deprecatedID>{of}</orx:deprecatedID><orx:instanceID>", StringComparison.Ordinal);
    }

    [Fact, Clause("OR-218"), Clause("OR-251")]
    public async Task Attachments_of_drafts_and_of_earlier_versions_are_changed_too()
    {
        var inbox = await Inbox.OpenAsync();
        var admin = inbox.Programme.Admin;
        var form = inbox.Programme.FormPath(inbox.Form);
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form)).ShouldBe(HttpStatusCode.OK);
        (
            await admin.OpenRosa.PostAsync($"{form}/draft/submission", Samples.Multipart(inbox.Submission("uuid:1", photo: "a.jpg")))
        ).ShouldBe(HttpStatusCode.Created);
        var draft = $"{form}/draft/submissions/uuid%3A1/attachments/a.jpg";
        (await admin.PostAsync(draft, Samples.Part(Samples.Bytes(9), "image/jpeg"))).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(Samples.Bytes(9), (await admin.GetAsync(draft)).ShouldBe(HttpStatusCode.OK).Bytes);
        (await admin.DeleteAsync(draft)).ShouldBe(HttpStatusCode.OK);
        (await admin.GetAsync(draft)).ShouldBeProblem(404.1m);

        // A phone completes its submission, by its key in the path.
        await inbox.SendAsync(inbox.Submission("uuid:1", photo: "a.jpg"));
        var path = $"{inbox.SubmissionsPath}/uuid%3A1";
        (await inbox.Phone.PostAsync($"{path}/attachments/a.jpg", Samples.Part(Samples.Bytes(9), "image/jpeg"))).ShouldBe(
            HttpStatusCode.OK
        );
        await inbox.SendAsync(inbox.Submission("uuid:2", photo: "a.jpg", deprecatedId: "uuid:1"));
        var before = $"{path}/versions/uuid%3A1/attachments/a.jpg";
        (await admin.DeleteAsync(before)).ShouldBe(HttpStatusCode.OK);
        (await admin.GetAsync(before)).ShouldBeProblem(404.1m);
        Assert.Equal(Samples.Bytes(9), await inbox.BytesAsync("uuid:1", "a.jpg"));
        (await admin.DeleteAsync($"{path}/versions/uuid%3A2/attachments/a.jpg")).ShouldBe(HttpStatusCode.OK);
        (await admin.GetAsync($"{path}/attachments/a.jpg")).ShouldBeProblem(404.1m);
        (await admin.DeleteAsync($"{path}/versions/uuid%3A1/attachments/b.jpg")).ShouldBeProblem(404.1m);
    }

    private static List<string> Of(JsonElement diffs, string version) =>
        [.. diffs.GetProperty(version).EnumerateArray().Select(difference => difference.GetRawText())];

    private static string Family(string name, params string[] children) =>
        $"<name>{name}</name><children>{string.Concat(children.Select(child => $"<child><name>{child}</name></child>"))}</children>";
}
