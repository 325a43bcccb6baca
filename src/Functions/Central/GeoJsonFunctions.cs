using System.Globalization;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>
/// The locations in the submissions of a form or of its draft, as GeoJSON: by `fieldpath`, `submitterId`, `reviewState`, time, `deleted`
/// `limit` and `readAtMost`.
/// </summary>
public sealed class GeoJsonFunctions(EndpointPipeline pipeline, SubmissionAnswers answers, ExportSource source, GeoJsonExport export)
{
    private const string Null = "null";
    private static readonly string[] ReviewStates = [Null, "hasIssues", "edited", "rejected", "approved"];

    [Function("GetSubmissionsGeoJson")]
    [Query(QueryType.Number, "limit")]
    [Query(QueryType.Flag, "deleted")]
    [Query(QueryType.Text, "fieldpath", "submitterId", "reviewState")]
    [Query(QueryType.Time, "start__gte", "start__gt", "end__lte", "end__lt")]
    [Query(QueryType.Number, "readAtMost")]
    [Answers(typeof(FeaturesAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/submissions.geojson")]
            HttpRequest request,
        int projectId,
        string form
    ) => AnswerAsync(request, projectId, form, found => (new ReadableForm(found, found.Shown), SubmissionSpace.Published(found)));

    [Function("GetDraftSubmissionsGeoJson")]
    [Query(QueryType.Number, "limit")]
    [Query(QueryType.Flag, "deleted")]
    [Query(QueryType.Text, "fieldpath", "submitterId", "reviewState")]
    [Query(QueryType.Time, "start__gte", "start__gt", "end__lte", "end__lt")]
    [Query(QueryType.Number, "readAtMost")]
    [Answers(typeof(FeaturesAnswer))]
    public Task<IResult> GetDraft(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions.geojson"
        )]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        AnswerAsync(
            request,
            projectId,
            form,
            found =>
                found.Draft is { } draft
                    ? (new ReadableForm(found, draft.Definition), SubmissionSpace.OfDraft(found))
                    : throw Problem.NotFound().AsException()
        );

    private Task<IResult> AnswerAsync(
        HttpRequest request,
        int project,
        string form,
        Func<Form, (ReadableForm Form, SubmissionSpace Space)> of
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var (found, space) = of(await answers.FormAsync(request, caller, Verb.SubmissionList, project, form));
                var (deleted, bounded) = (Flags.IsTrue(request, "deleted"), request.Query.TryGetValue(SearchLimit.Name, out var most));
                if (deleted && bounded)
                {
                    throw Problem.NotSupported($"{SearchLimit.Name} of the trash").AsException();
                }
                var schema = await source.ReadSchemaAsync(found, false, cancellationToken);
                var asked = new GeoJsonRequest(space, schema)
                {
                    FieldPaths = [.. request.Query["fieldpath"].OfType<string>()],
                    Takes = Filter(request),
                    Deleted = deleted,
                    Limit = Paging.Of(request).Limit,
                    ReadAtMost = bounded ? SearchLimit.Parse(most.ToString()) : null,
                };
                return Results.Stream(output => export.WriteAsync(asked, output, cancellationToken), GeoJsonAnswers.ContentType);
            }
        );

    private static Func<Submission, bool> Filter(HttpRequest request)
    {
        var senders = request
            .Query["submitterId"]
            .Select(text =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                    ? new ActorId(id)
                    : throw Problem
                        .UnexpectedValue("query parameter 'submitterId'", text, "is not interpretable as an integer.")
                        .AsException()
            )
            .ToHashSet();
        var states = request.Query["reviewState"].ToArray();
        if (states.FirstOrDefault(state => !ReviewStates.Contains(state)) is { } unknown)
        {
            throw Problem
                .UnexpectedValue("query parameter 'reviewState'", unknown, $"is not one of: {string.Join(", ", ReviewStates)}")
                .AsException();
        }
        var (from, after) = (Time(request, "start__gte"), Time(request, "start__gt"));
        var (until, before) = (Time(request, "end__lte"), Time(request, "end__lt"));
        return submission =>
            (senders.Count == 0 || (submission.Sender.Submitter is { } sender && senders.Contains(sender)))
            && (states.Length == 0 || states.Contains(submission.ReviewState ?? Null))
            && !(submission.CreatedAt < from)
            && !(submission.CreatedAt <= after)
            && !(submission.CreatedAt > until)
            && !(submission.CreatedAt >= before);
    }

    private static DateTimeOffset? Time(HttpRequest request, string name) =>
        !request.Query.TryGetValue(name, out var text) ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw Problem.UnexpectedValue($"query parameter '{name}'", text, "does not look like a datetime string.").AsException();
}
