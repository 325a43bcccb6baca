using System.Buffers;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace ServerlessRosa.Core.Storage;

/// <summary>Name, MD5 and size of a file that was streamed into a blob.</summary>
public sealed record StoredFile(string Blob, string Md5, long Size);

/// <summary>Copies files of unknown length between streams and blobs without buffering them in memory.</summary>
internal static class StreamedBlob
{
    private const int Block = 4 << 20;

    /// <summary>
    /// Streams <paramref name="content"/> into a blob with a unique name: one operation up to 4 MiB, otherwise one per 4 MiB and one more.
    /// Returns its MD5 (lower-case hexadecimal) and size. The next block is read while one is uploaded, so at most two are in memory.
    /// <paramref name="note"/> computes the blob's metadata.
    /// </summary>
    public static async Task<StoredFile> UploadAsync(
        BlobContainerClient container,
        string name,
        Stream content,
        string contentType,
        CancellationToken cancellationToken,
        Func<StoredFile, Dictionary<string, string>>? note = null
    )
    {
        var blob = container.GetBlockBlobClient(name);
        var headers = new BlobHttpHeaders { ContentType = contentType };
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using var first = new PooledBlock();
        using var second = new PooledBlock();

        await first.FillAsync(content, cancellationToken);
        md5.AppendData(first.Bytes.Span);
        long size = first.Bytes.Length;
        if (!first.IsFull || !await second.FillAsync(content, cancellationToken))
        {
            var small = new StoredFile(name, Convert.ToHexStringLower(md5.GetCurrentHash()), size);
            await blob.UploadAsync(
                first.AsStream(),
                new BlobUploadOptions { HttpHeaders = headers, Metadata = note?.Invoke(small) },
                cancellationToken
            );
            return small;
        }

        var ids = new List<string>();
        var (sending, next) = (first, second);
        for (var more = true; more;)
        {
            var id = Convert.ToBase64String(BitConverter.GetBytes(ids.Count));
            ids.Add(id);
            var staging = blob.StageBlockAsync(id, sending.AsStream(), cancellationToken: cancellationToken);
            try
            {
                if (ids.Count > 1)
                {
                    await next.FillAsync(content, cancellationToken);
                }
                md5.AppendData(next.Bytes.Span);
            }
            finally
            {
                await staging; // the buffer is reused after this
            }
            more = next.Bytes.Length > 0;
            size += next.Bytes.Length;
            (sending, next) = (next, sending);
        }
        var stored = new StoredFile(name, Convert.ToHexStringLower(md5.GetCurrentHash()), size);
        await blob.CommitBlockListAsync(
            ids,
            new CommitBlockListOptions { HttpHeaders = headers, Metadata = note?.Invoke(stored) },
            cancellationToken
        );
        return stored;
    }

    /// <summary>
    /// Stores bytes under a name derived from their content, so that writing twice is harmless. Null when the blob existed already; its
    /// metadata is then unchanged. One operation.
    /// </summary>
    public static async Task<ETag?> PutAsync(
        BlobContainerClient container,
        string name,
        ReadOnlyMemory<byte> content,
        string contentType,
        CancellationToken cancellationToken,
        Dictionary<string, string>? metadata = null
    )
    {
        try
        {
            var options = new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
                Metadata = metadata,
                Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            };
            return (await container.GetBlobClient(name).UploadAsync(BinaryData.FromBytes(content), options, cancellationToken)).Value.ETag;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return null;
        }
    }

    /// <summary>Null when there is no such blob. One operation.</summary>
    public static async Task<byte[]?> ReadAsync(BlobContainerClient container, string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await container.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content.ToArray();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Opens <paramref name="length"/> bytes from <paramref name="offset"/> on, as a stream. One operation. Null when there is
    /// no such blob.</summary>
    public static async Task<Stream?> OpenAsync(
        BlobContainerClient container,
        string name,
        long offset,
        long? length,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var range = offset == 0 && length is null ? default : new HttpRange(offset, length);
            return (
                await container.GetBlobClient(name).DownloadStreamingAsync(new BlobDownloadOptions { Range = range }, cancellationToken)
            )
                .Value
                .Content;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Deletes all blobs whose names start with <paramref name="prefix"/>. One operation per 5,000 found and one for
    /// each.</summary>
    public static async Task DeleteAllAsync(BlobContainerClient container, string prefix, CancellationToken cancellationToken)
    {
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            await container.GetBlobClient(blob.Name).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        }
    }

    /// <summary>Deletes blobs that a refused request has stored; a failure leaves an unreferenced blob, which is harmless.</summary>
    public static async Task DiscardAsync(BlobContainerClient container, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            try
            {
                await container.GetBlobClient(name).DeleteIfExistsAsync(cancellationToken: CancellationToken.None);
            }
            catch (RequestFailedException)
            {
                // An unreferenced blob is harmless; the answer to the client matters more.
            }
        }
    }

    /// <summary>A buffer of one block. It grows with the content, since most files are far smaller than a block.</summary>
    private sealed class PooledBlock : IDisposable
    {
        private byte[] _bytes = ArrayPool<byte>.Shared.Rent(64 * 1024);
        private int _count;

        public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _count);

        public bool IsFull => _count == Block;

        /// <summary>Replaces the buffer's content by the next bytes of <paramref name="content"/>. False at its end.</summary>
        public async Task<bool> FillAsync(Stream content, CancellationToken cancellationToken)
        {
            _count = 0;
            while (_count < Block)
            {
                if (_count == _bytes.Length)
                {
                    Grow();
                }
                var read = await content.ReadAsync(_bytes.AsMemory(_count, Math.Min(_bytes.Length, Block) - _count), cancellationToken);
                if (read == 0)
                {
                    break;
                }
                _count += read;
            }
            return _count > 0;
        }

        public MemoryStream AsStream() => new(_bytes, 0, _count, writable: false);

        public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

        private void Grow()
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(_bytes.Length * 4, Block));
            _bytes.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
    }
}
