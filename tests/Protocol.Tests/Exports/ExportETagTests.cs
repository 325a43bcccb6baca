using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Exports;

/// <summary>Whether a client that has an export needs it again (OR-273, OR-276), and exports by POST.</summary>
public sealed class ExportETagTests
{
    [Theory, Clause("OR-273"), Clause("OR-276")]
    [InlineData("/submissions.csv")]
    [InlineData("/submissions.csv.zip")]
    [InlineData(".svc/Submissions")]
    [InlineData(".svc/Submissions.plot")]
    public async Task An_export_is_sent_again_after_every_change_and_only_then(string path)
    {
        var inbox = await Inbox.OpenAsync();
        var admin = inbox.Programme.Admin;
        var address = inbox.Programme.FormPath(inbox.Form) + path;
        var etag = await ExpectNewAsync(null);

        await inbox.SendAsync(inbox.Submission("uuid:1", photo: "a.jpg", leaves: ["b.jpg"]));
        etag = await ExpectNewAsync(etag);
        await inbox.SendAsync(inbox.Submission("uuid:1", photo: "a.jpg", leaves: ["b.jpg"]), ("a.jpg", Samples.Bytes(9), "image/jpeg"));
        etag = await ExpectNewAsync(etag);
        (await admin.PatchJsonAsync($"{inbox.SubmissionsPath}/uuid%3A1", new { reviewState = "approved" })).ShouldBe(HttpStatusCode.OK);
        etag = await ExpectNewAsync(etag);
        await inbox.SendAsync(inbox.Submission("uuid:2", "elm", deprecatedId: "uuid:1"));
        etag = await ExpectNewAsync(etag);
        (await admin.DeleteAsync($"{inbox.SubmissionsPath}/uuid%3A1")).ShouldBe(HttpStatusCode.OK);
        etag = await ExpectNewAsync(etag);
        (await admin.PostAsync($"{inbox.SubmissionsPath}/uuid%3A1/restore")).ShouldBe(HttpStatusCode.OK);
        etag = await ExpectNewAsync(etag);
        await inbox.Programme.PublishVersionAsync(inbox.Form, "2");
        await ExpectNewAsync(etag);

        async Task<string> ExpectNewAsync(string? before)
        {
            var answer = (await admin.With("If-None-Match", before).GetAsync(address)).ShouldBe(HttpStatusCode.OK);
            var now = answer.Header("ETag")!;
            Assert.NotEqual(before, now);
            var again = (await admin.With("If-None-Match", now).GetAsync(address)).ShouldBe(HttpStatusCode.NotModified);
            Assert.Equal((now, 0), (again.Header("ETag"), again.Bytes.Length));
            (await admin.With("If-None-Match", now).HeadAsync(address)).ShouldBe(HttpStatusCode.NotModified);
            return now;
        }
    }

    [Fact, Clause("OR-273")]
    public async Task Other_parameters_give_another_ETag_and_a_filter_by_the_current_time_gives_none()
    {
        var inbox = await Inbox.OpenAsync();
        var admin = inbox.Programme.Admin;
        var etag = (await admin.GetAsync($"{inbox.SubmissionsPath}.csv")).Header("ETag");
        (await admin.With("If-None-Match", etag).GetAsync($"{inbox.SubmissionsPath}.csv?groupPaths=false")).ShouldBe(HttpStatusCode.OK);
        var now = await admin.GetAsync($"{inbox.SubmissionsPath}.csv?%24filter=__system/submissionDate%20lt%20now()");
        Assert.Null(now.ShouldBe(HttpStatusCode.OK).Header("ETag"));
    }

    [Fact, Clause("OR-273")]
    public async Task An_export_by_POST_takes_its_parameters_from_the_body()
    {
        var inbox = await ExportForms.OpenAsync();
        await inbox.SendAsync(ExportForms.Answer(inbox, "uuid:1", ExportForms.Family));
        var admin = inbox.Programme.Admin;

        var csv = (
            await admin.PostAsync($"{inbox.SubmissionsPath}.csv", Body(("groupPaths", "false"), ("splitSelectMultiples", "false")))
        ).ShouldBe(HttpStatusCode.OK);
        Assert.Contains(",place-Latitude,", csv.Text, StringComparison.Ordinal);
        Assert.Equal("text/csv; charset=utf-8", csv.Header("Content-Type"));
        Assert.Null(csv.Header("ETag"));
        var zip = (await admin.PostAsync($"{inbox.SubmissionsPath}.csv.zip?attachments=false", Body(("attachments", "true")))).ShouldBe(
            HttpStatusCode.OK
        );
        Assert.Contains(".csv.zip", zip.Header("Content-Disposition"), StringComparison.Ordinal);
        Assert.Contains($"{inbox.Form}.csv", ExportForms.Unzip(zip).Keys);
        (await admin.PostAsync($"{inbox.SubmissionsPath}.csv", Body(("$filter", "nonsense'")))).ShouldBeProblem(400.18m);

        (await inbox.Programme.ReplaceDraftAsync(inbox.Form, ExportForms.Survey(inbox.Form))).ShouldBe(HttpStatusCode.OK);
        var draft = $"{inbox.Programme.FormPath(inbox.Form)}/draft/submissions.csv";
        Assert.Single((await admin.PostAsync(draft, Body())).ShouldBe(HttpStatusCode.OK).Text.Trim().Split('\n'));
        (await admin.PostAsync($"{draft}.zip", Body())).ShouldBe(HttpStatusCode.OK);
    }

    [Theory, Clause("OR-278")]
    [InlineData(""), InlineData("not"), InlineData("__id"), InlineData("1"), InlineData("__id%20eq"), InlineData("__id%20eq%20%27a")]
    [InlineData("year(__system/submissionDate)"), InlineData("(__id%20eq%20%27a%27"), InlineData("__id%20eq%20%27a%27)")]
    [InlineData("__system/submissionDate%20gt%20%27yesterday%27"), InlineData("__id%20eq%20%27a%27%20and"), InlineData("%7B%7D")]
    public async Task A_malformed_filter_is_refused(string filter)
    {
        var inbox = await Inbox.OpenAsync();
        (await inbox.Programme.Admin.GetAsync(inbox.ODataPath($"/Submissions?%24filter={filter}"))).ShouldBeProblem(400.18m);
        (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}.csv?%24filter={filter}")).ShouldBeProblem(400.18m);
    }

    private static FormUrlEncodedContent Body(params (string Name, string Value)[] pairs) =>
        new(pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
}
