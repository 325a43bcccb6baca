using System.IO.Compression;

namespace ServerlessRosa.XlsForms;

/// <summary>
/// Bounds what an .xlsx file can make the reading library do, before the library sees it: parts are inflated here once, without keeping
/// them, and never further than the limit. Declared sizes are not trusted.
/// </summary>
internal static class ZipGuard
{
    private const int MaxParts = 4096;
    private const long MaxIndexBytes = 8L << 20;
    private const long MaxSheetWork = 512L << 20;

    /// <summary>Refuses by <see cref="ConversionStopException"/>.</summary>
    public static void Check(MemoryStream file, long maxInflatedBytes, CancellationToken cancellationToken)
    {
        using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        if (archive.Entries.Count > MaxParts)
            throw TooLarge();
        long total = 0;
        long largestSheet = 0;
        var sheets = 0;
        var buffer = new byte[64 << 10];
        foreach (var entry in archive.Entries.Where(IsRead))
        {
            var isSheet = entry.FullName.Contains("sheet", StringComparison.OrdinalIgnoreCase);
            var isLarge = isSheet || entry.Name.StartsWith("shared", StringComparison.OrdinalIgnoreCase);
            var size = Inflate(entry, isLarge ? maxInflatedBytes - total : MaxIndexBytes, buffer, cancellationToken);
            total += size;
            if (!isSheet)
                continue;
            sheets++;
            largestSheet = Math.Max(largestSheet, size);
        }
        // The library reads a sheet twice, and a workbook may name one part as many sheets.
        if (sheets * largestSheet > MaxSheetWork)
            throw TooLarge();
    }

    private static bool IsRead(ZipArchiveEntry entry) =>
        entry.Name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)
        || entry.Name.EndsWith(".rels", StringComparison.OrdinalIgnoreCase)
        || entry.Name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase);

    private static long Inflate(ZipArchiveEntry entry, long limit, byte[] buffer, CancellationToken cancellationToken)
    {
        using var part = entry.Open();
        var markup = entry.Name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) ? null : new MarkupGuard();
        long size = 0;
        for (int read; (read = part.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            size += read;
            if (size > limit)
                throw TooLarge();
            if (markup?.Accepts(buffer.AsSpan(0, read)) == false)
                throw new ConversionStopException("The workbook is damaged. Open it in a spreadsheet program and save it again.");
        }
        return size;
    }

    private static ConversionStopException TooLarge() =>
        new("The workbook is too large when unpacked. Remove sheets, rows and formatting that the form does not need.");
}
