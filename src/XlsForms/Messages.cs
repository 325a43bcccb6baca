using System.Diagnostics.CodeAnalysis;

namespace ServerlessRosa.XlsForms;

/// <summary>Collects the messages about a workbook. Beyond a limit further messages are counted, not kept.</summary>
internal sealed class Messages(int limit)
{
    private readonly List<XlsFormMessage>[] _kept =
    [
        [],
        [],
        [],
    ];
    private readonly int[] _leftOut = new int[3];
    private readonly HashSet<XlsFormMessage> _seen = [];

    public bool HasErrors => _kept[(int)XlsFormMessageKind.Error].Count > 0;

    public IReadOnlyList<XlsFormMessage> Errors => [.. Of(XlsFormMessageKind.Error)];

    /// <summary>Warnings, then the findings of the checks.</summary>
    public IReadOnlyList<XlsFormMessage> Warnings => [.. Of(XlsFormMessageKind.Warning), .. Of(XlsFormMessageKind.Check)];

    /// <summary>Whether further findings of the checks are only counted.</summary>
    public bool HasAllChecks => _kept[(int)XlsFormMessageKind.Check].Count >= limit;

    public void Error(string? sheet, int? row, string? column, string text) => Add(XlsFormMessageKind.Error, sheet, row, column, text);

    public void Warning(string? sheet, int? row, string? column, string text) => Add(XlsFormMessageKind.Warning, sheet, row, column, text);

    public void Check(string? sheet, int? row, string? column, string text) => Add(XlsFormMessageKind.Check, sheet, row, column, text);

    private void Add(XlsFormMessageKind kind, string? sheet, int? row, string? column, string text)
    {
        var kept = _kept[(int)kind];
        if (kept.Count >= limit)
            _leftOut[(int)kind]++;
        else if (new XlsFormMessage(kind, sheet, row, Shorten(column), text) is var message && _seen.Add(message))
            kept.Add(message);
    }

    private IEnumerable<XlsFormMessage> Of(XlsFormMessageKind kind)
    {
        var leftOut = _leftOut[(int)kind];
        var last = new XlsFormMessage(kind, null, null, null, $"{leftOut} further messages are left out.");
        return leftOut == 0 ? _kept[(int)kind] : _kept[(int)kind].Append(last);
    }

    /// <summary>A cell's text for use in a message: shortened, so that a message stays readable.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Shorten(string? text) => text is null || text.Length <= 120 ? text : text[..117] + "...";
}

/// <summary>Ends a conversion at once; the reason is already among the errors, or is the message of this exception.</summary>
internal sealed class ConversionStopException(string? reason = null) : Exception(reason ?? "")
{
    public string? Reason { get; } = reason;
}
