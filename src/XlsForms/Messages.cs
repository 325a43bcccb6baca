namespace ServerlessRosa.XlsForms;

/// <summary>Collects what is wrong with a workbook. Beyond a limit further messages are counted, not kept.</summary>
internal sealed class Messages(int limit)
{
    private readonly List<XlsFormMessage> _errors = [];
    private readonly List<XlsFormMessage> _warnings = [];
    private readonly HashSet<XlsFormMessage> _seen = [];
    private readonly int[] _leftOut = new int[2];

    public bool HasErrors => _errors.Count > 0;

    public int ErrorCount => _errors.Count + _leftOut[0];

    public IReadOnlyList<XlsFormMessage> Errors => [.. _errors, .. LeftOut(XlsFormMessageKind.Error)];

    public IReadOnlyList<XlsFormMessage> Warnings => [.. _warnings, .. LeftOut(XlsFormMessageKind.Warning)];

    public void Error(string? sheet, int? row, string? column, string text) => Add(XlsFormMessageKind.Error, sheet, row, column, text);

    public void Warning(string? sheet, int? row, string? column, string text) => Add(XlsFormMessageKind.Warning, sheet, row, column, text);

    public void Check(string? sheet, int? row, string? column, string text) => Add(XlsFormMessageKind.Check, sheet, row, column, text);

    private void Add(XlsFormMessageKind kind, string? sheet, int? row, string? column, string text)
    {
        var target = kind == XlsFormMessageKind.Error ? _errors : _warnings;
        if (target.Count >= limit)
        {
            _leftOut[kind == XlsFormMessageKind.Error ? 0 : 1]++;
            return;
        }
        var message = new XlsFormMessage(kind, Shorten(sheet), row, Shorten(column), text);
        if (_seen.Add(message))
            target.Add(message);
    }

    private IEnumerable<XlsFormMessage> LeftOut(XlsFormMessageKind kind)
    {
        var count = _leftOut[kind == XlsFormMessageKind.Error ? 0 : 1];
        if (count > 0)
            yield return new XlsFormMessage(kind, null, null, null, $"{count} further messages are left out.");
    }

    /// <summary>A cell's text for use in a message: shortened, so that a message stays readable.</summary>
    public static string Shorten(string? text) =>
        text is null ? null!
        : text.Length <= 120 ? text
        : text[..117] + "...";
}

/// <summary>Ends a conversion at once; the reason is already among the errors, or is the message of this exception.</summary>
internal sealed class ConversionStopException(string? reason = null) : Exception(reason ?? "")
{
    public string? Reason { get; } = reason;
}
