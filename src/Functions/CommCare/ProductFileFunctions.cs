using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A domain's products as a file, out and in (CC-144). Both are additions to CommCare HQ's API; the columns are those of its
/// files.</summary>
public sealed class ProductFileFunctions(DomainApi api, SheetUploads uploads, Products products, UploadProducts upload)
{
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
    /// what would change. Refuses what <see cref="SheetUploads"/> and <see cref="UploadProducts"/> refuse.
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
        uploads.RunAsync(
            request,
            domain,
            new SheetUpload<Product, ProductUpload>(
                "product.upload",
                (user, sheet, cancellationToken) => upload.PlanAsync(user.Project.Id, sheet, cancellationToken),
                (user, plan) => upload.ApplyAsync(user.Project.Id, plan, CancellationToken.None),
                (_, product) => ProductFile.CellsOf(product)
            )
        );
}
