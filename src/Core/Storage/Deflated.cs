using System.IO.Compression;

namespace ServerlessRosa.Core.Storage;

/// <summary>Compresses bytes that are stored in a table row. Optimised for speed, since it runs for every submission.</summary>
internal static class Deflated
{
    public static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(bytes);
        }
        return packed.ToArray();
    }

    public static byte[] Unpack(byte[] packed)
    {
        using var bytes = new MemoryStream();
        using (var inflate = new DeflateStream(new MemoryStream(packed, writable: false), CompressionMode.Decompress))
        {
            inflate.CopyTo(bytes);
        }
        return bytes.ToArray();
    }
}
