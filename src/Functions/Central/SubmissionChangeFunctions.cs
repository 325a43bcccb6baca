using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Changes of a submission other than its content: review state, comments, deletion and restoration (OR-268 to OR-271).
/// </summary>
public sealed class SubmissionChangeFunctions(
    EndpointPipeline pipeline,
    SubmissionAnswers answers,
    SubmissionDirectory submissions,
    ReviewSubmission review,
    SubmissionShapes shapes,
    AuditLog audits
)
{
    private static readonly string[] ReviewStates = ["hasIssues", "edited", "rejected", "approved"];

    [Function("ReviewSubmission")]
    [Takes(typeof(ReviewBody))]
    [Answers(typeof(SubmissionAnswer))]
    public Task<IResult> Review(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}")]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var found = await answers.FormAsync(request, caller, Verb.SubmissionUpdate, projectId, form);
                var space = SubmissionSpace.Published(found);
                var root = SubmissionAnswers.Id(instance);
                var body = await Json.ReadAsync<ReviewBody>(request, caller, cancellationToken);
                if (body.ReviewState.IsPresent)
                {
                    var state = body.ReviewState.Value;
                    if (state is not null && !ReviewStates.Contains(state))
                    {
                        throw Problem.UnexpectedValue("reviewState", state, "it is not a recognized state name.").AsException();
                    }
                    await review.RunAsync(found, root, state, cancellationToken);
                    await AuditAsync(caller, "submission.update", space, root, new { instanceId = root.Value, reviewState = state });
                }
                return await answers.DetailsAsync(request, space, root);
            },
            bodyShowsCsrf: true
        );

    [Function("DeleteSubmission")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}")]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) => MoveAndAuditAsync(request, Verb.SubmissionDelete, "submission.delete", projectId, form, instance, submissions.DeleteAsync);

    [Function("RestoreSubmission")]
    [Answers(typeof(SuccessAnswer))]
    public Task<IResult> Restore(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/restore"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) => MoveAndAuditAsync(request, Verb.SubmissionRestore, "submission.restore", projectId, form, instance, submissions.RestoreAsync);

    [Function("CommentOnSubmission")]
    [Takes(typeof(CommentBody))]
    [Answers(typeof(CommentAnswer))]
    public Task<IResult> Comment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/comments"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                await CommentAsync(
                    request,
                    caller,
                    await answers.PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance
                ),
            bodyShowsCsrf: true
        );

    [Function("CommentOnDraftSubmission")]
    [Takes(typeof(CommentBody))]
    [Answers(typeof(CommentAnswer))]
    public Task<IResult> CommentOnDraft(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/comments"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                await CommentAsync(
                    request,
                    caller,
                    await answers.DraftAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance
                ),
            bodyShowsCsrf: true
        );

    // Into the trash or out of it. The audit's action is named like the right.
    private Task<IResult> MoveAndAuditAsync(
        HttpRequest request,
        string verb,
        string action,
        int project,
        string form,
        string instance,
        Func<SubmissionSpace, InstanceId, CancellationToken, Task> move
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var space = await answers.PublishedAsync(request, caller, verb, project, form);
                var root = SubmissionAnswers.Id(instance);
                await move(space, root, request.HttpContext.RequestAborted);
                await AuditAsync(caller, action, space, root, new { instanceId = root.Value });
                return Json.Success();
            }
        );

    private async Task<IResult> CommentAsync(HttpRequest request, Caller caller, SubmissionSpace space, string instance)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var text = (await Json.ReadAsync<CommentBody>(request, caller, cancellationToken)).Body;
        if (string.IsNullOrWhiteSpace(text))
        {
            throw Problem.MissingParameter("body").AsException();
        }
        var comment = await submissions.CommentAsync(space, SubmissionAnswers.Id(instance), text, caller.KnownActor.Id, cancellationToken);
        return Json.Ok(await shapes.CommentAsync(request, space.Project, comment));
    }

    private Task AuditAsync(Caller caller, string action, SubmissionSpace space, InstanceId root, object details) =>
        audits.WriteOfSubmissionAsync(
            caller.KnownActor.Id,
            action,
            Scope.Of(space.Project, space.Form),
            root,
            details,
            CancellationToken.None
        );
}
