using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>The way to the page where a submission is edited.</summary>
public sealed class EditInBrowserTests
{
    [Fact]
    public async Task An_edit_in_the_browser_redirects_to_the_web_form_with_the_answers()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:a/b"));
        var edit = (await inbox.Programme.Admin.GetAsync($"{inbox.SubmissionsPath}/uuid%3Aa%252Fb/edit")).ShouldBe(HttpStatusCode.Found);
        var form = (await inbox.Programme.Admin.GetAsync(inbox.Programme.FormPath(inbox.Form))).Json;
        var page = new Uri(edit.Header("Location")!);
        Assert.Equal($"/f/{form.GetProperty("enketoId").GetString()}?edit=uuid%3Aa%2Fb", page.PathAndQuery);
        var opened = await inbox.Programme.Admin.SendAsync(HttpMethod.Get, page.ToString());
        Assert.Equal("text/html; charset=utf-8", opened.ShouldBe(HttpStatusCode.OK).Header("Content-Type"));
    }

    [Fact]
    public async Task Edits_in_the_browser_are_refused_without_rights_submission_or_web_form()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        var (admin, edit) = (inbox.Programme.Admin, $"{inbox.SubmissionsPath}/uuid%3A1/edit");
        var (viewer, _, _) = await inbox.Programme.WebUserAsync("viewer");
        (await viewer.GetAsync(edit)).ShouldBeProblem(403.1m);
        (await admin.GetAsync($"{inbox.SubmissionsPath}/uuid%3Anone/edit")).ShouldBeProblem(404.1m);
        (await admin.GetAsync($"{inbox.Programme.FormPath("none")}/submissions/uuid%3A1/edit")).ShouldBeProblem(404.1m);

        var draft = await inbox.Programme.CreateDraftAsync();
        (await admin.GetAsync($"{inbox.Programme.FormPath(draft)}/submissions/uuid%3A1/edit")).ShouldBeProblem(409.11m);
        (await admin.PatchJsonAsync(inbox.Programme.FormPath(inbox.Form), new { webformsEnabled = false })).ShouldBe(HttpStatusCode.OK);
        (await admin.GetAsync(edit)).ShouldBeProblem(501.8m);
        await inbox.Programme.SetStateAsync(inbox.Form, "closing");
        (await admin.GetAsync(edit)).ShouldBeProblem(409.12m);
    }
}
