using System.Security.Cryptography;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace ServerlessRosa.Core.Storage;

/// <summary>What was learned of a file while it streamed into its blob.</summary>
public sealed record StoredFile(string Blob, string Md5, long Size);

/// <summary>Moves files of unknown length between streams and blobs without holding them in memory.</summary>
internal static class StreamedBlob
{
    private const int Block = 4 << 20;

    /// <summary>
    /// Streams <paramref name="content"/> into a blob that must not exist yet: one operation up to 4 MiB, else one per 4 MiB and one more.
    /// Returns its MD5 (lower-case hex) and size.
    /// </summary>
    public static async Task<StoredFile> UploadAsync(BlobContainerClient container, string name, Stream content, string contentType, CancellationToken cancellationToken)
    {
        await using var hashing = new HashingStream(content);
        await container.GetBlobClient(name).UploadAsync(
            hashing,
            new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
                Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                TransferOptions = new StorageTransferOptions { InitialTransferSize = Block, MaximumTransferSize = Block, MaximumConcurrency = 2 },
            },
            cancellationToken);
        return new StoredFile(name, hashing.Md5, hashing.Count);
    }

    /// <summary>Stores bytes under a name that says what they are: writing them twice is harmless. One operation.</summary>
    public static async Task PutAsync(BlobContainerClient container, string name, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellationToken)
    {
        try
        {
            await container.GetBlobClient(name).UploadAsync(
                BinaryData.FromBytes(content),
                new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = contentType }, Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } },
                cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            // The same bytes are there already.
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

    /// <summary>Opens <paramref name="length"/> bytes from <paramref name="offset"/> on, as a stream. One operation. Null when there is no such blob.</summary>
    public static async Task<Stream?> OpenAsync(BlobContainerClient container, string name, long offset, long? length, CancellationToken cancellationToken)
    {
        try
        {
            var range = offset == 0 && length is null ? default : new HttpRange(offset, length);
            return (await container.GetBlobClient(name).DownloadStreamingAsync(new BlobDownloadOptions { Range = range }, cancellationToken)).Value.Content;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Takes back what a refused request has stored: a failure leaves litter, and nothing worse.</summary>
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
                // A blob without a row is only litter; the answer to the client matters more.
            }
        }
    }

    private sealed class HashingStream(Stream inner) : Stream
    {
        private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);

        public long Count { get; private set; }

        public string Md5 => Convert.ToHexStringLower(_md5.GetCurrentHash());

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            _md5.AppendData(buffer.Span[..read]);
            Count += read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous reading is used.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _md5.Dispose();
            base.Dispose(disposing);
        }
    }
}
