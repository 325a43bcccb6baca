using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>The rows of a lookup table as a file, out and in (CC-144). Both are additions to CommCare HQ's API; the columns are those of
/// its workbooks.</summary>
public sealed class LookupUploadFunctions(
    EndpointPipeline pipeline,
    DomainApi api,
    SheetBody sheets,
    LookupTables tables,
    UploadLookupRows upload
)
{
    private const int MaxExamples = 20;

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
    /// `keep=true` keeps rows that the file lacks. Refuses what <see cref="SheetBody"/> and <see cref="UploadLookupRows"/> refuse.
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
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.ProjectUpdate,
            user =>
                sheets.RunAsync(
                    request,
                    ["dry_run", "keep"],
                    async sheet =>
                    {
                        var keeps = Flags.IsTrue(request, "keep");
                        var plan = await upload.PlanAsync(user.Project.Id, id, sheet, keeps, request.HttpContext.RequestAborted);
                        return Flags.IsTrue(request, "dry_run") ? Json.Ok(Shape(plan, dryRun: true)) : await ApplyAsync(user, plan);
                    }
                )
        );

    private Task<IResult> ApplyAsync(DomainUser user, LookupUpload plan) =>
        SheetBody.ApplyAsync(
            plan.Written,
            () => upload.ApplyAsync(user.Project.Id, plan, CancellationToken.None),
            () => LogAsync(user, plan)
        );

    private Task<IResult> LogAsync(DomainUser user, LookupUpload plan) =>
        api.DoneAsync(
            user,
            "lookup_table_item.upload",
            new
            {
                tableId = plan.Table.Id,
                added = plan.Written.Added,
                changed = plan.Written.Changed,
                removed = plan.Written.Removed,
            },
            StatusCodes.Status200OK,
            Shape(plan, dryRun: false)
        );

    private static UploadAnswer Shape(LookupUpload plan, bool dryRun) =>
        new(
            dryRun,
            plan.Added.Count,
            plan.Changed.Count,
            plan.Removed.Count,
            plan.Moved.Count,
            plan.Unchanged,
            new UploadExamplesAnswer(
                plan.Added.Take(MaxExamples).Select(one => new UploadExampleAnswer { After = Fields(one.After) }),
                plan.Changed.Take(MaxExamples)
                    .Select(one => new UploadExampleAnswer { Before = Fields(one.Before!), After = Fields(one.After) }),
                plan.Removed.Take(MaxExamples).Select(one => new UploadExampleAnswer { Before = Fields(one) })
            )
        );

    private static Dictionary<string, string> Fields(LookupRow row) =>
        row.Fields.ToDictionary(field => field.Key, field => UploadLookupRows.TextOf(field.Value));
}
