using System.Globalization;

namespace ServerlessRosa.Functions.Pipeline;

/// <summary>A request's body that ends with 413 where the limit is (<see cref="RosaOptions.MaxBodyBytes"/>), before the web server cuts
/// it off.</summary>
internal sealed class LimitedBody(Stream inner, long limit) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static void Apply(HttpRequest request, long limit)
    {
        request.Body = new LimitedBody(request.Body, limit);
        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }
    }

    /// <summary>
    /// Reads the rest of a refused body, up to the web server's limit: a client that is still sending would not receive the answer.
    /// </summary>
    public static async Task DrainAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await (request.Body is LimitedBody body ? body.Inner : request.Body).CopyToAsync(Stream.Null, cancellationToken);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The body is truncated or the client disconnected: nothing is left to read.
        }
    }

    private Stream Inner { get; } = inner;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await Inner.ReadAsync(buffer, cancellationToken);
        _read += read;
        return _read <= limit ? read : throw TooLarge(limit);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous reading is used.");

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static BadHttpRequestException TooLarge(long limit) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The body is larger than {limit} bytes."), StatusCodes.Status413PayloadTooLarge);
}
