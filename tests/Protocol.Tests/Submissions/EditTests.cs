using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>Edits of submissions (OR-214 to OR-231).</summary>
public sealed class EditTests
{
    [Fact, Clause("OR-220"), Clause("OR-221"), Clause("OR-222")]
    public async Task An_edit_keeps_the_identity_and_replaces_the_content()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        var before = await inbox.GetAsync("uuid:1");
        Assert.Equal("null", before.GetProperty("reviewState").GetRawText());
        Assert.Equal("null", before.GetProperty("updatedAt").GetRawText());

        var edit = inbox.Submission("uuid:2", "elm", deprecatedId: "uuid:1");
        (await inbox.PostAsync(edit)).ShouldBeReceived();

        var after = await inbox.GetAsync("uuid:1");
        Assert.Equal("uuid:1", after.GetProperty("instanceId").GetString());
        Assert.Equal("uuid:2", after.GetProperty("currentVersion").GetProperty("instanceId").GetString());
        Assert.Equal("edited", after.GetProperty("reviewState").GetString());
        Assert.Equal(after.GetProperty("currentVersion").GetProperty("createdAt").GetString(), after.GetProperty("updatedAt").GetString());
        Assert.Equal(before.GetProperty("createdAt").GetString(), after.GetProperty("createdAt").GetString());
        Assert.Equal(edit, await inbox.XmlAsync("uuid:1"));
        Assert.Equal(["uuid:1"], await inbox.InstanceIdsAsync());
    }

    [Fact, Clause("OR-223"), Clause("OR-224")]
    public async Task An_edit_keeps_the_files_that_it_still_names()
    {
        var inbox = await Inbox.OpenAsync();
        var (kept, dropped, replaced, fresh) = (Samples.Bytes(100, 1), Samples.Bytes(100, 2), Samples.Bytes(100, 3), Samples.Bytes(100, 4));
        await inbox.SendAsync(
            inbox.Submission("uuid:1", photo: "replaced.jpg", leaves: ["kept.jpg", "dropped.jpg", "never.jpg"]),
            ("kept.jpg", kept, "image/jpeg"),
            ("dropped.jpg", dropped, "image/jpeg"),
            ("replaced.jpg", dropped, "image/jpeg")
        );

        var edit = inbox.Submission(
            "uuid:2",
            photo: "kept.jpg",
            leaves: ["replaced.jpg", "fresh.jpg", "never.jpg"],
            deprecatedId: "uuid:1"
        );
        (await inbox.PostAsync(edit, ("replaced.jpg", replaced, "image/jpeg"))).ShouldBeReceived();
        (await inbox.PostAsync(edit, ("fresh.jpg", fresh, "image/jpeg"), ("dropped.jpg", dropped, "image/jpeg"))).ShouldBeReceived();

        Assert.Equal(
            """[{"name":"fresh.jpg","exists":true},{"name":"kept.jpg","exists":true},"""
                + """{"name":"never.jpg","exists":false},{"name":"replaced.jpg","exists":true}]""",
            await inbox.SlotsAsync("uuid:1")
        );
        Assert.Equal(kept, await inbox.BytesAsync("uuid:1", "kept.jpg"));
        Assert.Equal(replaced, await inbox.BytesAsync("uuid:1", "replaced.jpg"));
        Assert.Equal(fresh, await inbox.BytesAsync("uuid:1", "fresh.jpg"));
        (await inbox.FileAsync("uuid:1", "dropped.jpg")).ShouldBeProblem(404.1m);
    }

    [Fact, Clause("OR-221"), Clause("OR-223")]
    public async Task A_file_survives_a_chain_of_edits()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:0", photo: "a.jpg"), ("a.jpg", Samples.Bytes(100), "image/jpeg"));
        for (var i = 1; i <= 5; i++)
        {
            await inbox.SendAsync(inbox.Submission($"uuid:{i}", $"species {i}", photo: "a.jpg", deprecatedId: $"uuid:{i - 1}"));
        }

        Assert.Equal(Samples.Bytes(100), await inbox.BytesAsync("uuid:0", "a.jpg"));
        Assert.Equal(["uuid:0"], await inbox.InstanceIdsAsync());
        Assert.Equal("uuid:5", (await inbox.GetAsync("uuid:0")).GetProperty("currentVersion").GetProperty("instanceId").GetString());
    }

    [Fact, Clause("OR-231"), Clause("OR-233")]
    public async Task Another_app_user_of_the_form_may_edit()
    {
        var inbox = await Inbox.OpenAsync();
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        var other = await inbox.Programme.AppUserAsync(inbox.Form);

        (
            await other.PostAsync(inbox.SubmissionPath, Samples.Multipart(inbox.Submission("uuid:2", deprecatedId: "uuid:1")))
        ).ShouldBeReceived();

        var submission = await inbox.GetAsync("uuid:1");
        var first = submission.GetProperty("submitterId").GetInt32();
        var second = submission.GetProperty("currentVersion").GetProperty("submitterId").GetInt32();
        Assert.NotEqual(first, second);
    }
}
