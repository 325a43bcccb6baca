using System.Net;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Submissions;

namespace ServerlessRosa.Protocol.Tests.Maintenance;

[StartsFirst]
public sealed class RebuildSubmissionsTests
{
    private const string Photo = FilledInbox.Photo;

    [Fact]
    public async Task Rebuilt_submissions_answer_as_before()
    {
        await using var storage = await OwnStorage.TakeAsync();
        var (inbox, asked) = await FilledInbox.OpenAsync(storage);
        var admin = inbox.Programme.Admin;
        var before = await admin.OpenRosa.AskAsync(asked);
        var rows = await storage.RowsAsync("submissions");

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

        Assert.Equal(before, await admin.OpenRosa.AskAsync(asked));

        // Refused and deleted submissions stay so, and edits continue from the current version.
        (await inbox.PostAsync(inbox.Submission("uuid:plain", species: "fir"))).ShouldBe(HttpStatusCode.Conflict);
        (await inbox.PostAsync(inbox.Submission("uuid:gone"))).ShouldBe(HttpStatusCode.Conflict);
        (await inbox.PostAsync(inbox.Submission("uuid:again", deprecatedId: "uuid:edited"))).ShouldBe(HttpStatusCode.Conflict);
        (await inbox.PostAsync(inbox.Submission("uuid:third", deprecatedId: "uuid:second"))).ShouldBe(HttpStatusCode.Created);
        (
            await inbox.PostAsync(
                inbox.Submission("uuid:plain", photo: Photo, leaves: ["a.jpg", "never.jpg"]),
                (Photo, Samples.Bytes(300), "image/jpeg")
            )
        ).ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Submissions_of_an_imported_project_can_be_rebuilt()
    {
        var folder = Path.Combine(Path.GetTempPath(), Samples.Unique("export"));
        await using var from = await OwnStorage.TakeAsync();
        var (inbox, asked) = await FilledInbox.OpenAsync(from, shards: 4);
        // Accounts are not exported, so only answers without names of people are compared.
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
            await using var to = await OwnStorage.TakeAsync();
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
    public async Task An_interrupted_rebuild_can_be_repeated()
    {
        await using var storage = await OwnStorage.TakeAsync();
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

    /// <summary>
    /// An edit whose request was interrupted between the commit and the recovery record is recovered from the receipt metadata of its XML.
    /// </summary>
    [Fact]
    public async Task Edits_are_recovered_without_their_recovery_record()
    {
        await using var storage = await OwnStorage.TakeAsync();
        var inbox = await Inbox.OpenAsync(storage.Server);
        await inbox.SendAsync(inbox.Submission("uuid:1", photo: Photo), (Photo, Samples.Bytes(100), "image/jpeg"));
        await inbox.SendAsync(inbox.Submission("uuid:2", species: "elm", photo: Photo, deprecatedId: "uuid:1"));
        await inbox.SendAsync(
            inbox.Submission("uuid:3", species: "fir", photo: Photo, leaves: ["a.jpg"], deprecatedId: "uuid:2"),
            ("a.jpg", Samples.Bytes(50), "image/jpeg")
        );
        (await inbox.PostAsync(inbox.Submission("uuid:4", deprecatedId: "uuid:2"))).ShouldBe(HttpStatusCode.Conflict);
        var rows = await storage.RowsAsync("submissions");
        await DeleteBlobsAsync(storage, name => name.EndsWith(".json", StringComparison.Ordinal));
        await storage.LoseAsync(LostTables.OfSubmissions);

        (await storage.RunAsync("rebuild", "--only", "submissions")).ShouldSucceed();

        Assert.Equal(rows, await storage.RowsAsync("submissions"));
    }

    /// <summary>
    /// No write of the process reaches storage any more, from each write of a submission and of an edit on, and the phone sends again.
    /// </summary>
    [Fact]
    public async Task A_rebuild_restores_all_rows_whatever_the_moment_of_a_crash()
    {
        await using var storage = await OwnStorage.TakeAsync();
        var (dying, faulty) = await storage.WithFaultsAsync();
        var inbox = await Inbox.OpenAsync(storage.Server);
        var sent = new List<(string Xml, (string, byte[], string) File)>();
        foreach (var edits in new[] { false, true })
        {
            for (var (n, killed) = (1, true); killed; n++)
            {
                var (id, before) = ($"uuid:{edits} {n}", edits ? $"uuid:before {n}" : null);
                if (before is not null)
                {
                    await inbox.SendAsync(inbox.Submission(before));
                }
                var xml = inbox.Submission(id, photo: Photo, deprecatedId: before);
                (string, byte[], string) file = (Photo, Samples.Bytes(50, n), "image/jpeg");
                sent.Add((xml, file));
                faulty.Fail(Fault.Dropped, request => request.Method is not ("GET" or "HEAD"), from: n);
                var status = (await inbox.At(dying).PostAsync(xml, file)).Status;
                killed = faulty.Seen >= n;
                Assert.True(killed || (n > 3 && status == HttpStatusCode.Created), $"Answered {status} after {n - 1} writes.");
                faulty.StopFailing();
            }
        }
        foreach (var (xml, file) in sent)
        {
            await inbox.SendAsync(xml, file);
        }
        var rows = await storage.RowsAsync("submissions");

        (await storage.RunAsync("rebuild", "--only", "submissions", "--replace")).ShouldSucceed();

        Assert.Equal(rows, await storage.RowsAsync("submissions"));
    }

    /// <summary>Submissions received by a version that wrote no receipt metadata.</summary>
    [Fact]
    public async Task Without_receipt_metadata_submissions_are_rebuilt_from_XML_and_existing_rows_stay()
    {
        await using var storage = await OwnStorage.TakeAsync();
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
        // The draft receives the same bytes, with receipt metadata; the blobs of another submission are deleted.
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
}
