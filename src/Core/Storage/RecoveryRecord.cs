using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// A blob that repeats what rows say, so that they can be made again. It is written after them, from what is read back, and only over
/// the version that was there before they were read: so an older state never takes the place of a newer one, and whoever changes the
/// rows next writes it again.
/// </summary>
internal static class RecoveryRecord
{
    private const string ContentType = "application/json";

    /// <summary>
    /// Replaces the shadow by what <paramref name="read"/> makes of the rows, given the shadow before it (null: there was none); null
    /// leaves it. Two operations and what is read.
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
