namespace ServerlessRosa.Core.Storage;

/// <summary>Small XML that rides along in a table row, so that exports read 1,000 submissions per operation. The blob stays the
/// truth.</summary>
internal static class CompressedXml
{
    private const int MaxBytes = 32 * 1024;

    /// <summary>Null when even compressed it is too large for a row.</summary>
    public static byte[]? TryPack(ReadOnlyMemory<byte> xml)
    {
        var packed = Deflated.Pack(xml.Span);
        return packed.Length <= MaxBytes ? packed : null;
    }

    public static byte[] Unpack(byte[] packed) => Deflated.Unpack(new MemoryStream(packed, writable: false));
}
