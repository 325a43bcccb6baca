using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// Size and hashes of a blob, in lower-case hexadecimal. The MD5 comes from the blob's properties when the blob was not read; null when
/// storage has none.
/// </summary>
internal sealed record BlobProbe(long Size, string? Md5, string? Sha256)
{
    /// <summary>
    /// Null when there is no such blob. Downloads the blob in pieces if <paramref name="reads"/>, else reads its properties. One operation.
    /// </summary>
    public static async Task<BlobProbe?> FindAsync(
        BlobContainerClient container,
        string name,
        bool reads,
        CancellationToken cancellationToken
    )
    {
        var blob = container.GetBlobClient(name);
        try
        {
            if (reads)
            {
                await using var content = (await blob.DownloadStreamingAsync(cancellationToken: cancellationToken)).Value.Content;
                return await ReadAsync(content, cancellationToken);
            }
            var properties = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
            return new BlobProbe(properties.ContentLength, Hex(properties.ContentHash), null);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    public static string? Hex(byte[]? hash) => hash is { Length: > 0 } ? Convert.ToHexStringLower(hash) : null;

    private static async Task<BlobProbe> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[80 * 1024];
        long size = 0;
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0; size += read)
        {
            md5.AppendData(buffer, 0, read);
            sha256.AppendData(buffer, 0, read);
        }
        return new BlobProbe(size, Convert.ToHexStringLower(md5.GetCurrentHash()), Convert.ToHexStringLower(sha256.GetCurrentHash()));
    }
}

/// <summary>A blob as listed.</summary>
internal sealed record ListedBlob(string Name, long Size, string? Md5)
{
    /// <summary>In the order of their names. One operation per 5,000.</summary>
    public static IAsyncEnumerable<ListedBlob> ListAsync(
        BlobContainerClient container,
        string prefix,
        CancellationToken cancellationToken
    ) =>
        container
            .GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken)
            .Select(blob => new ListedBlob(blob.Name, blob.Properties.ContentLength ?? 0, BlobProbe.Hex(blob.Properties.ContentHash)));
}
