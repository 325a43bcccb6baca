using System.Net;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Submissions through the management API.</summary>
public sealed class SubmissionCallTests
{
    [Fact, Clause("OR-266")]
    public async Task Submissions_are_listed_newest_first_and_page_by_page()
    {
        var (programme, form, phone) = await StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Insert(0, await SubmitAsync(programme, phone, form));
        }

        Assert.Equal(ids, await ListAsync(programme, form, ""));
        Assert.Equal(ids[..2], await ListAsync(programme, form, "?limit=2"));
        Assert.Equal(ids[1..2], await ListAsync(programme, form, "?limit=1&offset=1"));
        Assert.Equal(ids[1..], await ListAsync(programme, form, "?offset=1"));
        Assert.Empty(await ListAsync(programme, form, "?offset=3"));
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions?limit=ten")).ShouldBeProblem(400.11m);
    }

    [Fact, Clause("OR-267")]
    public async Task A_submission_s_XML_is_returned_as_received()
    {
        var (programme, form, phone) = await StartAsync();
        var id = Samples.NewInstanceId();
        byte[] xml =
        [
            .. Encoding.UTF8.Preamble,
            .. Encoding.UTF8.GetBytes(
                "<?xml version='1.0' ?>\r\n" + Samples.Submission(form, id, species: "Eiche ☂") + "\r\n<!-- end -->\n"
            ),
        ];

        (await phone.PostAsync($"{programme.Path}/submission", Samples.Multipart(xml))).ShouldBe(HttpStatusCode.Created);

        var read = (await programme.Admin.GetAsync($"{Address(programme, form, id)}.xml")).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(xml, read.Bytes);
        Assert.Equal("application/xml; charset=utf-8", read.Header("Content-Type"));
    }

    [Theory, Clause("OR-268")]
    [InlineData("")]
    [InlineData(".xml")]
    [InlineData("/attachments")]
    public async Task The_id_of_an_edit_redirects_to_that_version(string rest)
    {
        var (programme, form, phone) = await StartAsync();
        var first = await SubmitAsync(programme, phone, form);
        var edit = await SubmitAsync(programme, phone, form, deprecatedId: first);

        var moved = (await programme.Admin.GetAsync(Address(programme, form, edit) + rest)).ShouldBe(HttpStatusCode.MovedPermanently);

        var location = $"/v1{Address(programme, form, first)}/versions/{Uri.EscapeDataString(edit)}{rest}";
        Assert.Equal(location, moved.Header("Location"));
        var asked = new Uri(programme.Server.BaseUrl, location);
        (await programme.Admin.GetAsync(asked.AbsoluteUri)).ShouldBe(HttpStatusCode.OK);
        Assert.Equal(
            $"{location}?a=%2F",
            (await programme.Admin.GetAsync($"{Address(programme, form, edit)}{rest}?a=%2F")).Header("Location")
        );
    }

    [Fact, Clause("OR-269")]
    public async Task A_review_state_is_stored_and_can_be_reset()
    {
        var (programme, form, phone) = await StartAsync();
        var address = Address(programme, form, await SubmitAsync(programme, phone, form));

        foreach (var state in new[] { "hasIssues", "edited", "rejected", "approved", null })
        {
            var answer = (await programme.Admin.PatchJsonAsync(address, new { reviewState = state })).ShouldBe(HttpStatusCode.OK).Json;
            Assert.Equal(state, answer.GetProperty("reviewState").GetString());
            Assert.Equal(state, (await programme.Admin.GetAsync(address)).Json.GetProperty("reviewState").GetString());
        }
    }

    [Theory, Clause("OR-269")]
    [InlineData("fine")]
    [InlineData("Approved")]
    [InlineData("")]
    public async Task An_unknown_review_state_is_refused(string reviewState)
    {
        var (programme, form, phone) = await StartAsync();
        var address = Address(programme, form, await SubmitAsync(programme, phone, form));

        (await programme.Admin.PatchJsonAsync(address, new { reviewState })).ShouldBeProblem(400.8m, "reviewState");

        Assert.Equal(JsonValueKind.Null, (await programme.Admin.GetAsync(address)).Json.GetProperty("reviewState").ValueKind);
    }

    [Fact, Clause("OR-076")]
    public async Task A_script_without_the_right_to_submit_gets_403()
    {
        var (programme, form, _) = await StartAsync();
        var (viewer, _, _) = await programme.WebUserAsync("viewer");

        (
            await viewer.PostXmlAsync($"{programme.FormPath(form)}/submissions", Samples.Submission(form, Samples.NewInstanceId()))
        ).ShouldBeProblem(403.1m);

        Assert.Empty(await ListAsync(programme, form, ""));
    }

    [Fact, Clause("OR-270")]
    public async Task A_script_that_posts_a_duplicate_gets_409()
    {
        var (programme, form, _) = await StartAsync();
        var xml = Samples.Submission(form, Samples.NewInstanceId());

        (await programme.Admin.PostXmlAsync($"{programme.FormPath(form)}/submissions", xml)).ShouldBe(HttpStatusCode.OK);

        (await programme.Admin.PostXmlAsync($"{programme.FormPath(form)}/submissions", xml)).ShouldBeProblem(409.3m, "instanceID");
        Assert.Single(await ListAsync(programme, form, ""));
    }

    [Fact, Clause("OR-271")]
    public async Task A_PUT_requires_a_deprecatedID()
    {
        var (programme, form, phone) = await StartAsync();
        var first = await SubmitAsync(programme, phone, form);
        var address = Address(programme, form, first);

        (await PutAsync(programme, address, Samples.Submission(form, Samples.NewInstanceId()))).ShouldBeProblem(400.19m);

        var edit = Samples.NewInstanceId();
        var edited = (await PutAsync(programme, address, Samples.Submission(form, edit, deprecatedId: first)))
            .ShouldBe(HttpStatusCode.OK)
            .Json;
        Assert.Equal(first, edited.GetProperty("instanceId").GetString());
        Assert.Equal(edit, edited.GetProperty("currentVersion").GetProperty("instanceId").GetString());
    }

    private static async Task<(Programme Programme, string Form, Api Phone)> StartAsync()
    {
        var programme = await Programme.StartAsync();
        var form = await programme.PublishAsync();
        return (programme, form, await programme.AppUserAsync(form));
    }

    private static async Task<string> SubmitAsync(Programme programme, Api phone, string form, string? deprecatedId = null)
    {
        var id = Samples.NewInstanceId();
        (
            await phone.PostAsync(
                $"{programme.Path}/submission",
                Samples.Multipart(Samples.Submission(form, id, deprecatedId: deprecatedId))
            )
        ).ShouldBe(HttpStatusCode.Created);
        return id;
    }

    private static string Address(Programme programme, string form, string instanceId) =>
        $"{programme.FormPath(form)}/submissions/{Uri.EscapeDataString(instanceId)}";

    private static Task<Answer> PutAsync(Programme programme, string address, string xml) =>
        programme.Admin.SendAsync(HttpMethod.Put, address, new StringContent(xml, Encoding.UTF8, "application/xml"));

    private static async Task<IEnumerable<string?>> ListAsync(Programme programme, string form, string query) =>
        (await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions{query}"))
            .ShouldBe(HttpStatusCode.OK)
            .Json.EnumerateArray()
            .Select(submission => submission.GetProperty("instanceId").GetString());
}
