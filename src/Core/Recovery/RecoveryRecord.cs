using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Recovery;

/// <summary>
/// A blob with the content of rows, from which they can be rebuilt. It is written after the rows, from what is read back, and only over the
/// version that existed before the read. So an older state never replaces a newer one, and the next change of the rows writes it again.
/// </summary>
internal static class RecoveryRecord
{
    private const string ContentType = "application/json";

    /// <summary>
    /// Replaces the recovery record by the result of <paramref name="read"/>, which gets the previous record (null: none); a null result
    /// leaves it. Two operations, and those of <paramref name="read"/>.
    /// </summary>
    public static Task WriteAsync(
        BlobContainerClient container,
        string name,
        Func<byte[]?, Task<byte[]?>> read,
        CancellationToken cancellationToken
    ) =>
        ConditionalWrite.RunAsync(
            async () =>
            {
                var (before, version) = await FindAsync(container, name, cancellationToken);
                if (await read(before) is not { } next)
                {
                    return false;
                }
                var conditions = version is { } etag
                    ? new BlobRequestConditions { IfMatch = etag }
                    : new BlobRequestConditions { IfNoneMatch = ETag.All };
                await container
                    .GetBlobClient(name)
                    .UploadAsync(
                        BinaryData.FromBytes(next),
                        new BlobUploadOptions
                        {
                            HttpHeaders = new BlobHttpHeaders { ContentType = ContentType },
                            Conditions = conditions,
                        },
                        cancellationToken
                    );
                return true;
            },
            cancellationToken
        );

    private static async Task<(byte[]? Content, ETag? Version)> FindAsync(
        BlobContainerClient container,
        string name,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var found = (await container.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value;
            return (found.Content.ToArray(), found.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (null, null);
        }
    }
}
