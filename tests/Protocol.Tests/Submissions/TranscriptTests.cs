using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

/// <summary>The seventeen exchanges of the specification's 7.9, in order, over one form.</summary>
public sealed class TranscriptTests
{
    private static readonly (string Name, byte[] Content, string Type) Photo = ("1715.jpg", Samples.Bytes(3000), "image/jpeg");

    [Fact]
    [
        Clause("OR-181"),
        Clause("OR-182"),
        Clause("OR-190"),
        Clause("OR-201"),
        Clause("OR-203"),
        Clause("OR-204"),
        Clause("OR-205"),
        Clause("OR-206"),
        Clause("OR-207")
    ]
    [
        Clause("OR-210"),
        Clause("OR-213"),
        Clause("OR-218"),
        Clause("OR-219"),
        Clause("OR-220"),
        Clause("OR-223"),
        Clause("OR-226"),
        Clause("OR-227")
    ]
    public async Task A_form_can_be_created_published_closed_and_deleted()
    {
        var inbox = await Inbox.OpenAsync();
        var (id, edit, third, fourth) = (
            Samples.NewInstanceId(),
            Samples.NewInstanceId(),
            Samples.NewInstanceId(),
            Samples.NewInstanceId()
        );
        var z = inbox.Submission(id, photo: "1715.jpg");
        var z4 = inbox.Submission(fourth, "fir", photo: "1715.jpg", deprecatedId: edit);
        (string Name, byte[] Content, string Type) other = (Photo.Name, Samples.Bytes(2000, seed: 2), Photo.Type);

        await PreflightAsync(inbox);

        await SendFilesAsync(inbox, id, z, other);

        (await inbox.PostAsync(z + " ")).ShouldBeOpenRosaError(409, "already exists with this ID, but with different XML");

        await EditAsync(inbox, id, edit, third, fourth, other.Content);

        (await inbox.PostAsync(inbox.Submission(Samples.NewInstanceId(), version: "2024-06"))).ShouldBeOpenRosaError(
            404,
            "The form version specified in this submission '2024-06' does not exist"
        );

        await CloseAsync(inbox, z4, third, fourth);

        await SetStateAsync(inbox, "open");
        await SendWithoutFormOrRightsAsync(inbox);
        Assert.Equal([third, id], await inbox.InstanceIdsAsync());
    }

    private static async Task PreflightAsync(Inbox inbox)
    {
        (await inbox.Phone.With("X-OpenRosa-Version", null).GetAsync(inbox.SubmissionPath)).ShouldBeOpenRosaError(
            400,
            "(X-OpenRosa-Version)"
        );
        var preflight = (await inbox.Phone.HeadAsync(inbox.SubmissionPath)).ShouldBe(HttpStatusCode.NoContent).ShouldBeOpenRosa();
        Assert.Empty(preflight.Bytes);
    }

    // A duplicate adds its file, replaces it with other content, and ignores a file that the XML does not name.
    private static async Task SendFilesAsync(Inbox inbox, string id, string z, (string Name, byte[] Content, string Type) other)
    {
        (await inbox.PostAsync(z)).ShouldBeReceived();
        Assert.Equal("""[{"name":"1715.jpg","exists":false}]""", await inbox.SlotsAsync(id));

        (await inbox.PostAsync(z, Photo)).ShouldBeReceived();
        Assert.Equal("""[{"name":"1715.jpg","exists":true}]""", await inbox.SlotsAsync(id));
        Assert.Equal([id], await inbox.InstanceIdsAsync());

        (await inbox.PostAsync(z, other)).ShouldBeReceived();
        Assert.Equal(other.Content, await inbox.BytesAsync(id, Photo.Name));

        (await inbox.PostAsync(z, ("other.jpg", Samples.Bytes(10), "image/jpeg"))).ShouldBeReceived();
        Assert.Equal("""[{"name":"1715.jpg","exists":true}]""", await inbox.SlotsAsync(id));
    }

    // An edit carries files over; what it replaced is out of date, whether it is sent again or edited.
    private static async Task EditAsync(Inbox inbox, string id, string edit, string third, string fourth, byte[] content)
    {
        var z = inbox.Submission(id, photo: "1715.jpg");
        var z2 = inbox.Submission(edit, "elm", photo: "1715.jpg", deprecatedId: id);
        var z4 = inbox.Submission(fourth, "fir", photo: "1715.jpg", deprecatedId: edit);
        (await inbox.PostAsync(z2)).ShouldBeReceived();
        Assert.Equal(content, await inbox.BytesAsync(id, Photo.Name));

        (await inbox.PostAsync(z)).ShouldBeOpenRosaError(409, "now out of date");

        (await inbox.PostAsync(z2, Photo)).ShouldBeReceived();
        Assert.Equal(Photo.Content, await inbox.BytesAsync(id, Photo.Name));

        (await inbox.PostAsync(inbox.Submission(third, deprecatedId: id))).ShouldBeOpenRosaError(
            409,
            $"but the copy you were editing ({id}) is now out of date"
        );

        (await inbox.PostAsync(z4)).ShouldBeReceived();
        Assert.Equal(fourth, (await inbox.GetAsync(id)).GetProperty("currentVersion").GetProperty("instanceId").GetString());
        Assert.Equal(z4, await inbox.XmlAsync(id));
    }

    // A closing form accepts submissions and is no longer listed; a closed form accepts none, not even duplicates and edits.
    private static async Task CloseAsync(Inbox inbox, string duplicate, string added, string edited)
    {
        await SetStateAsync(inbox, "closing");
        await inbox.SendAsync(inbox.Submission(added));
        Assert.DoesNotContain(
            inbox.Form,
            (await inbox.Phone.GetAsync($"{inbox.Programme.Path}/formList")).ShouldBe(HttpStatusCode.OK).Text,
            StringComparison.Ordinal
        );

        await SetStateAsync(inbox, "closed");
        (await inbox.PostAsync(duplicate, Photo)).ShouldBeOpenRosaError(409, "not currently accepting submissions");
        (await inbox.PostAsync(inbox.Submission(Samples.NewInstanceId()))).ShouldBeOpenRosaError(
            409,
            "not currently accepting submissions"
        );
        (await inbox.PostAsync(inbox.Submission(Samples.NewInstanceId(), deprecatedId: edited))).ShouldBeOpenRosaError(
            409,
            "not currently accepting submissions"
        );
    }

    private static async Task SendWithoutFormOrRightsAsync(Inbox inbox)
    {
        (await inbox.PostAsync(new MultipartFormDataContent { { new StringContent("x"), "a.jpg", "a.jpg" } })).ShouldBeOpenRosaError(
            400,
            "Required multipart POST field xml_submission_file missing"
        );

        var stranger = await inbox.Programme.AppUserAsync();
        (
            await stranger.PostAsync(inbox.SubmissionPath, Samples.Multipart(inbox.Submission(Samples.NewInstanceId())))
        ).ShouldBeOpenRosaError(401, "");
    }

    private static async Task SetStateAsync(Inbox inbox, string state) =>
        (await inbox.Programme.Admin.PatchJsonAsync(inbox.Programme.FormPath(inbox.Form), new { state })).ShouldBe(HttpStatusCode.OK);
}
