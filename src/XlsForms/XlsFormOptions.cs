namespace ServerlessRosa.XlsForms;

/// <summary>How a workbook is converted, and the limits that keep a hostile one from using up time and memory.</summary>
public sealed record XlsFormOptions
{
    /// <summary>The form id, and the title, of a workbook whose settings have none: the stem of its file name (XF-003, XF-004).</summary>
    public string? FormIdFallback { get; init; }

    /// <summary>Whether the checks of XPath expressions run. Their findings have the kind <see cref="XlsFormMessageKind.Check"/>.</summary>
    public bool RunChecks { get; init; } = true;

    /// <summary>The largest workbook file, in bytes.</summary>
    public long MaxFileBytes { get; init; } = 32L << 20;

    /// <summary>The largest sum of all parts of an .xlsx file that are read, inflated, in bytes.</summary>
    public long MaxInflatedBytes { get; init; } = 48L << 20;

    /// <summary>The largest sum of all texts in the cells that are read, in characters. Each cell counts 16 more.</summary>
    public long MaxCellCharacters { get; init; } = 32L << 20;

    /// <summary>The longest XForm, in characters.</summary>
    public int MaxXFormCharacters { get; init; } = 24 << 20;

    /// <summary>The deepest nesting of groups and repeats.</summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>The largest number of questions, groups and repeats, those that loops make included.</summary>
    public int MaxElements { get; init; } = 50_000;

    /// <summary>The number of errors, and of warnings, after which further ones are left out.</summary>
    public int MaxMessages { get; init; } = 200;
}
