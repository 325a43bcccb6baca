using System.Buffers;
using System.IO.Compression;

namespace ServerlessRosa.Core.Storage;

/// <summary>Compresses bytes that are stored in a table row. Optimised for speed, since it runs for every submission.</summary>
internal static class Deflated
{
    // Most XML and cases of a few kilobytes shrink to a third.
    private const int ExpectedRatio = 4;
    private const int Least = 4096;

    public static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        using var packed = new MemoryStream(bytes.Length / 2);
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(bytes);
        }
        return packed.ToArray();
    }

    public static byte[] Unpack(byte[] packed)
    {
        using var bytes = Inflate(packed);
        return bytes.Span.ToArray();
    }

    /// <summary>The same in memory that is given back when the result is disposed of.</summary>
    public static RentedBytes Inflate(byte[] packed)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(Least, packed.Length * ExpectedRatio));
        var length = 0;
        try
        {
            using var inflate = new DeflateStream(new MemoryStream(packed, writable: false), CompressionMode.Decompress);
            while (inflate.Read(buffer, length, buffer.Length - length) is > 0 and var read)
            {
                length += read;
                if (length == buffer.Length)
                {
                    var longer = ArrayPool<byte>.Shared.Rent(length * 2);
                    buffer.CopyTo(longer, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = longer;
                }
            }
            return new RentedBytes(buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }
}

/// <summary>Bytes in memory from the pool. Whoever gets them disposes of them, once, and does not use them afterwards.</summary>
internal readonly struct RentedBytes(byte[] buffer, int length) : IDisposable
{
    public ReadOnlySpan<byte> Span => buffer.AsSpan(0, length);

    public ReadOnlyMemory<byte> Memory => buffer.AsMemory(0, length);

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}
