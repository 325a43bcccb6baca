using System.Net;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

public sealed class RebuildSubmissionsTests
{
    private const string Photo = "ö (groß) 1.jpg";
    private static readonly string[] Asked =
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

    [Fact]
    public async Task Submissions_answer_as_before_when_their_tables_were_lost_and_rebuilt()
    {
        await using var storage = await OwnStorage.StartAsync();
        var (inbox, asked) = await FillAsync(storage);
        var admin = inbox.Programme.Admin;
        var before = await admin.OpenRosa.AskAsync(asked);
        var rows = await storage.RowsAsync("submissions");
        storage.Server.App!.Kill();

        (await storage.RunAsync("rebuild")).ShouldFail("--replace");
        await storage.LoseAsync([.. LostTables.OfForms, .. LostTables.OfSubmissions]);
        (await storage.RunAsync("rebuild")).ShouldSucceed();

        Assert.Equal(rows, await storage.RowsAsync("submissions"));
        (await storage.RunAsync("rebuild")).ShouldFail("has forms");
        (await storage.RunAsync("rebuild", "--only", "submissions")).ShouldFail("has submissions");
        (await storage.RunAsync("rebuild", "--project", "99")).ShouldFail("no project 99");
        (
            await storage.RunAsync(
                "rebuild",
                "--replace",
                "--project",
                inbox.Programme.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)
            )
        ).ShouldSucceed();
        Assert.Equal(rows, await storage.RowsAsync("submissions"));

        (await storage.RunAsync("verify", "--content", "--settle", "1")).ShouldSucceed();

        var later = await Server.StartAsync(storage: storage.ConnectionString);
        Assert.Equal(before, await admin.OpenRosa.At(later).AskAsync(asked));

