using Microsoft.Net.Http.Headers;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.Pipeline;
using ServerlessRosa.XlsForms;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>The rows of a lookup table as a file, out and in (CC-144). Both are additions to CommCare HQ's API; the columns are those of
/// its workbooks.</summary>
public sealed class LookupUploadFunctions(EndpointPipeline pipeline, DomainApi api, LookupTables tables, UploadLookupRows upload)
    : IDisposable
{
    private const int MaxBytes = 8 << 20;
    private const int MaxExamples = 20;
    private const string Csv = "text/csv";

    private static readonly XlsFormOptions Limits = new() { MaxFileBytes = MaxBytes, MaxCellCharacters = 8L << 20 };

    // Reading a workbook takes many times its size: an instance has memory for one at a time.
    private readonly SemaphoreSlim _oneAtATime = new(1);

    public void Dispose() => _oneAtATime.Dispose();

    [Function("DownloadLookupRows")]
    public Task<IResult> Download(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/lookup_table/v1/{id}/rows")] HttpRequest request,
        string domain,
        string id
    ) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
            {
                var table = await tables.GetAsync(user.Project.Id, id, cancellationToken);
                return Results.Stream(
                    output => WriteAsync(output, user, table, cancellationToken),
                    $"{Csv}; charset=utf-8",
                    $"{table.Tag}.csv"
                );
            }
        );

    /// <summary>
    /// Makes the table's rows those of a CSV file or of a workbook's first sheet. With
    /// `dry_run=true` only says what would change. Refuses more than 8 MiB with 413.1, and an unusable file with 400.58.
    /// </summary>
    [Function("UploadLookupRows")]
    public Task<IResult> Upload(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/lookup_table/v1/{id}/rows")] HttpRequest request,
        string domain,
        string id
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.ProjectUpdate,
            async user =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                if (request.Query.Keys.FirstOrDefault(name => name is not ("dry_run" or "keep")) is { } unknown)
                {
                    throw Problem.NotSupported(unknown).AsException();
                }
                var (dryRun, keeps) = (Flags.IsTrue(request, "dry_run"), Flags.IsTrue(request, "keep"));
                await _oneAtATime.WaitAsync(cancellationToken);
                try
                {
                    var sheet = await ReadAsync(request, cancellationToken);
                    var plan = await upload.PlanAsync(user.Project.Id, id, sheet, keeps, cancellationToken);
                    if (dryRun)
                    {
                        return Json.Ok(Shape(plan, dryRun));
                    }
                    await upload.ApplyAsync(user.Project.Id, plan, CancellationToken.None);
                    return await api.DoneAsync(
                        user,
                        "lookup_table_item.upload",
                        new
                        {
                            tableId = id,
                            added = plan.Added.Count,
                            changed = plan.Changed.Count,
                            removed = plan.Removed.Count,
                        },
                        StatusCodes.Status200OK,
                        Shape(plan, dryRun)
                    );
                }
                finally
                {
                    _oneAtATime.Release();
                }
            }
        );

    private static async Task<LookupSheet> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
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
            return await LookupCsv.ReadAsync(file, cancellationToken);
        }
        using var stream = new MemoryStream(file.ToArray(), writable: false);
        var (table, errors) = WorkbookTable.Read(stream, Limits, cancellationToken);
        return table is null
            ? throw Problem.LookupUpload(null, string.Join(' ', errors.Take(MaxExamples))).AsException()
            : LookupSheet.Of(table.Headers, table.Rows);
    }

    private static object Shape(LookupUpload plan, bool dryRun) =>
        new
        {
            dry_run = dryRun,
            added = plan.Added.Count,
            changed = plan.Changed.Count,
            removed = plan.Removed.Count,
            moved = plan.Moved.Count,
            unchanged = plan.Unchanged,
            examples = new
            {
                added = plan.Added.Take(MaxExamples).Select(one => new { after = Fields(one.After) }),
                changed = plan.Changed.Take(MaxExamples).Select(one => new { before = Fields(one.Before!), after = Fields(one.After) }),
                removed = plan.Removed.Take(MaxExamples).Select(one => new { before = Fields(one) }),
            },
        };

    private static Dictionary<string, string> Fields(LookupRow row) =>
        row.Fields.ToDictionary(field => field.Key, field => UploadLookupRows.TextOf(field.Value));

    private async Task WriteAsync(Stream output, DomainUser user, LookupTable table, CancellationToken cancellationToken)
    {
        var sheet = await upload.FileOfAsync(user.Project.Id, table, cancellationToken);
        var csv = new CsvText();
        csv.Cells(sheet.Headers);
        csv.EndRow();
        await foreach (var row in tables.ListRowsAsync(user.Project.Id, table.Id, cancellationToken))
        {
            csv.Cells(sheet.CellsOf(row));
            csv.EndRow();
            if (csv.IsFull)
            {
                await SendAsync();
            }
        }
        await SendAsync();

        async Task SendAsync()
        {
            using var piece = new MemoryStream();
            csv.MoveTo(piece);
            await output.WriteAsync(piece.GetBuffer().AsMemory(0, (int)piece.Length), cancellationToken);
            await output.FlushAsync(cancellationToken);
        }
    }
}
