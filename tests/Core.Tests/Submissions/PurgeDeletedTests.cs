using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Recovery;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Syncs;
using ServerlessRosa.Core.Webhooks;
using Xunit;

namespace ServerlessRosa.Core.Tests.Submissions;

/// <summary>On a storage account of its own: the purge goes through all projects.</summary>
public sealed class PurgeDeletedTests
{
    [Fact]
    public async Task Forms_and_submissions_are_purged_thirty_days_after_their_deletion_and_others_are_kept()
    {
        var connectionString = await TestStorage.NewAccountAsync();
        var clock = new SetClock();
        var storage = new StorageAccount(Options.Create(new StorageOptions { ConnectionString = connectionString }));
        await storage.StartAsync(CancellationToken.None);
        var (projects, forms, table, files) = (
            new ProjectsTable(storage),
            new FormsTable(storage, new TimedCache(Options.Create(new CacheOptions()))),
            new SubmissionsTable(storage, new BusyForms(clock), clock),
            new SubmissionFilesContainer(storage)
        );
        await projects.AddAsync("Forest", null, null, clock.Now, CancellationToken.None);
        var project = (await projects.ListAsync(CancellationToken.None)).Single().Id;
        var (kept, trashed) = (
            await AddFormAsync(forms, project, 1, "kept", clock, shards: 4),
            await AddFormAsync(forms, project, 2, "trashed", clock)
        );
        var directory = Directory(storage, table, files, clock);
        foreach (var (form, id) in new[] { (kept, "deleted"), (kept, "live"), (kept, "restored"), (trashed, "any") })
        {
            await ReceiveAsync(table, files, SubmissionSpace.Published(form), InstanceId.Parse(id), clock.Now);
        }
        var space = SubmissionSpace.Published(kept);
        var edits = new[] { "first", "second", "third" };
        await EditAsync(table, files, space, "deleted", edits, clock.Now);
        await directory.DeleteAsync(space, InstanceId.Parse("deleted"), CancellationToken.None);
        await directory.DeleteAsync(space, InstanceId.Parse("restored"), CancellationToken.None);
        await directory.RestoreAsync(space, InstanceId.Parse("restored"), CancellationToken.None);
        await directory.CommentAsync(space, InstanceId.Parse("live"), "stays", new ActorId(1), CancellationToken.None);
        await forms.TrashAsync(project, trashed.Id, clock.Now, CancellationToken.None);
        var purge = Purge(storage, projects, forms, table, files, clock);

        clock.Now = clock.Now.AddDays(29);
        await purge.RunAsync(CancellationToken.None);
        // Four submissions, three edits, and the recovery records of the three that were changed.
        Assert.Equal(10, await BlobsAsync(connectionString));
        Assert.Single(await forms.ListTrashAsync(project, CancellationToken.None));

        clock.Now = clock.Now.AddDays(2);
        await purge.RunAsync(CancellationToken.None);
        await purge.RunAsync(CancellationToken.None);
        Assert.Equal(4, await BlobsAsync(connectionString));
        Assert.Empty(await forms.ListTrashAsync(project, CancellationToken.None));
        Assert.Null(await table.FindInstanceAsync(space, InstanceId.Parse("deleted"), CancellationToken.None));
        Assert.Null(await table.FindInstanceAsync(SubmissionSpace.Published(trashed), InstanceId.Parse("any"), CancellationToken.None));
        await Assert.ThrowsAsync<ProblemException>(() =>
            directory.RestoreAsync(space, InstanceId.Parse("deleted"), CancellationToken.None)
        );
        Assert.Equal(
            ["live", "restored"],
            (await directory.ListAsync(space, false, 0, null, CancellationToken.None).Select(one => one.RootId.Value).ToListAsync()).Order()
        );
        Assert.Single(await directory.ListCommentsAsync(space, InstanceId.Parse("live"), CancellationToken.None));
        foreach (var id in edits)
        {
            await ReceiveAsync(table, files, space, InstanceId.Parse(id), clock.Now); // No claim is in the way.
        }
    }

