using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>The rows of a lookup table as a file, out and in (CC-144). Both are additions to CommCare HQ's API; the columns are those of
/// its workbooks.</summary>
public sealed class LookupUploadFunctions(DomainApi api, SheetUploads uploads, LookupTables tables, UploadLookupRows upload)
{
    /// <summary>As CSV, or with `format=xlsx` as a workbook.</summary>
    [Function("DownloadLookupRows")]
    [Query(QueryType.Text, "format")]
    [AnswersAs("text/csv")]
    [AnswersAs("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
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
                var file = await upload.FileOfAsync(user.Project.Id, table, cancellationToken);
                return SheetFile.Of(
                    request,
                    table.Tag,
                    file.Headers,
                    (file.Rows, file.LongestCell),
                    stop => tables.ListRowsAsync(user.Project.Id, table.Id, stop).Select(row => file.CellsOf(row))
                );
            }
        );

    /// <summary>
    /// Makes the table's rows those of a CSV file or of a workbook's first sheet. With `dry_run=true` only says what would change, with
    /// `keep=true` keeps rows that the file lacks. Refuses what <see cref="SheetUploads"/> and <see cref="UploadLookupRows"/> refuse.
    /// </summary>
    [Function("UploadLookupRows")]
    [Query(QueryType.Flag, "dry_run", "keep")]
    [Takes("text/csv")]
    [Takes("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [Answers(typeof(UploadAnswer))]
    public Task<IResult> Upload(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/lookup_table/v1/{id}/rows")] HttpRequest request,
        string domain,
        string id
    ) =>
        uploads.RunAsync(
            request,
            domain,
            new SheetUpload<LookupRow, LookupUpload>(
                "lookup_table_item.upload",
                (user, sheet, cancellationToken) =>
                    upload.PlanAsync(user.Project.Id, id, sheet, Flags.IsTrue(request, "keep"), cancellationToken),
                (user, plan) => upload.ApplyAsync(user.Project.Id, plan, CancellationToken.None),
                (_, row) => row.Fields.ToDictionary(field => field.Key, field => UploadLookupRows.TextOf(field.Value))
            )
            {
                Parameters = ["keep"],
                TableId = id,
            }
        );
}
