using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>All submissions of a form, or of its draft, as CSV (OR-273 to OR-275): one table, or all tables and files in an
/// archive. A POST may have the parameters in its body, as a form or as JSON, so that no log of addresses shows a passphrase: those of
/// encryption keys are given under the keys' numbers.</summary>
public sealed class CsvFunctions(
    EndpointPipeline pipeline,
    SubmissionAnswers answers,
    ExportSource source,
    FormEncryption encryption,
    CsvExport csv,
    Links links,
    TimeProvider clock
)
{
    [Function("ExportSubmissionsZip")]
    [Query(QueryType.Flag, "attachments", "groupPaths", "deletedFields", "splitSelectMultiples")]
    [Query(QueryType.Text, "$filter", "*")]
    [AnswersAs("application/zip")]
    public Task<IResult> Zip(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/submissions.csv.zip")]
            HttpRequest request,
        int projectId,
        string form
    ) => ZipAsync(request, projectId, form, Published);

    [Function("ExportSubmissionsCsv")]
    [Query(QueryType.Flag, "groupPaths", "deletedFields", "splitSelectMultiples")]
    [Query(QueryType.Text, "$filter", "*")]
    [AnswersAs("text/csv")]
    public Task<IResult> Csv(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/submissions.csv")]
            HttpRequest request,
        int projectId,
        string form
    ) => CsvAsync(request, projectId, form, Published);

    [Function("ExportDraftSubmissionsZip")]
    [Query(QueryType.Flag, "attachments", "groupPaths", "deletedFields", "splitSelectMultiples")]
    [Query(QueryType.Text, "$filter", "*")]
    [AnswersAs("application/zip")]
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
    ) => ZipAsync(request, projectId, form, Draft);

    [Function("ExportDraftSubmissionsCsv")]
    [Query(QueryType.Flag, "groupPaths", "deletedFields", "splitSelectMultiples")]
    [Query(QueryType.Text, "$filter", "*")]
    [AnswersAs("text/csv")]
    public Task<IResult> DraftCsv(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions.csv")]
            HttpRequest request,
        int projectId,
        string form
    ) => CsvAsync(request, projectId, form, Draft);

    [Function("ExportSubmissionsZipByPost")]
    [Query(QueryType.Flag, "attachments", "groupPaths", "deletedFields", "splitSelectMultiples")]
    [Query(QueryType.Text, "$filter", "*")]
    [Takes("application/x-www-form-urlencoded")]
    [Takes(typeof(ExportBody))]
    [AnswersAs("application/zip")]
    public Task<IResult> ZipByPost(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/submissions.csv.zip")]
            HttpRequest request,
        int projectId,
        string form
    ) => ZipAsync(request, projectId, form, Published);

    [Function("ExportSubmissionsCsvByPost")]
    [Query(QueryType.Flag, "attachments", "groupPaths", "deletedFields", "splitSelectMultiples")]
    [Query(QueryType.Text, "$filter", "*")]
    [Takes("application/x-www-form-urlencoded")]
    [Takes(typeof(ExportBody))]
    [AnswersAs("text/csv")]
    public Task<IResult> CsvByPost(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/submissions.csv")]
            HttpRequest request,
        int projectId,
        string form
    ) => CsvAsync(request, projectId, form, Published);

    [Function("ExportDraftSubmissionsZipByPost")]
    [Query(QueryType.Flag, "attachments", "groupPaths", "deletedFields", "splitSelectMultiples")]
    [Query(QueryType.Text, "$filter", "*")]
    [Takes("application/x-www-form-urlencoded")]
    [Takes(typeof(ExportBody))]
    [AnswersAs("application/zip")]
    public Task<IResult> DraftZipByPost(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions.csv.zip")]
            HttpRequest request,
        int projectId,
        string form
    ) => ZipAsync(request, projectId, form, Draft);

    [Function("ExportDraftSubmissionsCsvByPost")]
    [Query(QueryType.Flag, "attachments", "groupPaths", "deletedFields", "splitSelectMultiples")]
    [Query(QueryType.Text, "$filter", "*")]
    [Takes("application/x-www-form-urlencoded")]
    [Takes(typeof(ExportBody))]
    [AnswersAs("text/csv")]
    public Task<IResult> DraftCsvByPost(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions.csv")]
            HttpRequest request,
        int projectId,
        string form
    ) => CsvAsync(request, projectId, form, Draft);

    private Task<IResult> ZipAsync(HttpRequest request, int project, string form, Func<Form, ReadableSpace> of) =>
        AnswerAsync(
            request,
            project,
            form,
            of,
            export => new StreamedFile(
                export.FormId + (export.Attachments ? ".zip" : ".csv.zip"),
                "application/zip",
                (output, cancellationToken) => csv.WriteZipAsync(export, output, cancellationToken)
            )
        );

    private Task<IResult> CsvAsync(HttpRequest request, int project, string form, Func<Form, ReadableSpace> of) =>
        AnswerAsync(
            request,
            project,
            form,
            of,
            export => new StreamedFile(
                $"{export.FormId}.csv",
                "text/csv; charset=utf-8",
                (output, cancellationToken) => csv.WriteRootAsync(export, output, cancellationToken)
            )
        );

    private Task<IResult> AnswerAsync(
        HttpRequest request,
        int project,
        string form,
        Func<Form, ReadableSpace> of,
        Func<CsvRequest, IResult> answer
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var asked = of(await answers.FormAsync(request, caller, Verb.SubmissionRead, project, form));
                var parameters = await FormParameters.ReadAsync(request, caller, cancellationToken);
                var filter = parameters["$filter"] is { } text ? SubmissionFilter.Parse(text, clock.GetUtcNow()) : null;
                var decryption = await DecryptionAsync(request, asked, parameters);
                var fingerprint = decryption is null
                    ? await source.FingerprintAsync(asked.Form, asked.Space, filter, cancellationToken)
                    : null;
                if (ExportETag.IsKnown(request, fingerprint, links.Root(request, caller)))
                {
                    return Results.StatusCode(StatusCodes.Status304NotModified);
                }
                var schema = await source.ReadSchemaAsync(asked.Form, parameters.IsTrue("deletedFields"), cancellationToken);
                return answer(
                    new CsvRequest(asked.Space, asked.Form.Form.Id.Value, schema)
                    {
                        Filter = filter,
                        Decryption = decryption,
                        Attachments = !parameters.IsFalse("attachments"),
                        GroupPaths = !parameters.IsFalse("groupPaths"),
                        SplitSelectMultiples = parameters.IsTrue("splitSelectMultiples"),
                    }
                );
            },
            bodyShowsCsrf: true
        );

    // No ETag for decrypted exports: it would be derived from the passphrase.
    private async Task<Decryption?> DecryptionAsync(HttpRequest request, ReadableSpace asked, FormParameters parameters)
    {
        if (parameters.Numbered.Count == 0)
        {
            return null;
        }
        var decryption = await encryption.OpenAsync(asked.Form.Form, asked.Space, parameters.Numbered, request.HttpContext.RequestAborted);
        request.HttpContext.Response.RegisterForDispose(decryption);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return decryption;
    }

    private static ReadableSpace Published(Form form) => new(new ReadableForm(form, form.Shown), SubmissionSpace.Published(form));

    private static ReadableSpace Draft(Form form) =>
        form.Draft is { } draft
            ? new(new ReadableForm(form, draft.Definition), SubmissionSpace.OfDraft(form))
            : throw Problem.NotFound().AsException();

    private sealed record ReadableSpace(ReadableForm Form, SubmissionSpace Space);
}
