namespace ServerlessRosa.XlsForms;

/// <summary>The first sheet of a workbook as texts: its header, and its rows with a cell for each column of the header.</summary>
public sealed record WorkbookTable(IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<string?>> Rows)
{
    /// <summary>
    /// Reads an .xlsx, .xlsm or .xls file. Nothing in the file makes it throw: the table is null when there are errors. It throws <see
    /// cref="OperationCanceledException"/> and what the stream throws.
    /// </summary>
    public static (WorkbookTable? Table, IReadOnlyList<XlsFormMessage> Errors) Read(
        Stream workbook,
        XlsFormOptions options,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(workbook);
        ArgumentNullException.ThrowIfNull(options);
        var messages = new Messages(options.MaxMessages);
        WorkbookTable? table = null;
        try
        {
            var read = new WorkbookReader(options, messages).Read(workbook, firstSheetOnly: true, cancellationToken);
            var sheet = read.Sheets.Values.First();
            table = new WorkbookTable([.. sheet.Headers.Select(header => header.Text)], sheet.Rows);
        }
        catch (ConversionStopException stop)
        {
            if (stop.Reason is not null)
                messages.Error(null, null, null, stop.Reason);
        }
        return (messages.HasErrors ? null : table, messages.Errors);
    }
}