        // What was refused stays refused, what was deleted stays deleted, and edits go on from where they were.
        var there = inbox.At(later);
        (await there.PostAsync(inbox.Submission("uuid:plain", species: "fir"))).ShouldBe(HttpStatusCode.Conflict);
        (await there.PostAsync(inbox.Submission("uuid:gone"))).ShouldBe(HttpStatusCode.Conflict);
        (await there.PostAsync(inbox.Submission("uuid:again", deprecatedId: "uuid:edited"))).ShouldBe(HttpStatusCode.Conflict);
        (await there.PostAsync(inbox.Submission("uuid:third", deprecatedId: "uuid:second"))).ShouldBe(HttpStatusCode.Created);
        (
            await there.PostAsync(
                inbox.Submission("uuid:plain", photo: Photo, leaves: ["a.jpg", "never.jpg"]),
                (Photo, Samples.Bytes(300), "image/jpeg")
            )
        ).ShouldBe(HttpStatusCode.Created);
        later.App!.Kill();
    }

    [Fact]
    public async Task Submissions_of_a_project_that_moved_can_be_rebuilt_where_it_is_now()
    {
        var folder = Path.Combine(Path.GetTempPath(), Samples.Unique("export"));
        await using var from = await OwnStorage.StartAsync();
        var (inbox, asked) = await FillAsync(from);
        // People stay where they are, so only what doesn't name them is the same.
        asked =
        [
            .. asked.Where(path =>
                path.EndsWith(".xml", StringComparison.Ordinal) || path.Contains("/attachments", StringComparison.Ordinal)
            ),
        ];
        var before = await inbox.Programme.Admin.OpenRosa.AskAsync(asked);
        var rows = await from.RowsAsync("submissions");
        try
        {
            (
                await from.RunAsync(
                    "export",
                    "--project",
                    inbox.Programme.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    "--to",
                    folder
                )
            ).ShouldSucceed();
            await using var to = await OwnStorage.StartAsync();
            (await to.RunAsync("import", "--from", folder)).ShouldSucceed();
            await to.LoseAsync(LostTables.OfSubmissions);

            (await to.RunAsync("rebuild", "--only", "submissions")).ShouldSucceed();

            Assert.Equal(rows, await to.RowsAsync("submissions"));
            Assert.Equal(before, await (await Api.AdministratorAsync(to.Server)).OpenRosa.AskAsync(asked));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_rebuild_that_was_killed_can_be_run_again()
    {
        await using var storage = await OwnStorage.StartAsync();
        var inbox = await Inbox.OpenAsync(storage.Server);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 400),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (i, _) => await inbox.SendAsync(inbox.Submission($"uuid:{i}"))
        );
        for (var i = 0; i < 20; i++)
        {
            await inbox.SendAsync(inbox.Submission($"uuid:{i} edited", deprecatedId: $"uuid:{i}"));
        }
        var rows = await storage.RowsAsync("submissions");
        storage.Server.App!.Kill();
        await storage.LoseAsync(LostTables.OfSubmissions);

        using (var rebuild = Maintenance.Start("rebuild", "--storage", storage.ConnectionString, "--only", "submissions"))
        {
            await Eventually.TrueAsync(async () => (await storage.RowsAsync("submissions")).Count > 0, "the rebuild writes a row");
            rebuild.Kill();
            await rebuild.WaitForExitAsync();
        }
        (await storage.RunAsync("rebuild", "--only", "submissions")).ShouldFail("--replace");
        (await storage.RunAsync("rebuild", "--only", "submissions", "--replace")).ShouldSucceed();

        Assert.Equal(rows, await storage.RowsAsync("submissions"));
    }

    /// <summary>An edit whose request died between its claim and its recovery record: the notes on its XML tell of it.</summary>
    [Fact]
    public async Task Edits_are_recovered_without_their_recovery_record()
    {
        await using var storage = await OwnStorage.StartAsync();
        var inbox = await Inbox.OpenAsync(storage.Server);
        await inbox.SendAsync(inbox.Submission("uuid:1", photo: Photo), (Photo, Samples.Bytes(100), "image/jpeg"));
        await inbox.SendAsync(inbox.Submission("uuid:2", species: "elm", photo: Photo, deprecatedId: "uuid:1"));
        await inbox.SendAsync(
            inbox.Submission("uuid:3", species: "fir", photo: Photo, leaves: ["a.jpg"], deprecatedId: "uuid:2"),
            ("a.jpg", Samples.Bytes(50), "image/jpeg")
        );
        (await inbox.PostAsync(inbox.Submission("uuid:4", deprecatedId: "uuid:2"))).ShouldBe(HttpStatusCode.Conflict);
        var rows = await storage.RowsAsync("submissions");
        storage.Server.App!.Kill();
        await DeleteBlobsAsync(storage, name => name.EndsWith(".json", StringComparison.Ordinal));
        await storage.LoseAsync(LostTables.OfSubmissions);

        (await storage.RunAsync("rebuild", "--only", "submissions")).ShouldSucceed();

        Assert.Equal(rows, await storage.RowsAsync("submissions"));
    }

    /// <summary>The process dies at each storage operation of a submission and of an edit, and the phone sends again.</summary>
    [Fact]
    public async Task Whenever_a_process_dies_what_is_rebuilt_is_what_was_there()
    {
        await using var storage = await OwnStorage.StartAsync();
        await using var faulty = await FaultyStorage.StartAsync(storage.ConnectionString);
        var inbox = await Inbox.OpenAsync(storage.Server);
        var sent = new List<(string Xml, (string, byte[], string) File)>();
        foreach (var (edits, operations) in new[] { (false, 6), (true, 14) })
        {
            for (var n = 1; n <= operations; n++)
            {
                var (id, before) = ($"uuid:{edits} {n}", edits ? $"uuid:before {n}" : null);
                if (before is not null)
                {
                    await inbox.SendAsync(inbox.Submission(before));
                }
                var xml = inbox.Submission(id, photo: Photo, deprecatedId: before);
                (string, byte[], string) file = (Photo, Samples.Bytes(50, n), "image/jpeg");
                sent.Add((xml, file));
                var dying = await Server.StartAsync(storage: faulty.ConnectionString);
                faulty.Fail(Fault.Blocked, _ => true, from: n);
                var answering = inbox.At(dying).PostAsync(xml, file);
                await Eventually.TrueAsync(() => Task.FromResult(faulty.Seen >= n || answering.IsCompleted), "the operation is asked for");
                dying.App!.Kill();
                await Task.WhenAny(answering);
                faulty.StopFailing();
            }
        }
        foreach (var (xml, file) in sent)
        {
            await inbox.SendAsync(xml, file);
        }
        var rows = await storage.RowsAsync("submissions");
        storage.Server.App!.Kill();

        (await storage.RunAsync("rebuild", "--only", "submissions", "--replace")).ShouldSucceed();

        Assert.Equal(rows, await storage.RowsAsync("submissions"));
    }

    /// <summary>What was received by a version that wrote no notes.</summary>
    [Fact]
    public async Task Without_notes_the_XML_itself_is_what_is_left_and_rows_that_there_are_stay()
    {
        await using var storage = await OwnStorage.StartAsync();
        var inbox = await Inbox.OpenAsync(storage.Server);
        await inbox.SendAsync(inbox.Submission("uuid:1"));
        await inbox.SendAsync(inbox.Submission("uuid:2", species: "elm", deprecatedId: "uuid:1"));
        await inbox.SendAsync(inbox.Submission(null));
        var container = new BlobContainerClient(storage.ConnectionString, "submissions");
        foreach (var name in await StoredBlobs.OfProjectAsync(inbox.Programme.Id, storage.ConnectionString))
        {
            await container.GetBlobClient(name).SetMetadataAsync(new Dictionary<string, string>());
        }
        await DeleteBlobsAsync(storage, name => name.EndsWith(".json", StringComparison.Ordinal));
        // The same bytes come to the draft, and that is noted; one has lost its blobs, too.
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form, Samples.Form(inbox.Form, "1"))).ShouldBe(HttpStatusCode.OK);
        (
            await inbox.Programme.Admin.OpenRosa.PostAsync(
                $"{inbox.Programme.FormPath(inbox.Form)}/draft/submission",
                Samples.Multipart(inbox.Submission("uuid:1"))
            )
        ).ShouldBe(HttpStatusCode.Created);
        await inbox.SendAsync(inbox.Submission("uuid:lost"));
        var lost = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("uuid:lost"u8));
        await DeleteBlobsAsync(storage, name => name.Contains(lost, StringComparison.Ordinal));
        var rows = await storage.RowsAsync("submissions");

        (await storage.RunAsync("rebuild", "--replace")).ShouldSucceed();
        Assert.Equal(rows, await storage.RowsAsync("submissions"));

        await storage.LoseAsync(LostTables.OfSubmissions);
        var said = (await storage.RunAsync("rebuild", "--only", "submissions")).ShouldSucceed();
        Assert.Contains("2 submissions with 1 edits", said.Output, StringComparison.Ordinal);
        Assert.Equal(["uuid:1"], await inbox.InstanceIdsAsync());
        Assert.Contains("elm", await inbox.XmlAsync("uuid:1"), StringComparison.Ordinal);
    }

    private static async Task DeleteBlobsAsync(OwnStorage storage, Func<string, bool> doomed)
    {
        var container = new BlobContainerClient(storage.ConnectionString, "submissions");
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, CancellationToken.None))
        {
            if (doomed(blob.Name))
            {
                await container.DeleteBlobAsync(blob.Name);
            }
        }
    }

    // A bit of everything that can happen to a submission, and all that can be asked about it.
    private static async Task<(Inbox Inbox, string[] Asked)> FillAsync(OwnStorage storage)
    {
        var inbox = await Inbox.OpenAsync(storage.Server);
        var (admin, path) = (inbox.Programme.Admin, inbox.SubmissionsPath);
        (string, byte[], string) photo = (Photo, Samples.Bytes(700), "image/jpeg");

        // Files in two requests; one that was replaced by other content.
        await inbox.SendAsync(inbox.Submission("uuid:plain", photo: Photo, leaves: ["a.jpg", "never.jpg"]), photo);
        await inbox.SendAsync(
            inbox.Submission("uuid:plain", photo: Photo, leaves: ["a.jpg", "never.jpg"]),
            ("a.jpg", Samples.Bytes(5 << 20, 2), "image/png")
        );
        await inbox.SendAsync(
            inbox.Submission("uuid:plain", photo: Photo, leaves: ["a.jpg", "never.jpg"]),
            (Photo, Samples.Bytes(400, 3), "image/jpeg")
        );
        // Refused: other XML, an edit of nothing, an edit of what is edited already.
        (await inbox.PostAsync(inbox.Submission("uuid:plain", species: "elm"), photo)).ShouldBe(HttpStatusCode.Conflict);
        (await inbox.PostAsync(inbox.Submission("uuid:of nothing", deprecatedId: "uuid:nothing"))).ShouldBe(HttpStatusCode.NotFound);
        await inbox.SendAsync(inbox.Submission("uuid:edited", photo: Photo), photo);
        await inbox.SendAsync(inbox.Submission("uuid:first", species: "élm", photo: Photo, deprecatedId: "uuid:edited"));
        await inbox.SendAsync(inbox.Submission("uuid:second", species: "fir", photo: Photo, leaves: ["b.jpg"], deprecatedId: "uuid:first"));
        await inbox.SendAsync(
            inbox.Submission("uuid:second", species: "fir", photo: Photo, leaves: ["b.jpg"], deprecatedId: "uuid:first"),
            ("b.jpg", Samples.Bytes(90), "image/jpeg")
        );
        (await inbox.PostAsync(inbox.Submission("uuid:rival", deprecatedId: "uuid:first"))).ShouldBe(HttpStatusCode.Conflict);
        // Refused at first, and taken when what it edits had come.
        (await inbox.PostAsync(inbox.Submission("uuid:early", deprecatedId: "uuid:late"))).ShouldBe(HttpStatusCode.NotFound);
        await inbox.SendAsync(inbox.Submission("uuid:late"));
        await inbox.SendAsync(inbox.Submission("uuid:early", deprecatedId: "uuid:late"));
        // Without an instance id, and with a long one; by a person, by a script.
        (
            await inbox
                .Phone.With("User-Agent", "Collect/2024 (<&>)")
                .PostAsync($"{inbox.SubmissionPath}?deviceID=pixel%20%C3%B6", Samples.Multipart(inbox.Submission(null)))
        ).ShouldBe(HttpStatusCode.Created);
        await inbox.SendAsync(inbox.Submission(new string('ü', 249)));
        (await admin.PostXmlAsync(path, inbox.Submission("uuid:script", species: "<&\u2028>", deprecatedId: "uuid:whatever"))).ShouldBe(
            HttpStatusCode.OK
        );
        // Reviewed, commented, edited by a person, deleted, brought back, slots emptied and filled by hand.
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
        await inbox.SendAsync(inbox.Submission("uuid:gone", photo: Photo), photo);
        (await admin.DeleteAsync($"{path}/uuid:gone")).ShouldBe(HttpStatusCode.OK);
        await inbox.SendAsync(inbox.Submission("uuid:back"));
        (await admin.DeleteAsync($"{path}/uuid:back")).ShouldBe(HttpStatusCode.OK);
        (await admin.PostAsync($"{path}/uuid:back/restore")).ShouldBe(HttpStatusCode.OK);
        await inbox.SendAsync(
            inbox.Submission("uuid:slots", photo: Photo, leaves: ["c.jpg", "d.jpg"]),
            photo,
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
        // A draft gets some of the same bytes, and some of its own.
        (await inbox.Programme.ReplaceDraftAsync(inbox.Form, Samples.Form(inbox.Form, "1"))).ShouldBe(HttpStatusCode.OK);
        var drafts = $"{inbox.Programme.FormPath(inbox.Form)}/draft";
        foreach (var id in new[] { "uuid:late", "uuid:tried" })
        {
            (
                await admin.OpenRosa.PostAsync(
                    $"{drafts}/submission",
                    Samples.Multipart(inbox.Submission(id, photo: id == "uuid:tried" ? Photo : null), photo)
                )
            ).ShouldBe(HttpStatusCode.Created);
        }
        await inbox.SendAsync(inbox.Submission("uuid:tried", photo: Photo));
        (await admin.PostJsonAsync($"{drafts}/submissions/uuid:tried/comments", new { body = "works" })).ShouldBe(HttpStatusCode.OK);

        string[] asked =
        [
            $"{inbox.Programme.Path}/formList",
            path,
            $"{path}?deleted=true",
            $"{path}.csv",
            $"{inbox.Programme.FormPath(inbox.Form)}.svc/Submissions?$count=true",
            $"{drafts}/submissions",
            $"{drafts}/submissions/uuid:tried/attachments",
            $"{drafts}/submissions/uuid:tried/comments",
            .. Asked.SelectMany(id =>
                new[] { $"{path}/{id}", $"{path}/{id}.xml", $"{path}/{id}/attachments", $"{path}/{id}/comments", $"{path}/{id}/versions" }
            ),
            $"{path}/uuid:plain/attachments/{Uri.EscapeDataString(Photo)}",
            $"{path}/uuid:plain/attachments/a.jpg",
            $"{path}/uuid:edited/attachments/b.jpg",
            $"{path}/uuid:edited/versions/uuid:first.xml",
            $"{path}/uuid:edited/versions/uuid:edited/attachments",
            $"{path}/uuid:slots/attachments/d.jpg",
        ];
        return (inbox, asked);
    }
}
