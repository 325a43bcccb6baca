using Microsoft.Net.Http.Headers;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Functions.Pipeline;
using ServerlessRosa.XlsForms;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Reads uploaded spreadsheets: a CSV file or a workbook's first sheet.</summary>
public sealed class SheetBody : IDisposable
{
    public const string Csv = "text/csv";
    private const int MaxBytes = 8 << 20;
    private const int MaxErrors = 20;

    private static readonly XlsFormOptions Limits = new() { MaxFileBytes = MaxBytes, MaxCellCharacters = 8L << 20 };

    // Reading a workbook takes many times its size: an instance has memory for one at a time.
    private readonly SemaphoreSlim _oneAtATime = new(1);

    public void Dispose() => _oneAtATime.Dispose();

    /// <summary>
    /// Runs <paramref name="handle"/> with the sheet, one upload at a time. Refuses another content type with 400.8, more than 8 MiB with
    /// 413.1, an unusable file with 400.58, and a parameter that is not among <paramref name="parameters"/> with 501.1.
    /// </summary>
    public async Task<IResult> RunAsync(HttpRequest request, string[] parameters, Func<FixtureSheet, Task<IResult>> handle)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        if (request.Query.Keys.FirstOrDefault(name => !parameters.Contains(name)) is { } unknown)
        {
            throw Problem.NotSupported(unknown).AsException();
        }
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            return await handle(await ReadAsync(request, cancellationToken));
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private static async Task<FixtureSheet> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var given) ? given.MediaType.ToString() : "";
        var isWorkbook = WorkbookType.Of(request.ContentType) is not null;
        if (!isWorkbook && type != Csv)
        {
            throw Problem.UnexpectedValue("Content-Type", type, "the file is CSV (text/csv), .xlsx or .xls.").AsException();
        }
        var file = await BoundedBody.ReadAsync(request, MaxBytes, Problem.BodyTooLarge(MaxBytes), cancellationToken);
        if (!isWorkbook)
        {
            return await SheetCsv.ReadAsync(file, cancellationToken);
        }
        using var stream = new MemoryStream(file.ToArray(), writable: false);
        var (table, errors) = WorkbookTable.Read(stream, Limits, cancellationToken);
        return table is null
            ? throw Problem.UnusableSheet(null, string.Join(' ', errors.Take(MaxErrors))).AsException()
            : FixtureSheet.Of(table.Headers, table.Rows);
    }
}
