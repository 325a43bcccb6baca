using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Syncs;

/// <summary>Container `syncs`: the cases of each sync log, in immutable blobs. A log's row names its blob.</summary>
public sealed class SyncsContainer(StorageAccount storage)
{
    private const string ContentType = "application/octet-stream";
    private readonly BlobContainerClient _container = storage.Container(StorageNames.SyncsContainer);

    /// <summary>Writes a snapshot and returns the blob's name. One operation.</summary>
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

    /// <summary>The tokens of a user's newest blobs, at most <paramref name="most"/>. One operation per 5,000 blobs of the user.</summary>
    internal async Task<IReadOnlyList<SyncToken>> ListNewestAsync(
        ProjectId project,
        OwnerId user,
        int most,
        CancellationToken cancellationToken
    )
    {
        var folder = SyncKeys.FolderOf(project, user);
        var newest = new PriorityQueue<string, DateTimeOffset>();
        await foreach (var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, folder, cancellationToken))
        {
            newest.Enqueue(blob.Name[folder.Length..].Split('/')[0], blob.Properties.CreatedOn ?? DateTimeOffset.MinValue);
            if (newest.Count > most)
            {
                newest.Dequeue();
            }
        }
        return [.. newest.UnorderedItems.Select(item => item.Element).Distinct().Select(Parse).OfType<SyncToken>()];

        static SyncToken? Parse(string text) => SyncToken.TryParse(text, out var token) ? token : null;
    }

    internal Task<BlobProbe?> ProbeAsync(string blob, CancellationToken cancellationToken) =>
        BlobProbe.FindAsync(_container, blob, reads: false, cancellationToken);

    internal Task PurgeAsync(ProjectId project, OwnerId user, SyncToken token, CancellationToken cancellationToken) =>
        StreamedBlob.DeleteAllAsync(_container, SyncKeys.FolderOf(project, user, token), cancellationToken);

    /// <summary>
    /// Deletes blobs older than <paramref name="time"/> that no sync log references: their restore was repeated or never completed. Logs
    /// only ever reference younger blobs, or those already in <paramref name="named"/>. One operation per 5,000 blobs and one per deleted
    /// blob.
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
