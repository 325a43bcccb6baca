using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>A form with submissions in every state, and the addresses that show them.</summary>
internal static class FilledInbox
{
    public const string Photo = "ö (groß) 1.jpg";

    private static readonly string[] Ids =
    [
        "uuid:plain",
        "uuid:edited",
        "uuid:late",
        "uuid:script",
        "uuid:reviewed",
        "uuid:back",
        "uuid:slots",
        "uuid:tried",
    ];

    private static readonly string[] Parts = ["", ".xml", "/attachments", "/comments", "/versions"];

    private static readonly (string, byte[], string) PhotoFile = (Photo, Samples.Bytes(700), "image/jpeg");

    public static async Task<(Inbox Inbox, string[] Asked)> OpenAsync(OwnStorage storage, int shards = 1)
    {
        var inbox = await Inbox.OpenAsync(storage.Server);
        if (shards > 1)
        {
            await Shards.SetAsync(inbox, [(shards, DateTimeOffset.MinValue)], storage.ConnectionString);
        }
        await SendFilesAsync(inbox);
        await EditAsync(inbox);
        await SendAsDifferentActorsAsync(inbox);
        await ReviewAsync(inbox);
        await DeleteAsync(inbox);
        await FillSlotsAsync(inbox);
        await TryDraftAsync(inbox);
        return (inbox, Addresses(inbox));
    }

    private static string DraftPath(Inbox inbox) => $"{inbox.Programme.FormPath(inbox.Form)}/draft";

    // Files in several requests, one of which replaces a file.
    private static async Task SendFilesAsync(Inbox inbox)
    {
        await inbox.SendAsync(inbox.Submission("uuid:plain", photo: Photo, leaves: ["a.jpg", "never.jpg"]), PhotoFile);
        await inbox.SendAsync(
            inbox.Submission("uuid:plain", photo: Photo, leaves: ["a.jpg", "never.jpg"]),
            ("a.jpg", Samples.Bytes(5 << 20, 2), "image/png")
        );
        await inbox.SendAsync(
            inbox.Submission("uuid:plain", photo: Photo, leaves: ["a.jpg", "never.jpg"]),
            (Photo, Samples.Bytes(400, 3), "image/jpeg")
        );
    }

    // Edits; other XML, an edit of an unknown submission and one of a superseded instance are refused.
    private static async Task EditAsync(Inbox inbox)
    {
        (await inbox.PostAsync(inbox.Submission("uuid:plain", species: "elm"), PhotoFile)).ShouldBe(HttpStatusCode.Conflict);
        (await inbox.PostAsync(inbox.Submission("uuid:of nothing", deprecatedId: "uuid:nothing"))).ShouldBe(HttpStatusCode.NotFound);
        await inbox.SendAsync(inbox.Submission("uuid:edited", photo: Photo), PhotoFile);
        await inbox.SendAsync(inbox.Submission("uuid:first", species: "élm", photo: Photo, deprecatedId: "uuid:edited"));
        await inbox.SendAsync(inbox.Submission("uuid:second", species: "fir", photo: Photo, leaves: ["b.jpg"], deprecatedId: "uuid:first"));
        await inbox.SendAsync(
            inbox.Submission("uuid:second", species: "fir", photo: Photo, leaves: ["b.jpg"], deprecatedId: "uuid:first"),
            ("b.jpg", Samples.Bytes(90), "image/jpeg")
        );
        (await inbox.PostAsync(inbox.Submission("uuid:rival", deprecatedId: "uuid:first"))).ShouldBe(HttpStatusCode.Conflict);
        // Refused at first, and accepted after the submission that it edits.
        (await inbox.PostAsync(inbox.Submission("uuid:early", deprecatedId: "uuid:late"))).ShouldBe(HttpStatusCode.NotFound);
        await inbox.SendAsync(inbox.Submission("uuid:late"));
        await inbox.SendAsync(inbox.Submission("uuid:early", deprecatedId: "uuid:late"));
    }

    // Without an instance id, and with a long one; by a phone and by a script.
    private static async Task SendAsDifferentActorsAsync(Inbox inbox)
    {
        var (admin, path) = (inbox.Programme.Admin, inbox.SubmissionsPath);
        (
            await inbox
                .Phone.With("User-Agent", "Collect/2024 (<&>)")
                .PostAsync($"{inbox.SubmissionPath}?deviceID=pixel%20%C3%B6", Samples.Multipart(inbox.Submission(null)))
        ).ShouldBe(HttpStatusCode.Created);
        await inbox.SendAsync(inbox.Submission(new string('ü', 249)));
        (await admin.PostXmlAsync(path, inbox.Submission("uuid:script", species: "<&\u2028>", deprecatedId: "uuid:whatever"))).ShouldBe(
            HttpStatusCode.OK
        );
    }

