using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>The rows of the specification's table 7.3: where a submission goes, and which come before which.</summary>
public sealed class ResolutionTests
{
    [Fact, Clause("OR-200")]
    public async Task An_unknown_form_is_not_found()
    {
        var inbox = await Inbox.OpenAsync();
        var elsewhere = await Inbox.OpenAsync();

        (await inbox.PostAsync(Samples.Submission("no such form", "uuid:1"))).ShouldBeOpenRosaError(404, "Could not find the resource");
        (await inbox.PostAsync(elsewhere.Submission("uuid:1"))).ShouldBeOpenRosaError(404, "Could not find the resource");
        (await inbox.PostAsync(Samples.Submission(new string('x', 5000), "uuid:1"))).ShouldBeOpenRosaError(
            404,
            "Could not find the resource"
        );
        await inbox.ShouldHoldNothingAsync();
    }

    [Fact, Clause("OR-200")]
    public async Task A_form_in_the_trash_is_not_found()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        (await inbox.Programme.Admin.DeleteAsync(inbox.Programme.FormPath(inbox.Form))).ShouldBe(HttpStatusCode.OK);

        (await inbox.PostAsync(inbox.Submission("uuid:2"))).ShouldBeOpenRosaError(404, "Could not find the resource");
    }

    [Fact, Clause("OR-201")]
    public async Task A_version_that_was_never_published_is_not_found()
    {
        var inbox = await Inbox.OpenAsync();
        var programme = inbox.Programme;
        var draftOnly = Samples.Unique("draft");
        (await programme.Admin.PostXmlAsync($"{programme.Path}/forms", Samples.Form(draftOnly))).ShouldBe(HttpStatusCode.OK);

        (await inbox.PostAsync(inbox.Submission("uuid:1", version: null))).ShouldBeOpenRosaError(
            404,
            "The form version specified in this submission '' does not exist"
        );
        (await inbox.PostAsync(inbox.Submission("uuid:1", version: " 1"))).ShouldBeOpenRosaError(
            404,
            "The form version specified in this submission ' 1' does not exist"
        );
        (
            await programme.Admin.OpenRosa.PostAsync(inbox.SubmissionPath, Samples.Multipart(Samples.Submission(draftOnly, "uuid:1")))
        ).ShouldBeOpenRosaError(404, "The form version specified in this submission '1' does not exist");
        await inbox.ShouldHoldNothingAsync();
    }

    [Fact, Clause("OR-202"), Clause("OR-230")]
    public async Task Every_published_version_accepts_submissions_and_edits()
    {
        var inbox = await Inbox.OpenAsync();
        var programme = inbox.Programme;
        (
            await programme.Admin.PostXmlAsync($"{programme.FormPath(inbox.Form)}/draft?ignoreWarnings=true", Samples.Form(inbox.Form, "2"))
        ).ShouldBe(HttpStatusCode.OK);
        (await programme.Admin.PostAsync($"{programme.FormPath(inbox.Form)}/draft/publish")).ShouldBe(HttpStatusCode.OK);

        (await inbox.PostAsync(inbox.Submission("uuid:old"))).ShouldBeReceived();
        (await inbox.PostAsync(inbox.Submission("uuid:new", version: "2"))).ShouldBeReceived();
        (await inbox.PostAsync(inbox.Submission("uuid:edit", version: "2", deprecatedId: "uuid:old"))).ShouldBeReceived();
        Assert.Equal(["uuid:new", "uuid:old"], await inbox.InstanceIdsAsync());
    }

    [Fact, Clause("OR-208")]
    public async Task A_deleted_submission_is_refused_when_sent_again()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        (await inbox.Programme.Admin.DeleteAsync($"{inbox.SubmissionsPath}/uuid%3A1")).ShouldBe(HttpStatusCode.OK);

        (await inbox.PostAsync(inbox.Submission("uuid:1"))).ShouldBeOpenRosaError(409, "has been deleted. You may not resubmit it");
        (await inbox.PostAsync(inbox.Submission("uuid:1", "elm"))).ShouldBeOpenRosaError(409, "has been deleted. You may not resubmit it");
        Assert.Empty(await inbox.ListAsync());
    }

    [Fact, Clause("OR-209")]
    public async Task One_instance_id_may_be_used_in_two_forms()
    {
        var inbox = await Inbox.OpenAsync();
        var other = await inbox.Programme.PublishAsync();
        var phone = await inbox.Programme.AppUserAsync(inbox.Form, other);

        (await phone.PostAsync(inbox.SubmissionPath, Samples.Multipart(inbox.Submission("uuid:1")))).ShouldBeReceived();
        (
            await phone.PostAsync(inbox.SubmissionPath, Samples.Multipart(Samples.Submission(other, "uuid:1", species: "elm")))
        ).ShouldBeReceived();
        Assert.Equal(["uuid:1"], await inbox.InstanceIdsAsync());
    }

    [Fact, Clause("OR-225")]
    public async Task An_edit_of_an_unknown_submission_is_404()
    {
        var inbox = await Inbox.OpenAsync();

        (await inbox.PostAsync(inbox.Submission("uuid:2", deprecatedId: "uuid:1"))).ShouldBeOpenRosaError(
            404,
            "find that submission to update"
        );
        Assert.Empty(await inbox.ListAsync());
    }

    [Fact, Clause("OR-226"), Clause("OR-227"), Clause("OR-228")]
    public async Task After_an_edit_only_the_same_edit_is_accepted_as_a_duplicate()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        var edit = inbox.Submission("uuid:2", deprecatedId: "uuid:1");
        await inbox.SendAsync(edit);

        (await inbox.PostAsync(edit)).ShouldBeReceived();
        (await inbox.PostAsync(edit + "\n")).ShouldBeOpenRosaError(409, "already exists with this ID, but with different XML");
        (await inbox.PostAsync(inbox.Submission("uuid:3", deprecatedId: "uuid:1"))).ShouldBeOpenRosaError(
            409,
            "but the copy you were editing (uuid:1) is now out of date"
        );

        await inbox.SendAsync(inbox.Submission("uuid:4", deprecatedId: "uuid:2"));
        (await inbox.PostAsync(edit)).ShouldBeOpenRosaError(409, "but the copy you were editing (uuid:1) is now out of date");
        (await inbox.PostAsync(inbox.Submission("uuid:2"))).ShouldBeOpenRosaError(409, "now out of date");
        Assert.Equal(["uuid:1"], await inbox.InstanceIdsAsync());
    }

    [Fact, Clause("OR-229")]
    public async Task An_edit_needs_an_unused_instance_id()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        await inbox.SendAsync(inbox.Submission("uuid:other"));

        (await inbox.PostAsync(inbox.Submission("uuid:1", deprecatedId: "uuid:1"))).ShouldBeOpenRosaError(
            409,
            "A resource already exists with instanceID value(s) of uuid:1."
        );
        (await inbox.PostAsync(inbox.Submission("uuid:other", deprecatedId: "uuid:1"))).ShouldBeOpenRosaError(
            409,
            "A resource already exists with instanceID value(s) of uuid:other."
        );

        await inbox.SendAsync(inbox.Submission("uuid:2", deprecatedId: "uuid:1"));
        (await inbox.PostAsync(inbox.Submission("uuid:1", deprecatedId: "uuid:2"))).ShouldBeOpenRosaError(
            409,
            "A resource already exists with instanceID value(s) of uuid:1."
        );
    }

    [Fact, Clause("OR-204"), Clause("OR-201")]
    public async Task The_version_is_refused_before_the_state_and_the_state_before_the_rights()
    {
        var inbox = await Inbox.OpenAsync();
        var stranger = await inbox.Programme.AppUserAsync();
        (await inbox.Programme.Admin.PatchJsonAsync(inbox.Programme.FormPath(inbox.Form), new { state = "closed" })).ShouldBe(
            HttpStatusCode.OK
        );

        Task<Answer> PostAsync(string? version) =>
            stranger.PostAsync(inbox.SubmissionPath, Samples.Multipart(inbox.Submission("uuid:1", version: version)));
        (await PostAsync("2")).ShouldBeOpenRosaError(404, "does not exist");
        (await PostAsync("1")).ShouldBeOpenRosaError(409, "not currently accepting submissions");
    }
}
