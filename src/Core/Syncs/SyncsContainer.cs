using Azure.Storage.Blobs;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Syncs;

/// <summary>Container `syncs`: the cases of each sync log. A log's row names the blob that counts, and no blob ever changes.</summary>
public sealed class SyncsContainer(StorageAccount storage)
{
    private const string ContentType = "application/octet-stream";
    private readonly BlobContainerClient _container = storage.Container(StorageNames.SyncsContainer);

    /// <summary>One operation. Returns the blob's name.</summary>
    internal async Task<string> PutAsync(
        ProjectId project,
        OwnerId user,
        SyncToken token,
        SyncSnapshot snapshot,
        CancellationToken cancellationToken
    )
    {
        var name = SyncKeys.NewBlob(project, user, token);
        await StreamedBlob.PutAsync(_container, name, SyncSnapshotFormat.Write(snapshot), ContentType, cancellationToken);
        return name;
    }

    /// <summary>Null when the blob has been purged. One operation.</summary>
    internal async Task<SyncSnapshot?> ReadAsync(string name, CancellationToken cancellationToken) =>
        await StreamedBlob.ReadAsync(_container, name, cancellationToken) is { } bytes
            ? SyncSnapshotFormat.Read(new MemoryStream(bytes))
            : null;

    internal Task<BlobProbe?> ProbeAsync(string blob, CancellationToken cancellationToken) =>
        BlobProbe.FindAsync(_container, blob, reads: false, cancellationToken);

    internal Task PurgeAsync(ProjectId project, OwnerId user, SyncToken token, CancellationToken cancellationToken) =>
        StreamedBlob.DeleteAllAsync(_container, SyncKeys.FolderOf(project, user, token), cancellationToken);

    /// <summary>
    /// Deletes what is from before <paramref name="time"/> and that no log names: its answer was made once more, or never finished.
    /// Logs name only what is younger, or what they name already. One operation per 5,000 blobs and one for each that is deleted.
    /// </summary>
    internal async Task PurgeUnnamedAsync(IReadOnlySet<string> named, DateTimeOffset time, CancellationToken cancellationToken)
    {
        await foreach (var blob in _container.GetBlobsAsync(cancellationToken: cancellationToken))
        {
            if (blob.Properties.CreatedOn < time && !named.Contains(blob.Name))
            {
                await _container.GetBlobClient(blob.Name).DeleteIfExistsAsync(cancellationToken: cancellationToken);
            }
        }
    }
}