    private static async Task<Form> AddFormAsync(
        FormsTable forms,
        ProjectId project,
        int number,
        string id,
        SetClock clock,
        int? shards = null
    )
    {
        var form = new Form(project, number, FormId.Parse(id), FormState.Open, clock.Now)
        {
            Published = new FormDefinition("key", "1", null, "", "", "", clock.Now) { PublishedAt = clock.Now },
            ShardCounts = shards is { } count ? [new ShardCount(count, DateTimeOffset.MinValue)] : null,
        };
        await forms.AddAsync(form, CancellationToken.None);
        return form;
    }

    private static PurgeDeleted Purge(
        StorageAccount storage,
        ProjectsTable projects,
        FormsTable forms,
        SubmissionsTable table,
        SubmissionFilesContainer files,
        TimeProvider clock
    )
    {
        var (versions, media, formFiles) = (new FormVersionsTable(storage), new FormMediaTable(storage), new FormFilesContainer(storage));
        return new PurgeDeleted(
            projects,
            forms,
            versions,
            media,
            formFiles,
            new FormRecovery(forms, versions, media, formFiles, Hook(new IntentsTable(storage), clock)),
            table,
            files,
            clock
        );
    }

    private static RecoveryHook Hook(IntentsTable intents, TimeProvider clock) => new(intents, clock, NullLogger<RecoveryHook>.Instance);

    private static SubmissionDirectory Directory(
        StorageAccount storage,
        SubmissionsTable table,
        SubmissionFilesContainer files,
        TimeProvider clock
    )
    {
        var (bodies, intents) = (new CasesContainer(storage), new IntentsTable(storage));
        var (cases, indices) = (new CasesTable(storage, bodies), new CaseIndicesTable(storage));
        var write = new WriteCases(cases, new CaseOwnersTable(storage, bodies), indices, clock);
        return new SubmissionDirectory(
            table,
            new SubmissionCounts(storage, new TimedCache(Options.Create(new CacheOptions())), clock),
            files,
            new SubmissionRecovery(table, files, Hook(intents, clock), clock),
            intents,
            new ApplySubmittedCases(
                table,
                files,
                intents,
                new CheckCases(cases),
                new ApplyCases(cases, indices, write),
                new SyncsTable(storage)
            ),
            new AnnounceChange(
                new WebhooksTable(storage),
                new WebhookMessages(storage),
                new TimedCache(Options.Create(new CacheOptions())),
                Options.Create(new WebhookOptions()),
                clock
            ),
            clock
        );
    }

    private static async Task ReceiveAsync(
        SubmissionsTable table,
        SubmissionFilesContainer files,
        SubmissionSpace space,
        InstanceId id,
        DateTimeOffset now
    )
    {
        var version = new SubmissionVersion(id, "hash", "1", new Sender(null, null, null), null, now);
        await files.PutXmlAsync(space, id, "hash", "<data/>"u8.ToArray(), new ReceiptMetadata(id.Value, now, now), CancellationToken.None);
        Assert.Null(
            await table.AddAsync(
                space,
                new Submission(id, version.Sender, "1", now, version),
                "<data/>"u8.ToArray(),
                CancellationToken.None
            )
        );
    }

    private static async Task EditAsync(
        SubmissionsTable table,
        SubmissionFilesContainer files,
        SubmissionSpace space,
        string root,
        IEnumerable<string> edits,
        DateTimeOffset now
    )
    {
        var before = InstanceId.Parse(root);
        foreach (var id in edits.Select(InstanceId.Parse))
        {
            var version = new SubmissionVersion(id, "hash", "1", new Sender(null, null, null), null, now);
            await files.PutXmlAsync(
                space,
                id,
                "hash",
                "<data/>"u8.ToArray(),
                new ReceiptMetadata(id.Value, now, now),
                CancellationToken.None
            );
            var instance = await table.FindInstanceAsync(space, before, CancellationToken.None);
            var (submission, etag) = await table.GetAsync(space, instance!, CancellationToken.None);
            var edited = EditedSubmission.Of(version, 0, false, submission, instance!);
            Assert.True(await table.EditAsync(space, instance!, edited, etag, "<data/>"u8.ToArray(), null, CancellationToken.None));
            before = id;
        }
    }

    private static async Task<int> BlobsAsync(string connectionString) =>
        await new BlobServiceClient(connectionString)
            .GetBlobContainerClient(StorageNames.SubmissionsContainer)
            .GetBlobsAsync()
            .CountAsync();

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2024, 5, 1, 10, 11, 12, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
