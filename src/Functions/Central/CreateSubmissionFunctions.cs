using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Submissions that scripts send (OR-268): new ones, also to a draft, and edits.
/// Phones use <see cref="OpenRosa.SubmitFunctions"/>.</summary>
public sealed class CreateSubmissionFunctions(
    EndpointPipeline pipeline,
    SubmissionAnswers answers,
    SubmissionDirectory submissions,
    ReceiveSubmission receive,
    FormAccess access,
    XmlBody xmlBody,
    AuditLog audits
)
{
    [Function("CreateSubmission")]
    [Query(QueryType.Text, "deviceID")]
    [Takes("application/xml")]
    [Answers(typeof(SubmissionAnswer))]
    public Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/submissions")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                await ReceiveAsync(
                    request,
                    caller,
                    await answers.FormAsync(request, caller, Verb.SubmissionCreate, projectId, form),
                    toDraft: false,
                    edits: null
                )
        );

    [Function("CreateSubmissionWithKey")]
    [Query(QueryType.Text, "deviceID")]
    [Takes("application/xml")]
    [Answers(typeof(SubmissionAnswer))]
    public Task<IResult> CreateWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}/submissions")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                await ReceiveAsync(
                    request,
                    caller,
                    await answers.FormAsync(request, caller, Verb.SubmissionCreate, projectId, form),
                    toDraft: false,
                    edits: null
                )
        );

    [Function("CreateDraftSubmission")]
    [Query(QueryType.Text, "deviceID")]
    [Takes("application/xml")]
    [Answers(typeof(SubmissionAnswer))]
    public Task<IResult> CreateForDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                await ReceiveAsync(
                    request,
                    caller,
                    WithDraft(await answers.FormAsync(request, caller, Verb.SubmissionCreate, projectId, form)),
                    toDraft: true,
                    edits: null
                )
        );

    [Function("CreateTestSubmission")]
    [OpenToAll]
    [Query(QueryType.Text, "deviceID")]
    [Takes("application/xml")]
    [Answers(typeof(SubmissionAnswer))]
    public Task<IResult> CreateForTest(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/test/{draftToken}/projects/{projectId:int}/forms/{form}/draft/submissions"
        )]
            HttpRequest request,
        string draftToken,
        int projectId,
        string form
    ) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Rest,
            async () =>
            {
                var found = await access.TestDraftAsync(
                    RouteText.Decode(draftToken),
                    new ProjectId(projectId),
                    RouteText.Decode(form),
                    Problem.NotFound(),
                    request.HttpContext.RequestAborted
                );
                return await ReceiveAsync(request, Caller.Anonymous, found.Form, toDraft: true, edits: null);
            }
        );

    [Function("EditSubmission")]
    [Query(QueryType.Text, "deviceID")]
    [Takes("application/xml")]
    [Answers(typeof(SubmissionAnswer))]
    public Task<IResult> Edit(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}")]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
            {
                var found = await answers.FormAsync(request, caller, Verb.SubmissionCreate, projectId, form);
                var root = SubmissionAnswers.Id(instance);
                await submissions.GetAsync(SubmissionSpace.Published(found), root, request.HttpContext.RequestAborted);
                return await ReceiveAsync(request, caller, found, toDraft: false, root);
            }
        );

    private async Task<IResult> ReceiveAsync(HttpRequest request, Caller caller, Form form, bool toDraft, InstanceId? edits)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var xml = await xmlBody.ReadAsync(request, cancellationToken);
        var receipt = await receive.ToFormAsync(
            form,
            toDraft,
            new SubmissionUpload(xml, AsyncEnumerable.Empty<IncomingFile>(), Senders.Of(request, caller)),
            edits,
            cancellationToken
        );
        if (caller.Actor is { } actor && !toDraft)
        {
            await audits.WriteAsync(
                actor.Id,
                edits is null ? "submission.create" : "submission.update.version",
                form.Scope,
                new { instanceId = receipt.Version.Id.Value },
                CancellationToken.None
            );
        }
        return await answers.DetailsAsync(
            request,
            toDraft ? SubmissionSpace.OfDraft(form) : SubmissionSpace.Published(form),
            receipt.RootId
        );
    }

    private static Form WithDraft(Form form) => form.Draft is null ? throw Problem.NotFound().AsException() : form;
}
