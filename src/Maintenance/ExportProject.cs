using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Blobs.Models;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Encryption;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Maintenance;

/// <summary>How much was exported or imported.</summary>
public sealed record Transferred(int Rows, int Blobs);

/// <summary>
/// Copies all rows and blobs of a project into a folder. Rows go before blobs: those of each row were written before it. The manifest
/// is written last, so that a folder without one is not whole.
/// </summary>
public sealed class ExportProject(
    StorageAccount storage,
    ProjectsTable projects,
    AccountsTable accounts,
    PrivateKeys privateKeys,
    TimeProvider clock
)
{
    /// <summary>Refuses an unknown project, and a folder that has something in it. One operation per 1,000 rows and one or more for
    /// each blob.</summary>
    public async Task<Transferred> RunAsync(ProjectId project, string path, CancellationToken cancellationToken)
    {
        if (await projects.FindAsync(project, cancellationToken) is null)
        {
            throw new MaintenanceException($"There is no project {project} in this storage account.");
        }
        var folder = new ExportFolder(path);
        folder.Create();
        var files = new Dictionary<string, ExportedLines>();
        var caseBlobs = new HashSet<string>();
        foreach (var (table, filters) in ProjectRows.Of(project))
        {
            files[ExportFolder.Table(table)] = await WriteLinesAsync(
                folder.File(ExportFolder.Table(table)),
                filters
                    .ToAsyncEnumerable()
                    .SelectMany(filter => storage.Table(table).QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
                    .Select(row =>
                    {
                        if (ProjectRows.CaseBlobOf(table, row) is { } blob)
                        {
                            caseBlobs.Add(blob);
                        }
                        return RowText.Write(Portable(table, row));
                    }),
                cancellationToken
            );
        }
        var rows = files.Values.Sum(file => file.Lines);
        files[ExportFolder.Blobs] = await WriteLinesAsync(
            folder.File(ExportFolder.Blobs),
            SaveBlobsAsync(project, caseBlobs, folder, cancellationToken).Select(blob => JsonSerializer.Serialize(blob)),
            cancellationToken
        );

        var manifest = new ExportManifest(
            ExportManifest.CurrentFormat,
            project.Value,
            clock.GetUtcNow(),
            await accounts.FindLastIdAsync(cancellationToken),
            files
        );
        await File.WriteAllBytesAsync(folder.ManifestFile, JsonSerializer.SerializeToUtf8Bytes(manifest), cancellationToken);
        return new Transferred(rows, files[ExportFolder.Blobs].Lines);
    }

    // The key ring stays here, so private keys go with the encryption by their passphrases alone, and webhooks without secrets.
    private TableEntity Portable(string table, TableEntity row) =>
        table switch
        {
            StorageNames.EncryptionKeysTable => EncryptionKeysTable.Protect(
                row,
                key =>
                    privateKeys.TryUnprotect(key)
                    ?? throw new MaintenanceException("The key ring that protects the project's encryption keys is missing.")
            ),
            StorageNames.WebhooksTable => WebhooksTable.WithoutSecrets(row),
            _ => row,
        };

    private async IAsyncEnumerable<ExportedBlob> SaveBlobsAsync(
        ProjectId project,
        HashSet<string> caseBlobs,
        ExportFolder folder,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var name in ProjectRows.Containers)
        {
            await foreach (
                var blob in storage
                    .Container(name)
                    .GetBlobsAsync(BlobTraits.None, BlobStates.None, ProjectRows.BlobsOf(project), cancellationToken)
            )
            {
                if (await SaveAsync(name, blob.Name, folder, cancellationToken) is { } saved)
                {
                    yield return saved;
                }
            }
        }
        foreach (var blob in caseBlobs.Order(StringComparer.Ordinal))
        {
            if (await SaveAsync(StorageNames.CasesContainer, blob, folder, cancellationToken) is { } saved)
            {
                yield return saved;
            }
        }
    }

    // Null when it was purged meanwhile.
    private async Task<ExportedBlob?> SaveAsync(string container, string name, ExportFolder folder, CancellationToken cancellationToken)
    {
        var client = storage.Container(container).GetBlobClient(name);
        var file = folder.BlobFile(container, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        try
        {
            var properties = (await client.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
            await using (var content = (await client.DownloadStreamingAsync(cancellationToken: cancellationToken)).Value.Content)
            await using (var copy = File.Create(file))
            {
                await content.CopyToAsync(copy, cancellationToken);
            }
            return new ExportedBlob(
                container,
                name,
                properties.ContentType,
                new FileInfo(file).Length,
                await ExportFolder.HashAsync(file, cancellationToken),
                new Dictionary<string, string>(properties.Metadata)
            );
        }
        catch (Azure.RequestFailedException e) when (e.Status == 404)
        {
            File.Delete(file);
            return null;
        }
    }

    private static async Task<ExportedLines> WriteLinesAsync(
        string file,
        IAsyncEnumerable<string> lines,
        CancellationToken cancellationToken
    )
    {
        var count = 0;
        await using (var writer = new StreamWriter(file))
        {
            await foreach (var line in lines.WithCancellation(cancellationToken))
            {
                await writer.WriteAsync(line + "\n");
                count++;
            }
        }
        return new ExportedLines(count, await ExportFolder.HashAsync(file, cancellationToken));
    }
}
