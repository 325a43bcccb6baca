namespace ServerlessRosa.Core.Storage;

/// <summary>
/// Small submission XML copied into its table row, so that exports read 1,000 submissions per operation. The blob remains authoritative.
/// </summary>
internal static class CompressedXml
{
    private const int MaxBytes = 32 * 1024;

    /// <summary>Null when the compressed XML is too large for a row.</summary>
    public static byte[]? TryPack(ReadOnlyMemory<byte> xml)
    {
        var packed = Deflated.Pack(xml.Span);
        return packed.Length <= MaxBytes ? packed : null;
    }

    public static byte[] Unpack(byte[] packed) => Deflated.Unpack(packed);
}
