using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Backups;
using ServerlessRosa.Core.Storage;
using Xunit;

namespace ServerlessRosa.Core.Tests.Backups;

/// <summary>On a storage account of its own: a snapshot goes through all projects.</summary>
public sealed class TakeBackupTests : IAsyncLifetime
{
    private readonly Clock _clock = new();
    private string _connectionString = "";
    private StorageAccount _storage = null!;

    public async Task InitializeAsync()
    {
        _connectionString = await TestStorage.NewAccountAsync();
        _storage = new StorageAccount(Options.Create(new StorageOptions { ConnectionString = _connectionString }));
        await _storage.StartAsync(CancellationToken.None);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_snapshot_that_breaks_off_is_continued_and_has_every_row_once()
    {
        await AddAsync("audits", partitions: 3, rows: 9);
        await AddAsync("workers", partitions: 1, rows: 5);
        var (take, backups) = Create(pages: 2);
        var runs = 0;
        do
        {
            _clock.Step = TimeSpan.FromMinutes(1); // so that each run has time for a few pieces only
            await take.RunAsync(CancellationToken.None);
            _clock.Step = TimeSpan.Zero;
            runs++;
        } while (await backups.FindNewestAsync(CancellationToken.None) is null);

        Assert.InRange(runs, 3, 30);
        var id = Assert.Single(await backups.ListAsync(CancellationToken.None));
        var manifest = (await backups.FindManifestAsync(id, CancellationToken.None))!;
        Assert.Equal(BackedUpTable.Names.Order(), manifest.Pieces.Select(piece => piece.Table).Distinct().Order());
        Assert.Equal(await KeysAsync("audits"), await KeysAsync("audits", id, manifest, backups));
        Assert.Equal(await KeysAsync("workers"), await KeysAsync("workers", id, manifest, backups));
    }

    [Fact]
    public async Task A_run_that_fails_between_two_pieces_is_continued()
    {
        await AddAsync("workers", partitions: 2, rows: 8);
        var (take, backups) = Create(pages: 2);
        await take.RunAsync(CancellationToken.None);
        var id = Assert.Single(await backups.ListAsync(CancellationToken.None));
        var container = new BlobContainerClient(_connectionString, "backups");
        var pieces = await container
            .GetBlobsAsync()
            .Select(blob => blob.Name)
            .Where(name => name.Contains("/workers/", StringComparison.Ordinal))
            .ToListAsync();
        await container.DeleteBlobAsync($"{id}/manifest.json");
        foreach (var lost in pieces.Order(StringComparer.Ordinal).Skip(2))
        {
            await container.DeleteBlobAsync(lost);
        }

        await take.RunAsync(CancellationToken.None);

        var manifest = (await backups.FindManifestAsync(id, CancellationToken.None))!;
        Assert.Equal(await KeysAsync("workers"), await KeysAsync("workers", id, manifest, backups));
    }

    [Fact]
    public async Task There_is_one_snapshot_a_day_and_those_older_than_30_days_are_deleted()
    {
        var (take, backups) = Create(pages: 1000);
        await take.RunAsync(CancellationToken.None);
        await take.RunAsync(CancellationToken.None);
        var first = Assert.Single(await backups.ListAsync(CancellationToken.None));

        _clock.Now = _clock.Now.AddDays(1);
        await take.RunAsync(CancellationToken.None);
        Assert.Equal(2, (await backups.ListAsync(CancellationToken.None)).Count);

        _clock.Now = _clock.Now.AddDays(29.5);
        await take.RunAsync(CancellationToken.None);
        var kept = await backups.ListAsync(CancellationToken.None);
        Assert.Equal(2, kept.Count);
        Assert.DoesNotContain(first, kept);
    }

    [Fact]
    public async Task The_last_complete_snapshot_is_kept_until_there_is_another()
    {
        var (take, backups) = Create(pages: 1000);
        var last = await take.RunNowAsync(CancellationToken.None);

        _clock.Now = _clock.Now.AddDays(40);
        _clock.Step = TimeSpan.FromMinutes(9);
        await take.RunAsync(CancellationToken.None);
        _clock.Step = TimeSpan.Zero;

        Assert.Equal(last.Id, (await backups.FindNewestAsync(CancellationToken.None))!.Id);
    }

    [Fact]
    public async Task Marks_of_applied_submissions_after_the_snapshot_are_not_included()
    {
        var entities = _storage.Table("entities");
        await entities.AddEntityAsync(new TableEntity("0000000001|submissions|0000000002", "hash"));
        await entities.AddEntityAsync(new TableEntity("0000000001|dataset", "head"));
        var (take, backups) = Create(pages: 1000);

        _clock.Now = DateTimeOffset.UtcNow;
        var early = await take.RunNowAsync(CancellationToken.None);
        Assert.Equal(["0000000001|dataset head"], await KeysAsync("entities", BackupId.TryParse(early.Id)!.Value, early, backups));

        _clock.Now = DateTimeOffset.UtcNow.AddHours(1);
        var late = await take.RunNowAsync(CancellationToken.None);
        Assert.Equal(2, (await KeysAsync("entities", BackupId.TryParse(late.Id)!.Value, late, backups)).Count);
    }

    // Pieces of a page each.
    private (TakeBackup Take, BackupsContainer Backups) Create(int pages)
    {
        var backups = new BackupsContainer(_storage);
        var take = new TakeBackup(_storage, backups, _clock, NullLogger<TakeBackup>.Instance)
        {
            RowsPerPage = pages,
            CharactersPerPiece = 1,
        };
        return (take, backups);
    }

    private async Task AddAsync(string table, int partitions, int rows)
    {
        foreach (var partition in Enumerable.Range(0, partitions))
        {
            foreach (var row in Enumerable.Range(0, rows))
            {
                await _storage.Table(table).AddEntityAsync(new TableEntity($"p|{partition}", $"r|{row}") { ["Text"] = "é\n" });
            }
        }
    }

    private async Task<List<string>> KeysAsync(string table) =>
        await _storage.Table(table).QueryAsync<TableEntity>().Select(Key).ToListAsync();

    private static async Task<List<string>> KeysAsync(string table, BackupId id, BackupManifest manifest, BackupsContainer backups)
    {
        var keys = new List<string>();
        foreach (var piece in manifest.Pieces.Where(piece => piece.Table == table))
        {
            var rows = BackedUpTable.Unpack((await backups.ReadPieceAsync(id, piece, CancellationToken.None))!).ToList();
            Assert.Equal(piece.Rows, rows.Count);
            keys.AddRange(rows.Select(Key));
        }
        return keys;
    }

    private static string Key(TableEntity row) => $"{row.PartitionKey} {row.RowKey}";

    private sealed class Clock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 3, 1, 1, 0, 0, TimeSpan.Zero);

        public TimeSpan Step { get; set; }

        public DateTimeOffset Now
        {
            get => _now;
            set => _now = value;
        }

        public override DateTimeOffset GetUtcNow() => _now += Step;
    }
}
