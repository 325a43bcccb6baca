using System.Security.Cryptography;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;
using Xunit;

namespace ServerlessRosa.Core.Tests.Submissions;

/// <summary>Where submissions lie, and claims on instance ids in other shards (ADR 33).</summary>
public sealed class SubmissionShardsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    [Fact]
    public void A_submission_lies_in_a_shard_of_the_count_of_its_time_and_is_found_under_all_counts()
    {
        var shards = SubmissionShards.Of([
            new ShardCount(1, DateTimeOffset.MinValue),
            new ShardCount(16, Now),
            new ShardCount(64, Now.AddMinutes(2)),
        ]);
        for (var i = 0; i < 200; i++)
        {
            var hash = TableKey.Hash($"uuid:{i}");
            var low = Convert.ToInt32(hash[6..8], 16);
            Assert.Equal(new[] { low & 63, low & 15, 0 }.Distinct(), shards.HomesOf(hash));
            Assert.Equal(0, shards.PlaceOf(hash, Now.AddTicks(-1)).Home);
            Assert.Equal(new[] { low & 15, low & 63 }.Distinct().Where(shard => shard != 0), shards.PlaceOf(hash, Now.AddTicks(-1)).Claims);
            Assert.Equal(low & 15, shards.PlaceOf(hash, Now).Home);
            Assert.Equal(new[] { low & 63 }.Where(shard => shard != (low & 15)), shards.PlaceOf(hash, Now).Claims);
            Assert.Equal(low & 63, shards.PlaceOf(hash, Now.AddMinutes(2)).Home);
            Assert.Empty(shards.PlaceOf(hash, Now.AddMinutes(2)).Claims);
        }
        Assert.Equal([0], SubmissionShards.One.HomesOf(TableKey.Hash("any")));
        Assert.Equal([1, 2, 4, 8, 16, 32, 64], Enumerable.Range(-2, 200).Where(SubmissionShards.IsCount));
    }

    [Fact]
    public async Task A_claim_without_a_submission_blocks_its_id_for_a_quarter_of_an_hour()
    {
        var storage = await StorageAsync();
        var clock = new SetClock { Now = DateTimeOffset.UtcNow };
        var table = new SubmissionsTable(storage, new BusyForms(clock), clock);
        var space = SpaceOf(new ShardCount(4, DateTimeOffset.MinValue));
        var (root, fresh, edit) = (IdIn(0), IdIn(1), IdIn(2));
        Assert.Null(await AddAsync(table, space, root, clock.Now));
        foreach (var id in new[] { fresh, edit })
        {
            await ClaimAsync(storage, space, id, shard: 3);
            Assert.Null(await table.FindInstanceAsync(space, id, CancellationToken.None));
        }

        await ShouldBeClaimedAsync(() => AddAsync(table, space, fresh, clock.Now));
        await ShouldBeClaimedAsync(() => EditAsync(table, space, root, edit, clock.Now));

        clock.Now += TimeSpan.FromMinutes(16);
        Assert.Null(await AddAsync(table, space, fresh, clock.Now));
        Assert.True(await EditAsync(table, space, root, edit, clock.Now));
        Assert.Equal(1, (await table.FindInstanceAsync(space, fresh, CancellationToken.None))!.Shard);
        Assert.Equal(0, (await table.FindInstanceAsync(space, edit, CancellationToken.None))!.Shard);
        Assert.Equal(edit, (await AddAsync(table, space, edit, clock.Now.AddSeconds(1)))!.Version.Id);
        Assert.Equal(
            [fresh.Value, root.Value],
            await table.ListAsync(space, false, null, CancellationToken.None).Select(one => one.RootId.Value).ToListAsync()
        );
    }

    [Fact]
    public async Task Requests_just_before_and_after_a_form_grows_add_an_id_once()
    {
        var storage = await StorageAsync();
        var from = DateTimeOffset.UtcNow;
        var tables = new[] { -1, 1 }
            .Select(seconds => new SetClock { Now = from.AddSeconds(seconds) })
            .Select(clock => new SubmissionsTable(storage, new BusyForms(clock), clock))
            .ToList();
        var space = SpaceOf(new ShardCount(1, DateTimeOffset.MinValue), new ShardCount(4, from));
        var root = InstanceId.Parse("uuid:root");
        Assert.Null(await AddAsync(tables[0], space, root, from));
        for (var i = 0; i < 12; i++)
        {
            var id = InstanceId.Parse($"uuid:{i}");
            var writes = Enumerable
                .Range(1, 6)
                .Select(n => TryAsync(async () => await AddAsync(tables[n % 2], space, id, from.AddSeconds(n)) is null))
                .Append(TryAsync(() => EditAsync(tables[i % 2], space, root, id, from.AddSeconds(9))));

            var added = (await Task.WhenAll(writes)).Count(done => done);

            var found = await tables[1].FindInstanceAsync(space, id, CancellationToken.None);
            Assert.Equal((1, id), (added, found!.Version.Id));
            root = found.TimelineKey == (await tables[1].FindInstanceAsync(space, root, CancellationToken.None))!.TimelineKey ? id : root;
        }
        var roots = await tables[1].ListAsync(space, false, null, CancellationToken.None).Select(one => one.RootId).ToListAsync();
        Assert.Equal(roots.Distinct(), roots);
    }

    [Fact]
    public void A_form_is_busy_after_ten_refusals_within_a_minute()
    {
        var clock = new SetClock { Now = Now };
        var busy = new BusyForms(clock);
        var (space, other) = (new SubmissionSpace(new ProjectId(1), 1, null), new SubmissionSpace(new ProjectId(1), 2, null));
        busy.Add(space, 9);
        busy.Add(other, 1);
        Assert.False(busy.Take(space));
        clock.Now += TimeSpan.FromMinutes(2);
        busy.Add(space, 9);
        Assert.False(busy.Take(space));
        busy.Add(space, 1);
        Assert.True(busy.Take(space));
        Assert.False(busy.Take(space));
        Assert.False(busy.Take(other));
    }

    private static async Task<StorageAccount> StorageAsync()
    {
        var storage = new StorageAccount(
            Options.Create(new StorageOptions { ConnectionString = await TestStorage.ConnectionStringAsync() })
        );
        await storage.StartAsync(CancellationToken.None);
        return storage;
    }

    private static SubmissionSpace SpaceOf(params ShardCount[] counts) =>
        new(new ProjectId(RandomNumberGenerator.GetInt32(int.MaxValue)), 1, null) { Shards = SubmissionShards.Of(counts) };

    // False also for a request that is told to try again.
    private static async Task<bool> TryAsync(Func<Task<bool>> write)
    {
        try
        {
            return await write();
        }
        catch (ProblemException e) when (e.Problem.Code == 503.1m)
        {
            return false;
        }
    }

    private static async Task ShouldBeClaimedAsync(Func<Task> write) =>
        Assert.Equal(503.1m, (await Assert.ThrowsAsync<ProblemException>(write)).Problem.Code);

    private static InstanceId IdIn(int shard) =>
        InstanceId.Parse(
            Enumerable.Range(0, 1000).Select(i => $"uuid:{i}").First(id => (Convert.ToInt32(TableKey.Hash(id)[6..8], 16) & 3) == shard)
        );

    private static async Task ClaimAsync(StorageAccount storage, SubmissionSpace space, InstanceId id, int shard) =>
        await storage
            .Table(StorageNames.SubmissionsTable)
            .AddEntityAsync(
                new TableEntity(
                    SubmissionKeys.Partition(space, Convert.ToInt32(TableKey.Hash(id.Value)[6..8], 16) & 3),
                    SubmissionKeys.Instance(id)
                )
                {
                    ["Shard"] = shard,
                    ["TimelineKey"] = SubmissionKeys.Timeline(Now, id),
                }
            );

    private static Task<Instance?> AddAsync(SubmissionsTable table, SubmissionSpace space, InstanceId id, DateTimeOffset at)
    {
        var version = VersionOf(id, at);
        return table.AddAsync(space, new Submission(id, version.Sender, "1", at, version), "<data/>"u8.ToArray(), CancellationToken.None);
    }

    private static async Task<bool> EditAsync(
        SubmissionsTable table,
        SubmissionSpace space,
        InstanceId root,
        InstanceId edit,
        DateTimeOffset at
    )
    {
        var before = await table.FindInstanceAsync(space, root, CancellationToken.None);
        var (submission, etag) = await table.GetAsync(space, before!, CancellationToken.None);
        var edited = EditedSubmission.Of(VersionOf(edit, at), 0, false, submission, before!);
        return await table.EditAsync(space, before!, edited, etag, "<data/>"u8.ToArray(), null, CancellationToken.None);
    }

    private static SubmissionVersion VersionOf(InstanceId id, DateTimeOffset at) =>
        new(id, "hash", "1", new Sender(null, null, null), null, at);

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
