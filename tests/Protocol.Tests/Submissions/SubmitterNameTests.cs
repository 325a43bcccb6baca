using System.Globalization;
using System.Net;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Exports;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>The submitter of a submission after the app user or public link was deleted.</summary>
public sealed class SubmitterNameTests
{
    [Fact, Clause("OR-265"), Clause("OR-266"), Clause("OR-273"), Clause("OR-276")]
    public async Task A_deleted_app_user_or_public_link_is_still_listed_as_submitter()
    {
        var inbox = await Inbox.OpenAsync();
        var link = await inbox.Programme.PublicLinkAsync(inbox.Form);
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        (await link.PostAsync(inbox.SubmissionPath, Samples.Multipart(inbox.Submission("uuid:2")))).ShouldBe(HttpStatusCode.Created);
        var admin = inbox.Programme.Admin.With("X-Extended-Metadata", "true");
        var (users, links) = ($"{inbox.Programme.Path}/app-users", $"{inbox.Programme.FormPath(inbox.Form)}/public-links");
        var user = (await admin.GetAsync(users)).Json[0].GetProperty("id").GetInt32();
        var linkId = (await admin.GetAsync(links)).Json[0].GetProperty("id").GetInt32();

        (await admin.DeleteAsync($"{users}/{Text(user)}")).ShouldBe(HttpStatusCode.OK);
        (await admin.DeleteAsync($"{links}/{Text(linkId)}")).ShouldBe(HttpStatusCode.OK);

        var later = admin.At(await Server.StartAsync());
        var listed = (await later.GetAsync(inbox.SubmissionsPath)).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal(["Poster", "Tablet"], listed.EnumerateArray().Select(Submitter));
        Assert.Equal(
            ["Poster", "Tablet"],
            (await later.GetAsync($"{inbox.SubmissionsPath}/submitters"))
                .Json.EnumerateArray()
                .Select(actor => actor.GetProperty("displayName").GetString())
        );
        Assert.Equal("Tablet", Submitter((await later.GetAsync($"{inbox.SubmissionsPath}/uuid%3A1")).Json));
        var csv = (await later.GetAsync($"{inbox.SubmissionsPath}.csv")).Text.Split('\n');
        Assert.Contains($",{Text(linkId)},Poster,", csv[1], StringComparison.Ordinal);
        Assert.Contains($",{Text(user)},Tablet,", csv[2], StringComparison.Ordinal);
        Assert.Equal(
            ["Poster", "Tablet"],
            (await later.GetAsync(inbox.ODataPath("/Submissions")))
                .Json.GetProperty("value")
                .EnumerateArray()
                .Select(row => row.GetProperty("__system").GetProperty("submitterName").GetString())
        );

        Assert.Empty((await later.GetAsync(users)).Json.EnumerateArray());
        Assert.Empty((await later.GetAsync(links)).Json.EnumerateArray());
        (await later.GetAsync($"{users}/{Text(user)}")).ShouldBeProblem(404.1m);
        (await later.DeleteAsync($"{users}/{Text(user)}")).ShouldBeProblem(404.1m);
        (await later.DeleteAsync($"{links}/{Text(linkId)}")).ShouldBeProblem(404.1m);
        (await inbox.Phone.PostAsync(inbox.SubmissionPath, Samples.Multipart(inbox.Submission("uuid:3")))).ShouldBe(
            HttpStatusCode.Forbidden
        );
        (await link.PostAsync(inbox.SubmissionPath, Samples.Multipart(inbox.Submission("uuid:3")))).ShouldBe(HttpStatusCode.Forbidden);
        (await later.PostAsync($"{inbox.Programme.FormPath(inbox.Form)}/assignments/app-user/{Text(user)}")).ShouldBeProblem(404.1m);
    }

    private static string? Submitter(JsonElement submission) => submission.GetProperty("submitter").GetProperty("displayName").GetString();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
