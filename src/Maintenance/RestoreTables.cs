using System.Security.Cryptography;
using Azure.Data.Tables;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Backups;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// The result of a restore. <see cref="LostProjects"/> are those created after the snapshot: their forms and submissions are restored,
/// their names are not.
/// </summary>
public sealed record Restored(
    BackupManifest Backup,
    int Rows,
    IReadOnlyList<ProjectId> LostProjects,
    Rebuilt Rebuilt,
    RestoredEntities Entities
);

/// <summary>
/// Restores all tables, while the app is stopped: the rows of a snapshot, then forms, submissions and cases from blobs, then entities from
/// the submissions after the snapshot. An interrupted run is repeated as a whole.
/// </summary>
public sealed class RestoreTables(
    StorageAccount storage,
    BackupsContainer backups,
    ProjectsTable projects,
    AccountsTable accounts,
    FormFilesContainer formFiles,
    RebuildTables rebuild,
    RestoreEntities entities,
    TimeProvider clock
)
{
    // More than are created in a day: submissions after the snapshot refer to their senders by number.
    private const int ReservedActors = 1000;

    /// <summary>The newest snapshot unless one is named. Refuses an incomplete snapshot, and tables with rows unless they are to be
    /// replaced.</summary>
    public async Task<Restored> RunAsync(string? name, bool replace, Action<string> progress, CancellationToken cancellationToken)
    {
        var manifest = await FindAsync(name, cancellationToken);
        foreach (var table in StorageNames.Tables.Select(storage.Table))
        {
            await table.CreateIfNotExistsAsync(cancellationToken);
            if (
                !replace
                && await table.QueryAsync<TableEntity>(maxPerPage: 1, cancellationToken: cancellationToken).AnyAsync(cancellationToken)
            )
            {
                throw new MaintenanceException(
                    $"The table {table.Name} has rows. Restore into empty tables, or write over their rows with --replace."
                );
            }
        }

        foreach (var piece in manifest.Pieces)
        {
            progress($"{piece.Table}: {piece.Rows} rows");
            await WriteAsync(BackupId.TryParse(manifest.Id)!.Value, piece, cancellationToken);
        }
        await accounts.ReserveIdAsync(await accounts.FindLastIdAsync(cancellationToken) + ReservedActors, cancellationToken);
        var lost = await AddLostProjectsAsync(cancellationToken);
        var rebuilt = await rebuild.RunAsync(null, Enum.GetValues<RebuildPart>(), replace, progress, cancellationToken);
        var applied = await entities.RunAsync(manifest.BegunAt, progress, cancellationToken);
        return new Restored(manifest, manifest.Pieces.Sum(piece => piece.Rows), lost, rebuilt, applied);
    }

    private async Task<BackupManifest> FindAsync(string? name, CancellationToken cancellationToken)
    {
        var manifest =
            name is null
                ? await backups.FindNewestAsync(cancellationToken)
                    ?? throw new MaintenanceException("This storage account has no complete snapshot.")
            : BackupId.TryParse(name) is { } id && await backups.FindManifestAsync(id, cancellationToken) is { } named ? named
            : throw new MaintenanceException($"This storage account has no complete snapshot {name}.");
        return manifest.Format == BackupManifest.CurrentFormat
            ? manifest
            : throw new MaintenanceException($"The snapshot {manifest.Id} is of a format that this version does not know.");
    }

    private async Task WriteAsync(BackupId id, BackupPiece piece, CancellationToken cancellationToken)
    {
        var content =
            await backups.ReadPieceAsync(id, piece, cancellationToken)
            ?? throw new MaintenanceException($"The snapshot {id} lacks piece {piece.Index} of table {piece.Table}.");
        if (Convert.ToHexStringLower(SHA256.HashData(content)) != piece.Sha256)
        {
            throw new MaintenanceException($"Piece {piece.Index} of table {piece.Table} in the snapshot {id} is damaged.");
        }
        await InParallel.EachAsync(
            TableRows
                .Batches(
                    BackedUpTable.Unpack(content).Select(row => new TableTransactionAction(TableTransactionActionType.UpsertReplace, row))
                )
                .ToList(),
            (batch, stop) => storage.Table(piece.Table).SubmitTransactionAsync(batch, stop),
            cancellationToken
        );
    }

    private async Task<IReadOnlyList<ProjectId>> AddLostProjectsAsync(CancellationToken cancellationToken)
    {
        var lost = new List<ProjectId>();
        await foreach (var project in formFiles.ListProjectsAsync(cancellationToken))
        {
            if (await projects.AddLostAsync(project, $"Project {project} (restored)", clock.GetUtcNow(), cancellationToken))
            {
                lost.Add(project);
            }
        }
        return lost;
    }
}
