using System.Security.Cryptography;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;
using Xunit;

namespace ServerlessRosa.Core.Tests.Submissions;

/// <summary>Stored counts equal those of a full scan of the timeline, most of whose rows are old.</summary>
public sealed class SubmissionCountsTests : IAsyncLifetime
{
    private const int Old = 210;
    private const int New = 20;
    private static readonly string[] States = ["", "hasIssues", "edited", "rejected", "approved"];

    private readonly SubmissionSpace _space = new(new ProjectId(RandomNumberGenerator.GetInt32(int.MaxValue)), 1, null)
    {
        Shards = SubmissionShards.One,
    };
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    private StorageAccount _storage = null!;
    private SubmissionsTable _table = null!;
    private SubmissionCounts _counts = null!;

    public async Task InitializeAsync()
    {
        _storage = new StorageAccount(Options.Create(new StorageOptions { ConnectionString = await TestStorage.ConnectionStringAsync() }));
        await _storage.StartAsync(CancellationToken.None);
        (_table, _counts) = (
            new SubmissionsTable(_storage, new BusyForms(TimeProvider.System), TimeProvider.System),
            new SubmissionCounts(_storage, new TimedCache(Options.Create(new CacheOptions())), TimeProvider.System) { ChunkSize = 100 }
        );
        await Parallel.ForEachAsync(Enumerable.Range(0, Old + New), async (i, _) => await AddAsync(i));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_count_is_kept_and_right_after_every_change()
    {
        Assert.Equal(Old + New, await AssertCountsAsync());
        Assert.Equal(2, (await KeptRowsAsync()).Count); // of 210: one chunk of 100, and one of the rest

        await DeleteAsync(5, true);
        await DeleteAsync(150, true);
        Assert.Equal(Old + New - 2, await AssertCountsAsync());
        Assert.Equal(2, (await KeptRowsAsync()).Count);

        await DeleteAsync(5, false);
        await ReviewAsync(205, "approved");
        await ReviewAsync(Old + 3, "hasIssues");
        Assert.Equal(Old + New - 1, await AssertCountsAsync());
        await ReviewAsync(205, null);
        await AddAsync(Old + New);
        Assert.Equal(Old + New, await AssertCountsAsync());
    }

    /// <summary>A phone's request may take a while, and its submission then has an earlier place than others that were counted.</summary>
    [Fact]
    public async Task Fresh_submissions_are_kept_too_and_late_ones_are_noticed()
    {
        var counts = new SubmissionCounts(_storage, new TimedCache(Options.Create(new CacheOptions())), TimeProvider.System)
        {
            ChunkSize = 100,
            Seen = TimeSpan.Zero,
        };
        var fresh = Enumerable.Range(1, 250).Select(i => Old + New + i).ToList();
        await Parallel.ForEachAsync(fresh, async (i, _) => await AddAsync(i));
        await Task.Delay(TimeSpan.FromSeconds(1.1)); // storage tells its time in whole seconds
        Assert.Equal(Old + New + 250, await AssertCountsAsync(counts));
        var kept = await KeptRowsAsync();
        Assert.True(kept.Count >= 4, string.Join('\n', kept));
        var before = await counts.FingerprintAsync(_space, CancellationToken.None);

        await AddAsync(Old + New + 300, _now.AddMinutes(-10));
        Assert.NotEqual(before, await counts.FingerprintAsync(_space, CancellationToken.None));
        Assert.Empty(await counts.FindWrongAsync(_space, CancellationToken.None).ToListAsync());
        Assert.Equal(Old + New + 251, await AssertCountsAsync(counts));
        Assert.Equal(Old + New + 251, await AssertCountsAsync(counts));

        await ReviewAsync(fresh[200], "approved");
        await DeleteAsync(fresh[220], true);
        await AddAsync(Old + New + 301, _now.AddMinutes(-20));
        Assert.Equal(Old + New + 251, await AssertCountsAsync(counts));
        Assert.Equal(kept.Count, (await KeptRowsAsync()).Count);

        // An hour later nothing can be added there any more. What was added after the last count is noticed all the same.
        await AddAsync(Old + New + 302, _now.AddMinutes(-15));
        var later = new SubmissionCounts(_storage, new TimedCache(Options.Create(new CacheOptions())), new LaterClock())
        {
            ChunkSize = 100,
            Seen = TimeSpan.Zero,
        };
        Assert.Equal(Old + New + 252, await AssertCountsAsync(later));
        await AssertCountsAsync(later);
        Assert.DoesNotContain(await KeptAsync(), row => row.ContainsKey("WrittenBefore"));
    }

    [Fact]
    public async Task Concurrent_counts_and_changes_leave_correct_counts()
    {
        var random = new Random(20);
        var changes = Enumerable
            .Range(0, 60)
            .Select(_ => (At: random.Next(Old), State: States[random.Next(States.Length)], Delete: random.Next(3) == 0))
            .ToList();

        await Task.WhenAll(
            ChangeAsync(changes.Where((_, i) => i % 2 == 0)),
            ChangeAsync(changes.Where((_, i) => i % 2 == 1)),
            CountOftenAsync(),
            CountOftenAsync(),
            CountOftenAsync()
        );

        await AssertCountsAsync();
        await AssertCountsAsync();
        Assert.DoesNotContain(await KeptRowsAsync(), row => row.StartsWith("n|m|", StringComparison.Ordinal) && !IsNew(row));
    }

    private async Task ChangeAsync(IEnumerable<(int At, string State, bool Delete)> changes)
    {
        foreach (var (at, state, delete) in changes)
        {
            await ReviewAsync(at, state);
            if (delete)
            {
                await DeleteAsync(at, true);
                await DeleteAsync(at, false);
            }
        }
    }

    private async Task CountOftenAsync()
    {
        for (var i = 0; i < 8; i++)
        {
            await _counts.CountAsync(_space, CancellationToken.None);
        }
    }

    private async Task<int> AssertCountsAsync(SubmissionCounts? counts = null)
    {
        var counted = await (counts ?? _counts).CountAsync(_space, CancellationToken.None);
        var read = await _table
            .ListAsync(_space, false, null, CancellationToken.None)
            .CountBy(submission => submission.ReviewState ?? "")
            .ToDictionaryAsync();
        Assert.Equal(read.OrderBy(pair => pair.Key), counted.Where(pair => pair.Value > 0).OrderBy(pair => pair.Key));
        return counted.Values.Sum();
    }

    private async Task<List<string>> KeptRowsAsync() => [.. (await KeptAsync()).Select(row => row.RowKey)];

    private async Task<List<TableEntity>> KeptAsync() =>
        await _storage
            .Table(StorageNames.SubmissionsTable)
            .QueryAsync<TableEntity>(TableKey.Prefix(SubmissionKeys.Partition(_space, 0), SubmissionKeys.CountPrefix))
            .ToListAsync();

    private bool IsNew(string mark) =>
        string.CompareOrdinal(SubmissionKeys.TimelineOfMark(mark), SubmissionKeys.TimelineFrom(_now.AddHours(-1))) < 0;

    private async Task DeleteAsync(int i, bool deleted)
    {
        do
        {
            var (submission, instance) = await ReadAsync(i);
            if (await _table.SetDeletedAsync(_space, submission, instance, deleted, _now, CancellationToken.None))
            {
                return;
            }
        } while (true);
    }

    private async Task ReviewAsync(int i, string? state) =>
        await _table.ReviewAsync(_space, (await ReadAsync(i)).Instance, state, _now, CancellationToken.None);

    private async Task<(Submission Submission, Instance Instance)> ReadAsync(int i)
    {
        var instance = (await _table.FindInstanceAsync(_space, SubmissionAt(i).RootId, CancellationToken.None))!;
        return ((await _table.GetAsync(_space, instance, CancellationToken.None)).Submission, instance);
    }

    private async Task AddAsync(int i, DateTimeOffset? at = null) =>
        Assert.Null(await _table.AddAsync(_space, SubmissionAt(i, at), default, CancellationToken.None));

    private Submission SubmissionAt(int i, DateTimeOffset? at = null)
    {
        var (id, time) = (InstanceId.Parse($"id-{i}"), at ?? (i < Old ? _now.AddDays(-30).AddMinutes(i) : _now));
        var version = new SubmissionVersion(id, "hash", "1", new Sender(null, null, null), null, time);
        return new Submission(id, version.Sender, "1", time, version);
    }

    private sealed class LaterClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(2);
    }
}
