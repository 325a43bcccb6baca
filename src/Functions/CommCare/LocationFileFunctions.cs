using ServerlessRosa.Core.Fixtures;
using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>A domain's locations as a file, out and in (CC-144). Both are additions to CommCare HQ's API; the columns are those of its
/// workbooks, and `location_type`.</summary>
public sealed class LocationFileFunctions(DomainApi api, SheetUploads uploads, Locations locations, UploadLocations upload)
{
    /// <summary>As CSV, or with `format=xlsx` as a workbook.</summary>
    [Function("DownloadLocations")]
    [Query(QueryType.Text, "format")]
    [AnswersAs("text/csv")]
    [AnswersAs("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    public Task<IResult> Download(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/location/file/v1")] HttpRequest request,
        string domain
    ) =>
        api.ReadAsync(
            request,
            domain,
            async (user, cancellationToken) =>
            {
                var file = new LocationFile(await locations.ListAsync(user.Project.Id, cancellationToken));
                return SheetFile.Of(
                    request,
                    $"{user.Domain}-locations",
                    file.Headers,
                    (file.Rows.Count, file.LongestCell),
                    _ => file.Rows.ToAsyncEnumerable()
                );
            }
        );

    /// <summary>
    /// Adds, changes and deletes the locations of a CSV file or of a workbook's first sheet; others stay. With `dry_run=true` only says
    /// what would change. Refuses what <see cref="SheetUploads"/> and <see cref="UploadLocations"/> refuse.
    /// </summary>
    [Function("UploadLocations")]
    [Query(QueryType.Flag, "dry_run")]
    [Takes("text/csv")]
    [Takes("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [Answers(typeof(UploadAnswer))]
    public Task<IResult> Upload(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "a/{domain}/api/location/file/v1")] HttpRequest request,
        string domain
    ) =>
        uploads.RunAsync(
            request,
            domain,
            new SheetUpload<Location, LocationUpload>(
                "location.upload",
                (user, sheet, cancellationToken) => upload.PlanAsync(user.Project.Id, sheet, cancellationToken),
                (user, plan) => upload.ApplyAsync(user.Project.Id, plan, CancellationToken.None),
                (plan, location) => LocationFile.CellsOf(location, plan.SiteCodes)
            )
        );
}
