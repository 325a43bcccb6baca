using System.Text.Json;
using Azure.Data.Tables;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Encryption;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// Copies a project from a folder into a storage account that has no project of its number. Everything is checked before the first write.
/// The project's own row is written last, so that an interrupted import is invisible and can be repeated.
/// </summary>
public sealed class ImportProject(
    StorageAccount storage,
    ProjectsTable projects,
    AccountsTable accounts,
    PrivateKeys privateKeys,
    EncryptionKeysTable keys,
    EncryptionContainer copies,
    WebhookSecrets secrets
)
{
    private const int MaxParallel = 16;

    /// <summary>Refuses a folder that is not as it was exported, a project number, domain, case or worker that the account has for
    /// another project. One operation for each row and blob.</summary>
    public async Task<Transferred> RunAsync(string path, CancellationToken cancellationToken)
    {
        var folder = new ExportFolder(path);
        var manifest = await folder.ReadManifestAsync(cancellationToken);
        var project = new ProjectId(manifest.Project);

        // Folders of earlier versions have no webhooks.
        var tables = ProjectRows
            .Of(project)
            .Select(one => one.Table)
            .Where(table => table != StorageNames.WebhooksTable || manifest.Files.ContainsKey(ExportFolder.Table(table)))
            .ToList();
        await CheckFilesAsync(folder, manifest, project, tables, cancellationToken);
        if (await projects.FindAsync(project, cancellationToken) is not null)
        {
            throw new MaintenanceException($"This storage account has a project {project} already.");
        }
        foreach (var table in tables)
        {
            await CheckRowsAsync(folder, project, table, cancellationToken);
        }

        await projects.ReserveNumberAsync(project, cancellationToken);
        await accounts.ReserveIdAsync(manifest.LastActor, cancellationToken);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            BlobsAsync(folder, cancellationToken),
            parallel,
            async (blob, stop) => await UploadAsync(folder, blob, stop)
        );
        foreach (var table in tables)
        {
            await Parallel.ForEachAsync(
                RowsAsync(folder, table, cancellationToken),
                parallel,
                async (row, stop) => await storage.Table(table).UpsertEntityAsync(Protected(table, row), TableUpdateMode.Replace, stop)
            );
            if (table == StorageNames.EncryptionKeysTable)
            {
                await CopyKeysAsync(project, cancellationToken);
            }
        }
        return new Transferred(
            tables.Sum(table => manifest.Files[ExportFolder.Table(table)].Lines),
            manifest.Files[ExportFolder.Blobs].Lines
        );
    }

    private TableEntity Protected(string table, TableEntity row) =>
        table switch
        {
            StorageNames.EncryptionKeysTable => EncryptionKeysTable.Protect(row, privateKeys.Protect),
            StorageNames.WebhooksTable => WebhooksTable.Imported(row, secrets.Create().Protected),
            _ => row,
        };

    private async Task CopyKeysAsync(ProjectId project, CancellationToken cancellationToken)
    {
        foreach (var key in (await keys.ListAsync(project, cancellationToken)).Where(key => key.IsManaged))
        {
            await copies.PutAsync(key, cancellationToken);
        }
    }

    private static async Task CheckFilesAsync(
        ExportFolder folder,
        ExportManifest manifest,
        ProjectId project,
        IEnumerable<string> tables,
        CancellationToken cancellationToken
    )
    {
        foreach (var name in tables.Select(ExportFolder.Table).Append(ExportFolder.Blobs))
        {
            if (
                !manifest.Files.TryGetValue(name, out var lines)
                || !File.Exists(folder.File(name))
                || await ExportFolder.HashAsync(folder.File(name), cancellationToken) != lines.Sha256
            )
            {
                throw new MaintenanceException($"The file {name} is missing, or not as it was exported.");
            }
        }
        await foreach (var blob in BlobsAsync(folder, cancellationToken))
        {
            var isKnown =
                blob.Container == StorageNames.CasesContainer
                || (
                    ProjectRows.Containers.Contains(blob.Container)
                    && blob.Name.StartsWith(ProjectRows.BlobsOf(project), StringComparison.Ordinal)
                );
            var file = folder.BlobFile(blob.Container, blob.Name);
            if (!isKnown || !File.Exists(file) || await ExportFolder.HashAsync(file, cancellationToken) != blob.Sha256)
            {
                throw new MaintenanceException($"The blob {blob.Container}/{blob.Name} is missing, or not as it was exported.");
            }
        }
    }

    private async Task CheckRowsAsync(ExportFolder folder, ProjectId project, string table, CancellationToken cancellationToken)
    {
        await foreach (var row in RowsAsync(folder, table, cancellationToken))
        {
            if (!ProjectRows.Owns(project, row))
            {
                throw new MaintenanceException($"The row {table} {row.PartitionKey} {row.RowKey} is not one of project {project}.");
            }
            if (
                ProjectRows.IsShared(table, row)
                && await storage
                    .Table(table)
                    .GetEntityIfExistsAsync<TableEntity>(row.PartitionKey, row.RowKey, cancellationToken: cancellationToken)
                    is { HasValue: true } found
                && !ProjectRows.Owns(project, found.Value!)
            )
            {
                throw new MaintenanceException(
                    $"Another project has the row {table} {row.PartitionKey} {row.RowKey}: the same domain, case or worker."
                );
            }
        }
    }

    private async Task UploadAsync(ExportFolder folder, ExportedBlob blob, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(folder.BlobFile(blob.Container, blob.Name));
        await StreamedBlob.UploadAsync(storage.Container(blob.Container), blob.Name, content, blob.ContentType, cancellationToken);
        if (blob.Metadata.Count > 0)
        {
            await storage
                .Container(blob.Container)
                .GetBlobClient(blob.Name)
                .SetMetadataAsync(new Dictionary<string, string>(blob.Metadata), cancellationToken: cancellationToken);
        }
    }

    private static IAsyncEnumerable<TableEntity> RowsAsync(ExportFolder folder, string table, CancellationToken cancellationToken) =>
        File.ReadLinesAsync(folder.File(ExportFolder.Table(table)), cancellationToken).Select(RowText.Read);

    private static IAsyncEnumerable<ExportedBlob> BlobsAsync(ExportFolder folder, CancellationToken cancellationToken) =>
        File.ReadLinesAsync(folder.File(ExportFolder.Blobs), cancellationToken)
            .Select(line => JsonSerializer.Deserialize<ExportedBlob>(line)!);
}
