using System.Globalization;
using System.Net;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>The answer to a submission, and its stored metadata (OR-022 to OR-031, OR-232 to OR-234).</summary>
[Trait("Speed", "Fast")]
public sealed class ReceiptTests
{
    [Fact, Clause("OR-029"), Clause("OR-030"), Clause("OR-213")]
    public async Task A_201_has_the_submission_in_Location()
    {
        var inbox = await Inbox.OpenAsync();
        const string id = "uuid:a/b c&d";

        var first = (await inbox.PostAsync(inbox.Submission(id))).ShouldBeReceived();
        var again = (await inbox.PostAsync(inbox.Submission(id))).ShouldBeReceived();
        var edit = (await inbox.PostAsync(inbox.Submission("uuid:edit", deprecatedId: id))).ShouldBeReceived();
        var editAgain = (await inbox.PostAsync(inbox.Submission("uuid:edit", deprecatedId: id))).ShouldBeReceived();

        var location = first.Header("Location")!;
        Assert.EndsWith(
            $"/projects/{inbox.Programme.Id}/forms/{inbox.Form}/submissions/uuid%3Aa%2Fb%20c%26d",
            location,
            StringComparison.Ordinal
        );
        Assert.Contains("/v1/key/", location, StringComparison.Ordinal);
        Assert.All([again, edit, editAgain], answer => Assert.Equal(location, answer.Header("Location")));

        var asAdmin = (
            await inbox.Programme.Admin.OpenRosa.PostAsync(inbox.SubmissionPath, Samples.Multipart(inbox.Submission("uuid:2")))
        ).ShouldBeReceived();
        (await inbox.Programme.Admin.GetAsync(asAdmin.Header("Location")!)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-234")]
    public async Task The_metadata_of_a_submission_are_returned_on_request()
    {
        var inbox = await Inbox.OpenAsync();
        var xml = inbox.Submission("uuid:1", photo: "a.jpg");
        async Task<XElement> SendAsync(params (string, byte[], string)[] files)
        {
            var answer = (
                await inbox.Phone.PostAsync($"{inbox.SubmissionPath}?items=true", Samples.Multipart(xml, files))
            ).ShouldBeReceived();
            Assert.Equal(1, answer.Envelope().Items);
            return XDocument.Parse(answer.Text).Root!.Elements().Last();
        }

        var incomplete = await SendAsync();
        Assert.Equal("{http://www.opendatakit.org/xforms}submissionMetadata", incomplete.Name.ToString());
        Assert.Equal(
            (inbox.Form, "1", "uuid:1", "false"),
            (Value(incomplete, "id"), Value(incomplete, "version"), Value(incomplete, "instanceID"), Value(incomplete, "isComplete"))
        );
        Assert.Null(Value(incomplete, "markedAsCompleteDate"));

        var complete = await SendAsync(("a.jpg", Samples.Bytes(10), "image/jpeg"));
        Assert.Equal("true", Value(complete, "isComplete"));
        Assert.Equal(Value(complete, "submissionDate"), Value(complete, "markedAsCompleteDate"));
        Assert.Equal((await inbox.GetAsync("uuid:1")).GetProperty("createdAt").GetString(), Value(complete, "submissionDate"));

        Assert.Equal(
            0,
            (await inbox.Phone.PostAsync($"{inbox.SubmissionPath}?items=false", Samples.Multipart(xml))).ShouldBeReceived().Envelope().Items
        );

        static string? Value(XElement element, string name) => element.Attribute(name)?.Value;
    }

    [Theory, Clause("OR-232")]
    [InlineData("?deviceID=collect%3Aabc%20%F0%9F%8C%B3", "Collect/1", null, "collect:abc 🌳", "Collect/1")]
    [InlineData("?deviceID=", "Collect/1", "web-forms/2", null, "web-forms/2 Collect/1")]
    [InlineData("?deviceID=%20%20", null, null, null, null)]
    [InlineData("?other=1", null, null, null, null)]
    public async Task DeviceID_and_User_Agent_are_stored(
        string query,
        string? agent,
        string? client,
        string? expectedDevice,
        string? expectedAgent
    )
    {
        var inbox = await Inbox.OpenAsync();

        (
            await inbox
                .Phone.With("User-Agent", agent)
                .With("ODK-Client", client)
                .PostAsync(inbox.SubmissionPath + query, Samples.Multipart(inbox.Submission("uuid:1")))
        ).ShouldBeReceived();

        var submission = await inbox.GetAsync("uuid:1");
        foreach (var view in new[] { submission, submission.GetProperty("currentVersion") })
        {
            Assert.Equal(expectedDevice, view.GetProperty("deviceId").GetString());
            Assert.Equal(expectedAgent, view.GetProperty("userAgent").GetString());
        }
    }

    [Fact, Clause("OR-232")]
    public async Task Long_names_of_devices_and_programs_are_cut()
    {
        var inbox = await Inbox.OpenAsync();
        var device = new string('d', 254);

        (
            await inbox
                .Phone.With("User-Agent", new string('u', 300))
                .PostAsync($"{inbox.SubmissionPath}?deviceID={device}%F0%9F%8C%B3%00", Samples.Multipart(inbox.Submission("uuid:1")))
        ).ShouldBeReceived();

        var submission = await inbox.GetAsync("uuid:1");
        Assert.Equal(device, submission.GetProperty("deviceId").GetString());
        Assert.Equal(new string('u', 255), submission.GetProperty("userAgent").GetString());
    }

    [Fact, Clause("OR-233"), Clause("OR-263"), Clause("OR-265")]
    public async Task The_submitter_is_the_authenticated_sender()
    {
        var inbox = await Inbox.OpenAsync();
        var programme = inbox.Programme;
        var user = (await programme.Admin.PostJsonAsync($"{programme.Path}/app-users", new { displayName = "Tablet" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        var userId = user.GetProperty("id").GetInt32();
        (
            await programme.Admin.PostAsync(
                string.Create(CultureInfo.InvariantCulture, $"{programme.FormPath(inbox.Form)}/assignments/2/{userId}")
            )
        ).ShouldBe(HttpStatusCode.OK);
        var link = (await programme.Admin.PostJsonAsync($"{programme.FormPath(inbox.Form)}/public-links", new { displayName = "Web" }))
            .ShouldBe(HttpStatusCode.OK)
            .Json;

        await PostAsync(user.GetProperty("token").GetString()!, "uuid:user");
        await PostAsync(link.GetProperty("token").GetString()!, "uuid:link");
        Assert.Equal(userId, (await inbox.GetAsync("uuid:user")).GetProperty("submitterId").GetInt32());
        Assert.Equal(link.GetProperty("id").GetInt32(), (await inbox.GetAsync("uuid:link")).GetProperty("submitterId").GetInt32());

        (await programme.Admin.DeleteAsync($"/sessions/{user.GetProperty("token").GetString()}")).ShouldBe(HttpStatusCode.OK);
        var listed = (await programme.Admin.GetAsync($"{programme.Path}/app-users"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .Single(row => row.GetProperty("id").GetInt32() == userId);
        Assert.Equal("null", listed.GetProperty("token").GetRawText());

        async Task PostAsync(string token, string id) =>
            (
                await Api.WithKey(programme.Server, token).PostAsync(inbox.SubmissionPath, Samples.Multipart(inbox.Submission(id)))
            ).ShouldBeReceived();
    }

    [Fact, Clause("OR-233")]
    public async Task A_draft_tester_is_anonymous()
    {
        var programme = await Programme.StartAsync();
        var form = Samples.Unique("draft");
        (await programme.Admin.PostXmlAsync($"{programme.Path}/forms", Samples.Form(form))).ShouldBe(HttpStatusCode.OK);
        var tester = Api.WithDraftToken(programme.Server, await programme.DraftTokenAsync(form));

        (
            await tester.PostAsync($"{programme.FormPath(form)}/draft/submission", Samples.Multipart(Samples.Submission(form, "uuid:1")))
        ).ShouldBeReceived();

        var submission = (await programme.Admin.GetAsync($"{programme.FormPath(form)}/draft/submissions/uuid%3A1"))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal("null", submission.GetProperty("submitterId").GetRawText());
    }

    [Fact, Clause("OR-266")]
    public async Task Submissions_are_listed_newest_first_and_in_pages()
    {
        var inbox = await Inbox.OpenAsync();
        foreach (var i in Enumerable.Range(1, 5))
        {
            await inbox.SendAsync(inbox.Submission($"uuid:{i}"));
        }
        async Task<string> PageAsync(string query) =>
            string.Join(
                ',',
                (await inbox.Programme.Admin.GetAsync(inbox.SubmissionsPath + query))
                    .ShouldBe(HttpStatusCode.OK)
                    .Json.EnumerateArray()
                    .Select(row => row.GetProperty("instanceId").GetString()![5..])
            );

        Assert.Equal("5,4,3,2,1", await PageAsync(""));
        Assert.Equal("5,4", await PageAsync("?limit=2"));
        Assert.Equal("3,2", await PageAsync("?limit=2&offset=2"));
        Assert.Equal("1", await PageAsync("?offset=4"));
        Assert.Equal("", await PageAsync("?offset=5&limit=10"));
        (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}?limit=x")).ShouldBeProblem(400.11m);
    }

    [Fact, Clause("OR-267"), Clause("OR-272")]
    public async Task The_XML_is_returned_byte_for_byte()
    {
        var inbox = await Inbox.OpenAsync();
        var xml =
            $"\ufeff<?xml version='1.0' encoding='UTF-8' ?>\r\n<!-- kept --><data   id='{inbox.Form}' "
            + "version=\"1\">\r\n<species>&#x6728; &amp; 木\u00a0</species><meta><instanceID>uuid:1</instanceID></meta></data>\n\n";

        (await inbox.PostAsync(xml)).ShouldBeReceived();

        var stored = (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}/uuid%3A1.xml")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(xml), stored.Bytes);
        Assert.StartsWith("application/xml", stored.Header("Content-Type"), StringComparison.Ordinal);
        var missing = (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}/uuid%3Anone.xml")).ShouldBeProblem(404.1m);
        Assert.Equal(["message", "code"], missing.Json.EnumerateObject().Select(member => member.Name));
    }
}
