using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Pipeline;
using SpreadCheetah;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Rows of text as a CSV file, or with `?format=xlsx` as a workbook, sent while they are read.</summary>
public static class SheetFile
{
    private const int MaxRows = 1_048_575;
    private const int MaxCell = 32_767;
    private const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    private static readonly SpreadCheetahOptions Plain = new() { DefaultDateTimeFormat = null };

    /// <summary>Refuses another format, and a workbook of more rows or longer texts than workbooks hold, with 400.8.</summary>
    public static IResult Of(
        HttpRequest request,
        string name,
        IReadOnlyList<string> headers,
        (int Rows, int LongestCell) size,
        Func<CancellationToken, IAsyncEnumerable<IEnumerable<string>>> rows
    )
    {
        var format = request.Query["format"].ToString();
        switch (format)
        {
            case "" or "csv":
                return new StreamedFile(
                    $"{name}.csv",
                    $"{SheetBody.Csv}; charset=utf-8",
                    (output, cancellationToken) => WriteCsvAsync(output, headers, rows(cancellationToken), cancellationToken)
                );
            case "xlsx" when size.Rows <= MaxRows && size.LongestCell <= MaxCell:
                return new StreamedFile(
                    $"{name}.xlsx",
                    Xlsx,
                    (output, cancellationToken) => WriteWorkbookAsync(output, headers, rows(cancellationToken), cancellationToken)
                );
            case "xlsx":
                throw Problem
                    .UnexpectedValue("format", format, $"a workbook holds {MaxRows} rows, and {MaxCell} characters in a cell. Use csv.")
                    .AsException();
            default:
                throw Problem.UnexpectedValue("format", format, "the formats are csv and xlsx.").AsException();
        }
    }

    private static async Task WriteCsvAsync(
        Stream output,
        IReadOnlyList<string> headers,
        IAsyncEnumerable<IEnumerable<string>> rows,
        CancellationToken cancellationToken
    )
    {
        var csv = new CsvText();
        csv.Cells(headers);
        csv.EndRow();
        await foreach (var row in rows)
        {
            csv.Cells(row);
            csv.EndRow();
            if (csv.IsFull)
            {
                csv.MoveTo(output);
                await output.FlushAsync(cancellationToken);
            }
        }
        csv.MoveTo(output);
    }

    private static async Task WriteWorkbookAsync(
        Stream output,
        IReadOnlyList<string> headers,
        IAsyncEnumerable<IEnumerable<string>> rows,
        CancellationToken cancellationToken
    )
    {
        await using var workbook = await Spreadsheet.CreateNewAsync(output, Plain, cancellationToken);
        await workbook.StartWorksheetAsync("rows", token: cancellationToken);
        await workbook.AddRowAsync(Cells(headers), cancellationToken);
        await foreach (var row in rows)
        {
            await workbook.AddRowAsync(Cells(row), cancellationToken);
        }
        await workbook.FinishAsync(cancellationToken);
    }

    // Always text: what looks like a formula or a number is the value that was stored.
    private static DataCell[] Cells(IEnumerable<string> row) => [.. row.Select(cell => new DataCell(XmlOut.Text(cell)))];
}
