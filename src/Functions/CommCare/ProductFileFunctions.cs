using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A domain's products as a file, out and in (CC-144). Both are additions to CommCare HQ's API; the columns are those of its
/// files.</summary>
public sealed class ProductFileFunctions(
    EndpointPipeline pipeline,
    DomainApi api,
    SheetBody sheets,
    Products products,
    UploadProducts upload
)
{
    private const int MaxExamples = 20;

    /// <summary>As CSV, or with `format=xlsx` as a workbook.</summary>
    [Function("DownloadProducts")]
    [Query(QueryType.Text, "format")]
    [AnswersAs("text/csv")]
    [AnswersAs("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    public Task<IResult> Download(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/product/file/v1")] HttpRequest request,
        string domain
    ) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
            {
                var file = new ProductFile(await products.ListAsync(user.Project.Id, cancellationToken));
                return SheetFile.Of(
                    request,
                    $"{user.Domain}-products",
                    file.Headers,
                    (file.Rows.Count, file.LongestCell),
                    _ => file.Rows.ToAsyncEnumerable()
                );
            }
        );

    /// <summary>
    /// Adds, changes and deletes the products of a CSV file or of a workbook's first sheet; others stay. With `dry_run=true` only says
    /// what would change. Refuses what <see cref="SheetBody"/> and <see cref="UploadProducts"/> refuse.
    /// </summary>
    [Function("UploadProducts")]
    [Query(QueryType.Flag, "dry_run")]
    [Takes("text/csv")]
    [Takes("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [Answers(typeof(UploadAnswer))]
    public Task<IResult> Upload(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/product/file/v1")] HttpRequest request,
        string domain
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.ProjectUpdate,
            user =>
                sheets.RunAsync(
                    request,
                    ["dry_run"],
                    async sheet =>
                    {
                        var plan = await upload.PlanAsync(user.Project.Id, sheet, request.HttpContext.RequestAborted);
                        return Flags.IsTrue(request, "dry_run") ? Json.Ok(Shape(plan, dryRun: true)) : await ApplyAsync(user, plan);
                    }
                )
        );

    private Task<IResult> ApplyAsync(DomainUser user, ProductUpload plan) =>
        SheetBody.ApplyAsync(
            plan.Written,
            () => upload.ApplyAsync(user.Project.Id, plan, CancellationToken.None),
            () => LogAsync(user, plan)
        );

    private Task<IResult> LogAsync(DomainUser user, ProductUpload plan) =>
        api.DoneAsync(
            user,
            "product.upload",
            new
            {
                added = plan.Written.Added,
                changed = plan.Written.Changed,
                removed = plan.Written.Removed,
            },
            StatusCodes.Status200OK,
            Shape(plan, dryRun: false)
        );

    private static UploadAnswer Shape(ProductUpload plan, bool dryRun) =>
        new(
            dryRun,
            plan.Added.Count,
            plan.Changed.Count,
            plan.Removed.Count,
            0,
            plan.Unchanged,
            new UploadExamplesAnswer(
                plan.Added.Take(MaxExamples).Select(one => new UploadExampleAnswer { After = ProductFile.CellsOf(one.After) }),
                plan.Changed.Take(MaxExamples)
                    .Select(one => new UploadExampleAnswer
                    {
                        Before = ProductFile.CellsOf(one.Before!),
                        After = ProductFile.CellsOf(one.After),
                    }),
                plan.Removed.Take(MaxExamples).Select(one => new UploadExampleAnswer { Before = ProductFile.CellsOf(one) })
            )
        );
}
