using Azure.Storage.Blobs;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Syncs;
using Xunit;

namespace ServerlessRosa.Core.Tests.Restore;

/// <summary>On a storage account of its own: the purge goes through all projects.</summary>
public sealed class PurgeSyncsTests
{
    private static readonly ProjectId Project = new(7);
    private static readonly OwnerId User = new("u/1");

    [Fact, Clause("CC-142")]
    public async Task Logs_are_kept_63_days_or_until_their_successor_has_a_successor()
    {
        var connectionString = await TestStorage.NewAccountAsync();
        var storage = new StorageAccount(Options.Create(new StorageOptions { ConnectionString = connectionString }));
        await storage.StartAsync(CancellationToken.None);
        var (syncs, snapshots, clock) = (new SyncsTable(storage), new SyncsContainer(storage), new SetClock());
        SyncToken[] tokens = [.. Enumerable.Range(0, 5).Select(_ => SyncToken.New())];
        await AddLogsAsync(syncs, snapshots, clock.Now, tokens);
        var purge = new PurgeSyncs(syncs, snapshots, clock);

        await purge.RunAsync(CancellationToken.None);
        Assert.Equal([false, true, true, true, false], await AreThereAsync());
        Assert.Empty((await syncs.ReadAsync(Project, tokens[0], CancellationToken.None)).Journal);
        Assert.Single((await syncs.ReadAsync(Project, tokens[4], CancellationToken.None)).Journal);
        Assert.Equal(4, await BlobsAsync());

        clock.Now = clock.Now.AddDays(62);
        await purge.RunAsync(CancellationToken.None);
        Assert.Equal([false, true, true, true, false], await AreThereAsync());
        Assert.Equal(3, await BlobsAsync());

        clock.Now = clock.Now.AddDays(2);
        await purge.RunAsync(CancellationToken.None);
        await purge.RunAsync(CancellationToken.None);
        Assert.Equal([false, false, false, false, false], await AreThereAsync());
        Assert.Empty((await syncs.ReadAsync(Project, tokens[4], CancellationToken.None)).Journal);
        Assert.Equal(0, await BlobsAsync());

        async Task<List<bool>> AreThereAsync()
        {
            var there = new List<bool>();
            foreach (var token in tokens)
            {
                there.Add((await syncs.ReadAsync(Project, token, CancellationToken.None)).Log is not null);
            }
            return there;
        }

        async Task<int> BlobsAsync() =>
            await new BlobServiceClient(connectionString).GetBlobContainerClient(StorageNames.SyncsContainer).GetBlobsAsync().CountAsync();
    }

    // Three logs in a row, and one alone; journals of the first one and of one that does not exist.
    private static async Task AddLogsAsync(SyncsTable syncs, SyncsContainer snapshots, DateTimeOffset now, SyncToken[] tokens)
    {
        await AddAsync(tokens[0], null);
        await AddAsync(tokens[1], tokens[0]);
        await AddAsync(tokens[2], tokens[1]);
        await AddAsync(tokens[3], null);
        await JournalAsync(tokens[0], "uuid:1");
        await JournalAsync(tokens[4], "uuid:2");
        // A blob that no log references, as when a restore was computed twice.
        await snapshots.PutAsync(Project, User, tokens[1], SyncSnapshot.Empty, CancellationToken.None);

        Task JournalAsync(SyncToken token, string id) =>
            syncs.WriteJournalAsync(Project, token, new JournalEntry(InstanceId.Parse(id), "hash", now, []), CancellationToken.None);

        async Task AddAsync(SyncToken token, SyncToken? previous)
        {
            var blob = await snapshots.PutAsync(Project, User, token, SyncSnapshot.Empty, CancellationToken.None);
            Assert.True(
                await syncs.TryAddAsync(
                    new SyncLog(Project, token, User, User, now, new HashSet<OwnerId> { User }, blob) { Previous = previous },
                    CancellationToken.None
                )
            );
        }
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
