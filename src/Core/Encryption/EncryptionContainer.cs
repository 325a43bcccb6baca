using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Encryption;

/// <summary>
/// Container `encryption`: a copy of each managed key. If its row were lost, submissions could not be decrypted otherwise.
/// </summary>
public sealed class EncryptionContainer(StorageAccount storage)
{
    private static readonly JsonSerializerOptions Json = new() { IgnoreReadOnlyProperties = true };
    private readonly BlobContainerClient _container = storage.Container(StorageNames.EncryptionContainer);

    /// <summary>One operation.</summary>
    internal Task PutAsync(EncryptionKey key, CancellationToken cancellationToken) =>
        StreamedBlob.PutAsync(
            _container,
            EncryptionKeyKeys.RecoveryRecord(key.Project, key.Number),
            JsonSerializer.SerializeToUtf8Bytes(key, Json),
            "application/json",
            cancellationToken
        );

    /// <summary>Null when there is no copy. One operation.</summary>
    internal async Task<EncryptionKey?> FindAsync(ProjectId project, int number, CancellationToken cancellationToken) =>
        await StreamedBlob.ReadAsync(_container, EncryptionKeyKeys.RecoveryRecord(project, number), cancellationToken) is { } content
            ? JsonSerializer.Deserialize<EncryptionKey>(content, Json)
            : null;

    /// <summary>All copies of a project's keys. One operation, and one for each.</summary>
    internal async IAsyncEnumerable<EncryptionKey> ListAsync(
        ProjectId project,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var prefix = EncryptionKeyKeys.RecoveryRecordsOf(project);
        await foreach (var blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            if (await StreamedBlob.ReadAsync(_container, blob.Name, cancellationToken) is { } content)
            {
                yield return JsonSerializer.Deserialize<EncryptionKey>(content, Json)!;
            }
        }
    }
}