    // Reviewed, commented, and edited by a web user.
    private static async Task ReviewAsync(Inbox inbox)
    {
        var (admin, path) = (inbox.Programme.Admin, inbox.SubmissionsPath);
        await inbox.SendAsync(inbox.Submission("uuid:reviewed"));
        (await admin.PatchJsonAsync($"{path}/uuid:reviewed", new { reviewState = "hasIssues" })).ShouldBe(HttpStatusCode.OK);
        (await admin.PostJsonAsync($"{path}/uuid:reviewed/comments", new { body = "größer" })).ShouldBe(HttpStatusCode.OK);
        (await admin.PostJsonAsync($"{path}/uuid:reviewed/comments", new { body = "kleiner" })).ShouldBe(HttpStatusCode.OK);
        (
            await admin.SendAsync(
                HttpMethod.Put,
                $"{path}/uuid:reviewed",
                new StringContent(
                    inbox.Submission("uuid:by hand", deprecatedId: "uuid:reviewed"),
                    System.Text.Encoding.UTF8,
                    "application/xml"
                )
            )
        ).ShouldBe(HttpStatusCode.OK);
        (await admin.PatchJsonAsync($"{path}/uuid:edited", new { reviewState = "approved" })).ShouldBe(HttpStatusCode.OK);
    }

    // Deleted, and restored.
    private static async Task DeleteAsync(Inbox inbox)
    {
        var (admin, path) = (inbox.Programme.Admin, inbox.SubmissionsPath);
        await inbox.SendAsync(inbox.Submission("uuid:gone", photo: Photo), PhotoFile);
        (await admin.DeleteAsync($"{path}/uuid:gone")).ShouldBe(HttpStatusCode.OK);
        await inbox.SendAsync(inbox.Submission("uuid:back"));
        (await admin.DeleteAsync($"{path}/uuid:back")).ShouldBe(HttpStatusCode.OK);
        (await admin.PostAsync($"{path}/uuid:back/restore")).ShouldBe(HttpStatusCode.OK);
    }

    // Attachments deleted and replaced by a web user and by the phone.
    private static async Task FillSlotsAsync(Inbox inbox)
    {
        var (admin, path) = (inbox.Programme.Admin, inbox.SubmissionsPath);
        await inbox.SendAsync(
            inbox.Submission("uuid:slots", photo: Photo, leaves: ["c.jpg", "d.jpg"]),
            PhotoFile,
            ("c.jpg", Samples.Bytes(10), "image/jpeg"),
            ("d.jpg", Samples.Bytes(10, 4), "image/jpeg")
        );
        await inbox.SendAsync(
            inbox.Submission("uuid:slots", photo: Photo, leaves: ["c.jpg", "d.jpg"]),
            ("c.jpg", Samples.Bytes(11), "image/jpeg")
        );
        (await admin.DeleteAsync($"{path}/uuid:slots/attachments/c.jpg")).ShouldBe(HttpStatusCode.OK);
        using (var content = Samples.Part(Samples.Bytes(12), "image/gif"))
        {
            (await admin.PostAsync($"{path}/uuid:slots/attachments/d.jpg", content)).ShouldBe(HttpStatusCode.OK);
        }
        await inbox.SendAsync(
            inbox.Submission("uuid:slots", photo: Photo, leaves: ["c.jpg", "d.jpg"]),
            (Photo, Samples.Bytes(13), "image/jpeg")
        );
    }

    // A draft receives some of the same bytes, and some of its own.
    private static async Task TryDraftAsync(Inbox inbox)
    {
        var admin = inbox.Programme.Admin;
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form, Samples.Form(inbox.Form, "1"))).ShouldBe(HttpStatusCode.OK);
        var drafts = DraftPath(inbox);
        foreach (var id in new[] { "uuid:late", "uuid:tried" })
        {
            (
                await admin.OpenRosa.PostAsync(
                    $"{drafts}/submission",
                    Samples.Multipart(inbox.Submission(id, photo: id == "uuid:tried" ? Photo : null), PhotoFile)
                )
            ).ShouldBe(HttpStatusCode.Created);
        }
        await inbox.SendAsync(inbox.Submission("uuid:tried", photo: Photo));
        (await admin.PostJsonAsync($"{drafts}/submissions/uuid:tried/comments", new { body = "works" })).ShouldBe(HttpStatusCode.OK);
    }

    private static string[] Addresses(Inbox inbox) =>
        [
            $"{inbox.Programme.Path}/formList",
            inbox.SubmissionsPath,
            $"{inbox.SubmissionsPath}?deleted=true",
            $"{inbox.SubmissionsPath}.csv",
            $"{inbox.Programme.FormPath(inbox.Form)}.svc/Submissions?$count=true",
            $"{DraftPath(inbox)}/submissions",
            $"{DraftPath(inbox)}/submissions/uuid:tried/attachments",
            $"{DraftPath(inbox)}/submissions/uuid:tried/comments",
            .. Ids.SelectMany(id => Parts.Select(part => $"{inbox.SubmissionsPath}/{id}{part}")),
            $"{inbox.SubmissionsPath}/uuid:plain/attachments/{Uri.EscapeDataString(Photo)}",
            $"{inbox.SubmissionsPath}/uuid:plain/attachments/a.jpg",
            $"{inbox.SubmissionsPath}/uuid:edited/attachments/b.jpg",
            $"{inbox.SubmissionsPath}/uuid:edited/versions/uuid:first.xml",
            $"{inbox.SubmissionsPath}/uuid:edited/versions/uuid:edited/attachments",
            $"{inbox.SubmissionsPath}/uuid:slots/attachments/d.jpg",
        ];
}
