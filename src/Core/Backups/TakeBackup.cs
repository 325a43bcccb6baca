using Microsoft.Extensions.Logging;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Backups;

/// <summary>
/// Snapshots the tables that cannot be rebuilt from blobs. An interrupted snapshot continues after its last piece, and is complete when its
/// manifest is written. Snapshots are kept for 30 days, the newest complete one until there is another.
/// </summary>
public sealed partial class TakeBackup(StorageAccount storage, BackupsContainer backups, TimeProvider clock, ILogger<TakeBackup> logger)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>How long a run of the timer works before it leaves the rest to the next.</summary>
    internal TimeSpan RunTime { get; init; } = TimeSpan.FromMinutes(8);

    /// <summary>A piece ends with the page that makes it this long.</summary>
    internal int CharactersPerPiece { get; init; } = 16 << 20;

    internal int RowsPerPage { get; init; } = 1000;

    /// <summary>
    /// The timer's run: begins the snapshot of this day (UTC) or continues it, and deletes old ones. Two operations when the day's
    /// snapshot is complete, else one per 1,000 rows and one per piece, for <see cref="RunTime"/> at most.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var all = await backups.ListAsync(cancellationToken);
        var newest = all.Select(id => (BackupId?)id).LastOrDefault();
        var today = newest is { } begun && begun.BegunAt.UtcDateTime.Date == now.UtcDateTime.Date ? begun : BackupId.At(now);
        if (await backups.FindManifestAsync(today, cancellationToken) is not null)
        {
            return;
        }
        if (await ContinueAsync(today, now + RunTime, cancellationToken) is not null)
        {
            await PurgeAsync(all.Where(id => id != today && id.BegunAt < now - Kept), cancellationToken);
        }
    }

    /// <summary>A snapshot of now. One operation per 1,000 rows and one per piece.</summary>
    public async Task<BackupManifest> RunNowAsync(CancellationToken cancellationToken) =>
        (await ContinueAsync(BackupId.At(clock.GetUtcNow()), null, cancellationToken))!;

    // Null when time was up before the end.
    private async Task<BackupManifest?> ContinueAsync(BackupId id, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        var written = (await backups.ListPiecesAsync(id, cancellationToken)).ToLookup(piece => piece.Table);
        var pieces = new List<BackupPiece>();
        foreach (var table in BackedUpTable.Names)
        {
            pieces.AddRange(written[table].OrderBy(piece => piece.Index));
            var last = written[table].MaxBy(piece => piece.Index);
            while (last is null or { Last: not null })
            {
                if (clock.GetUtcNow() > until)
                {
                    LogUnfinished(logger, id.Value, pieces.Count);
                    return null;
                }
                last = await WritePieceAsync(id, table, last, cancellationToken);
                pieces.Add(last);
            }
        }
        var manifest = new BackupManifest(BackupManifest.CurrentFormat, id.Value, id.BegunAt, clock.GetUtcNow(), pieces);
        await backups.PutManifestAsync(id, manifest, cancellationToken);
        var rows = pieces.Sum(piece => piece.Rows);
        LogComplete(logger, id.Value, rows, pieces.Count);
        return manifest;
    }

    private async Task<BackupPiece> WritePieceAsync(BackupId id, string table, BackupPiece? before, CancellationToken cancellationToken)
    {
        using var piece = new BackupPieceWriter();
        RowPosition? last = null;
        var isFull = false;
        await foreach (var page in BackedUpTable.ReadAsync(storage.Table(table), before?.Last, RowsPerPage, cancellationToken))
        {
            foreach (var row in page.Values)
            {
                if (BackedUpTable.Belongs(table, row, id.BegunAt))
                {
                    piece.Add(row);
                }
                last = new RowPosition(row.PartitionKey, row.RowKey);
            }
            if (piece.Characters >= CharactersPerPiece)
            {
                isFull = true;
                break;
            }
        }
        return await backups.PutPieceAsync(
            id,
            table,
            before is null ? 0 : before.Index + 1,
            piece.Rows,
            isFull ? last : null,
            piece.Finish(),
            cancellationToken
        );
    }

    private async Task PurgeAsync(IEnumerable<BackupId> old, CancellationToken cancellationToken)
    {
        foreach (var id in old)
        {
            await backups.DeleteAsync(id, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Completed backup {Backup}: {Rows} rows in {Pieces} pieces.")]
    private static partial void LogComplete(ILogger logger, string backup, int rows, int pieces);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Backup {Backup} is not complete after {Pieces} pieces. The next run continues it.")]
    private static partial void LogUnfinished(ILogger logger, string backup, int pieces);
}
