using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>What a draft's details count, and what its version may be called.</summary>
public sealed class DraftCountTests
{
    [Fact, Clause("OR-251"), Clause("OR-261")]
    public async Task A_draft_counts_what_was_sent_to_it_and_not_to_the_form()
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

    [Fact, Clause("OR-114"), Clause("OR-159")]
    public async Task No_version_is_called_as_the_blank_one_is_in_addresses()
    {
        var programme = await Programme.StartAsync();
        var id = await programme.CreateDraftAsync();
        (await programme.Admin.PostAsync($"{programme.FormPath(id)}/draft/publish?version=___")).ShouldBeProblem(400.8m, "___");
        (await programme.ReplaceDraftAsync(id, Samples.Form(id, version: "___"))).ShouldBeProblem(400.8m, "___");
        (await programme.Admin.PostXmlAsync($"{programme.Path}/forms", Samples.Form(Samples.Unique("a"), version: "___"))).ShouldBeProblem(
            400.8m,
            "___"
        );
        (await programme.Admin.PostAsync($"{programme.FormPath(id)}/draft/publish?version=__")).ShouldBe(HttpStatusCode.OK);
    }
}
