namespace ServerlessRosa.Core.Forms;

/// <summary>A definition that a client sends, or that is made from the workbook that it sends.</summary>
/// <param name="Xml">The definition, stored byte for byte.</param>
public sealed record UploadedForm(ReadOnlyMemory<byte> Xml)
{
    /// <summary>Null when the client sent XML.</summary>
    public UploadedWorkbook? Workbook { get; init; }

    /// <summary>The workbook of the stored definition that this one is a copy of (XF-010).</summary>
    internal FormWorkbook? StoredWorkbook { get; init; }

    internal const string ItemsetsFile = "itemsets.csv";
}

/// <summary>An XLSForm workbook, beside the definition that was made from it (XF-005 to XF-010).</summary>
/// <param name="Content">Read once, from its position to its end.</param>
/// <param name="ContentType">One of <see cref="WorkbookType"/>.</param>
/// <param name="Itemsets">The content of `itemsets.csv`; null when the workbook has no external choices.</param>
/// <param name="Warnings">The converter's warnings, which refuse the upload with 400.16 unless they are ignored.</param>
/// <param name="Checks">Findings of the converter's checks. They go along with warnings, but refuse nothing by themselves.</param>
public sealed record UploadedWorkbook(
    Stream Content,
    string ContentType,
    string? Itemsets,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Checks
);

/// <summary>
/// The stored workbook that a definition was made from, byte for byte. <see cref="Blob"/> may be shared by several definitions, since blobs
/// are immutable.
/// </summary>
/// <param name="Md5">In lower-case hexadecimal.</param>
public sealed record FormWorkbook(string Blob, string Md5, long Size, string ContentType);

/// <summary>The content types of workbooks (XF-001). The type determines the address of a workbook, not how it is read (XF-002).</summary>
public static class WorkbookType
{
    public const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    public const string Xls = "application/vnd.ms-excel";

    /// <summary>Null for a request that is read as XML.</summary>
    public static string? Of(string? contentType) =>
        string.Equals(contentType, Xlsx, StringComparison.OrdinalIgnoreCase) ? Xlsx
        : string.Equals(contentType, Xls, StringComparison.OrdinalIgnoreCase) ? Xls
        : null;

    /// <summary>Null for an ending that is neither `.xlsx` nor `.xls`.</summary>
    public static string? OfEnding(string ending) =>
        ending switch
        {
            ".xlsx" => Xlsx,
            ".xls" => Xls,
            _ => null,
        };
}
