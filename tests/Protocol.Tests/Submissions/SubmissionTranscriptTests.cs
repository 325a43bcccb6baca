using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Submissions;

public sealed class SubmissionTranscriptTests
{
    [Fact, Clause("OR-181"), Clause("OR-280")]
    public async Task A_phone_lists_downloads_and_submits()
    {
        var programme = await Programme.StartAsync(await Server.SharedAsync());
        var form = await programme.PublishAsync();
        var phone = await programme.AppUserAsync(form);

        var list = (await phone.GetAsync($"{programme.Path}/formList?deviceID=collect%3Aabc"))
            .ShouldBe(HttpStatusCode.OK)
            .ShouldBeOpenRosa();
        Assert.Contains($"<formID>{form}</formID>", list.Text, StringComparison.Ordinal);
        (await phone.GetAsync($"{programme.FormPath(form)}.xml")).ShouldBe(HttpStatusCode.OK);
        (await phone.HeadAsync($"{programme.Path}/submission?deviceID=collect%3Aabc")).ShouldBe(HttpStatusCode.NoContent);

        var id = Samples.NewInstanceId();
        var sent = await phone.PostAsync(
            $"{programme.Path}/submission?deviceID=collect%3Aabc",
            Samples.Multipart(Samples.Submission(form, id, photo: "a.jpg"), ("a.jpg", Samples.Bytes(1000), "image/jpeg"))
        );
        Assert.Equal(
            ("", "full submission upload was successful!", 0),
            sent.ShouldBe(HttpStatusCode.Created).ShouldBeOpenRosa().Envelope()
        );

        var photo = await programme.Admin.GetAsync($"{programme.FormPath(form)}/submissions/{Uri.EscapeDataString(id)}/attachments/a.jpg");
        Assert.Equal(Samples.Bytes(1000), photo.ShouldBe(HttpStatusCode.OK).Bytes);
    }
}
