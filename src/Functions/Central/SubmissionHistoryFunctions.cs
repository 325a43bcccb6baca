using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Audits of a submission, and the differences of its edits.</summary>
public sealed class SubmissionHistoryFunctions(
    EndpointPipeline pipeline,
    SubmissionAnswers answers,
    SubmissionHistory history,
    SubmissionDiffs diffs,
    FormAccess access,
    AuditShapes shapes
)
{
    [Function("ListSubmissionAudits")]
    [Query(QueryType.Number, "limit", "offset")]
    [Answers(typeof(List<AuditAnswer>))]
    public Task<IResult> ListAudits(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/audits"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await access.RecentWithAsync(
                    caller.KnownActor,
                    Verb.SubmissionRead,
                    new ProjectId(projectId),
                    RouteText.Decode(form),
                    request.HttpContext.RequestAborted
                );
                return await AuditsAsync(request, SubmissionSpace.Published(found), instance);
            }
        );

    [Function("ListDraftSubmissionAudits")]
    [Query(QueryType.Number, "limit", "offset")]
    [Answers(typeof(List<AuditAnswer>))]
    public Task<IResult> ListDraftAudits(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/audits"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) => answers.OfDraftAsync(request, projectId, form, space => AuditsAsync(request, space, instance));

    [Function("ListSubmissionDiffs")]
    [Answers(typeof(IReadOnlyDictionary<string, IReadOnlyList<SubmissionDifference>>))]
    public Task<IResult> ListDiffs(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/diffs"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await answers.FormAsync(request, caller, Verb.SubmissionRead, projectId, form);
                return await DiffsAsync(request, new ReadableForm(found, found.Shown), SubmissionSpace.Published(found), instance);
            }
        );

    [Function("ListDraftSubmissionDiffs")]
    [Answers(typeof(IReadOnlyDictionary<string, IReadOnlyList<SubmissionDifference>>))]
    public Task<IResult> ListDraftDiffs(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/diffs"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await answers.FormAsync(request, caller, Verb.SubmissionRead, projectId, form);
                var draft = found.Draft ?? throw Problem.NotFound().AsException();
                return await DiffsAsync(request, new ReadableForm(found, draft.Definition), SubmissionSpace.OfDraft(found), instance);
            }
        );

    private async Task<IResult> AuditsAsync(HttpRequest request, SubmissionSpace space, string instance)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var paging = Paging.Of(request);
        var all = await history.ListAsync(space, SubmissionAnswers.Id(instance), cancellationToken);
        var (listed, known) = (new List<AuditAnswer>(), new Dictionary<string, object?>());
        var extended = ExtendedMetadata.IsWanted(request);
        foreach (var entry in all.Skip(paging.Offset).Take(paging.Limit ?? int.MaxValue))
        {
            listed.Add(extended ? await shapes.ExtendedAsync(entry, known, cancellationToken) : AuditShapes.Entry(entry));
        }
        return Json.Ok(listed);
    }

    private async Task<IResult> DiffsAsync(HttpRequest request, ReadableForm form, SubmissionSpace space, string instance) =>
        Json.Ok(await diffs.ListAsync(form, space, SubmissionAnswers.Id(instance), request.HttpContext.RequestAborted));
}
