using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>What a draft's details count, and what its version may be called.</summary>
public sealed class DraftCountTests
{
    [Fact, Clause("OR-251"), Clause("OR-261")]
    public async Task A_draft_counts_its_own_submissions_only()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        await inbox.SendAsync(inbox.Submission("uuid:2"));
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form)).ShouldBe(HttpStatusCode.OK);
        var path = inbox.Programme.FormPath(inbox.Form);
        var admin = inbox.Programme.Admin.With("X-Extended-Metadata", "true");

        var empty = (await admin.GetAsync($"{path}/draft")).ShouldBe(HttpStatusCode.OK).Json;
        Assert.Equal((0, null), (empty.GetProperty("submissions").GetInt32(), empty.GetProperty("lastSubmission").GetString()));
        (await admin.OpenRosa.PostAsync($"{path}/draft/submission", Samples.Multipart(inbox.Submission("uuid:3")))).ShouldBe(
            HttpStatusCode.Created
        );

        var draft = (await admin.GetAsync($"{path}/draft")).Json;
        Assert.Equal(1, draft.GetProperty("submissions").GetInt32());
        Assert.Equal(1, draft.GetProperty("reviewStates").GetProperty("received").GetInt32());
        Assert.NotNull(draft.GetProperty("lastSubmission").GetString());
        Assert.Equal(2, (await admin.GetAsync(path)).Json.GetProperty("submissions").GetInt32());
    }

    [Fact, Clause("OR-162")]
    public async Task A_draft_without_a_body_needs_something_to_copy()
    {
        var programme = await Programme.StartAsync();
        var id = await programme.CreateDraftAsync();
        (await programme.ReplaceDraftAsync(id)).ShouldBeProblem(400.2m, "xml");
        (await programme.PublishDraftAsync(id)).ShouldBe(HttpStatusCode.OK);
        (await programme.ReplaceDraftAsync(id)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact, Clause("OR-116")]
    public async Task The_draft_s_XML_is_refused_without_the_right_whether_there_is_one_or_not()
    {
        var programme = await Programme.StartAsync();
        var (draft, published) = (await programme.CreateDraftAsync(), await programme.PublishAsync());
        var (viewer, _, _) = await programme.WebUserAsync("viewer");
        foreach (var form in new[] { draft, published })
        {
            (await viewer.GetAsync($"{programme.FormPath(form)}/draft.xml")).ShouldBeProblem(403.1m);
            (await viewer.GetAsync($"{programme.FormPath(form)}/draft")).ShouldBeProblem(403.1m);
        }
        (await programme.Admin.GetAsync($"{programme.FormPath(published)}/draft.xml")).ShouldBeProblem(404.1m);
    }

    [Fact, Clause("OR-162")]
    public async Task An_entity_that_moves_into_a_repeat_is_a_change_of_structure()
    {
        var programme = await Programme.StartAsync();
        var id = Samples.Unique("people");
        await programme.PublishAsync(EntityForm(id, "1", "<p><name/></p><meta><instanceID/>{0}</meta>"), id);
        var moved = await programme.ReplaceDraftAsync(id, EntityForm(id, "2", "<p><name/><meta>{0}</meta></p><meta><instanceID/></meta>"));
        moved.ShouldBeProblem(400.16m);
        Assert.Contains("structureChanged", moved.Text, StringComparison.Ordinal);
    }

    private static string EntityForm(string id, string version, string content) =>
        "<h:html xmlns=\"http://www.w3.org/2002/xforms\" xmlns:h=\"http://www.w3.org/1999/xhtml\" "
        + "xmlns:entities=\"http://www.opendatakit.org/xforms/entities\"><h:head><model entities:entities-version=\"2025.1.0\">"
        + $"<instance><data id=\"{id}\" version=\"{version}\">"
        + content.Replace("{0}", "<entity dataset=\"people\" id=\"\" create=\"1\"><label/></entity>", StringComparison.Ordinal)
        + "</data></instance><bind nodeset=\"/data/p/name\" type=\"string\"/></model></h:head>"
        + "<h:body><repeat nodeset=\"/data/p\"/></h:body></h:html>";

    [Fact, Clause("OR-114"), Clause("OR-159")]
    public async Task The_name_of_the_blank_version_in_addresses_is_refused()
    {
        var programme = await Programme.StartAsync();
        var id = await programme.CreateDraftAsync();
        (await programme.Admin.PostAsync($"{programme.FormPath(id)}/draft/publish?version=___")).ShouldBeProblem(400.8m, "___");
        (await programme.ReplaceDraftAsync(id, Samples.Form(id, version: "___"))).ShouldBeProblem(400.8m, "___");
        (await programme.Admin.PostXmlAsync($"{programme.Path}/forms", Samples.Form(Samples.Unique("a"), version: "___"))).ShouldBeProblem(
            400.8m,
            "___"
        );
        (await programme.Admin.PostAsync($"{programme.FormPath(id)}/draft/publish?version=a%252Fb")).ShouldBeProblem(400.8m, "no address");
        (await programme.Admin.PostXmlAsync($"{programme.Path}/forms", Samples.Form("a%2Fb"))).ShouldBeProblem(400.8m, "%2F");
        (await programme.Admin.PostAsync($"{programme.FormPath(id)}/draft/publish?version=__")).ShouldBe(HttpStatusCode.OK);
    }
}
