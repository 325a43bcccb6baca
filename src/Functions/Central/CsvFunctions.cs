using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>All submissions of a form, or of its draft, as CSV (OR-273 to OR-275): one table, or all tables and files in an
/// archive.</summary>
public sealed class CsvFunctions(
    EndpointPipeline pipeline,
    SubmissionAnswers answers,
    ExportSource source,
    CsvExport csv,
    TimeProvider clock
)
{
    [Function("ExportSubmissionsZip")]
    public Task<IResult> Zip(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/submissions.csv.zip")]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.RestAsync(request, async caller => await ZipAsync(request, Published(await FormAsync(request, caller, projectId, form))));

    [Function("ExportSubmissionsCsv")]
    public Task<IResult> Csv(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/submissions.csv")]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.RestAsync(request, async caller => await CsvAsync(request, Published(await FormAsync(request, caller, projectId, form))));

    [Function("ExportDraftSubmissionsZip")]
    public Task<IResult> DraftZip(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions.csv.zip"
        )]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.RestAsync(request, async caller => await ZipAsync(request, Draft(await FormAsync(request, caller, projectId, form))));

    [Function("ExportDraftSubmissionsCsv")]
    public Task<IResult> DraftCsv(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions.csv")]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.RestAsync(request, async caller => await CsvAsync(request, Draft(await FormAsync(request, caller, projectId, form))));

    private Task<Form> FormAsync(HttpRequest request, Caller caller, int project, string form) =>
        answers.FormAsync(request, caller, Verb.SubmissionRead, project, form);

    private async Task<IResult> ZipAsync(HttpRequest request, (ReadableForm Form, SubmissionSpace Space) asked)
    {
        var export = await RequestAsync(request, asked);
        var name = export.FormId + (export.Attachments ? ".zip" : ".csv.zip");
        return new StreamedFile(
            name,
            "application/zip",
            (output, cancellationToken) => csv.WriteZipAsync(export, output, cancellationToken)
        );
    }

    private async Task<IResult> CsvAsync(HttpRequest request, (ReadableForm Form, SubmissionSpace Space) asked)
    {
        var export = await RequestAsync(request, asked);
        return new StreamedFile(
            $"{export.FormId}.csv",
            "text/csv; charset=utf-8",
            (output, cancellationToken) => csv.WriteRootAsync(export, output, cancellationToken)
        );
    }

    private async Task<CsvRequest> RequestAsync(HttpRequest request, (ReadableForm Form, SubmissionSpace Space) asked)
    {
        var filter = request.Query.TryGetValue("$filter", out var text) ? SubmissionFilter.Parse(text.ToString(), clock.GetUtcNow()) : null;
        var schema = await source.ReadSchemaAsync(asked.Form, Flags.IsTrue(request, "deletedFields"), request.HttpContext.RequestAborted);
        return new CsvRequest(asked.Space, asked.Form.Form.Id.Value, schema)
        {
            Filter = filter,
            Attachments = !IsFalse(request, "attachments"),
            GroupPaths = !IsFalse(request, "groupPaths"),
            SplitSelectMultiples = Flags.IsTrue(request, "splitSelectMultiples"),
        };
    }

    private static (ReadableForm Form, SubmissionSpace Space) Published(Form form) =>
        (new ReadableForm(form, form.Shown), SubmissionSpace.Published(form));

    private static (ReadableForm Form, SubmissionSpace Space) Draft(Form form) =>
        form.Draft is { } draft
            ? (new ReadableForm(form, draft.Definition), SubmissionSpace.OfDraft(form))
            : throw Problem.NotFound().AsException();

    private static bool IsFalse(HttpRequest request, string name) =>
        string.Equals(request.Query[name], "false", StringComparison.OrdinalIgnoreCase);
}
