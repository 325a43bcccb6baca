using System.Xml;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Central;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenRosa;

/// <summary>The OpenRosa form submission API (OR-181 to OR-241), and the same for drafts under test (OR-242 to OR-256).</summary>
public sealed class SubmitFunctions(
    EndpointPipeline pipeline,
    ReceiveSubmission receive,
    FormAccess access,
    ProjectDirectory projects,
    Links links,
    IOptions<RosaOptions> options
)
{
    private const string MetadataNamespace = "http://www.opendatakit.org/xforms";
    private static readonly IResult AcceptedPlainly = AcceptedWith(0, null);

    [Function("PreflightSubmission")]
    [Query(QueryType.Number, "limit", "offset")]
    public Task<IResult> Preflight(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/submission")] HttpRequest request,
        int projectId
    ) => pipeline.OpenRosaAsync(request, caller => PreflightAsync(request, caller, projectId));

    [Function("PreflightSubmissionWithKey")]
    [Query(QueryType.Number, "limit", "offset")]
    public Task<IResult> PreflightWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/projects/{projectId:int}/submission")]
            HttpRequest request,
        int projectId
    ) => pipeline.OpenRosaAsync(request, caller => PreflightAsync(request, caller, projectId));

    [Function("PreflightDraftSubmission")]
    [Query(QueryType.Number, "limit", "offset")]
    public Task<IResult> PreflightDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submission")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.OpenRosaAsync(
            request,
            async _ =>
            {
                await access.WithDraftAsync(new ProjectId(projectId), RouteText.Decode(form), request.HttpContext.RequestAborted);
                return Results.NoContent();
            }
        );

    [Function("PreflightTestSubmission")]
    [OpenToAll]
    [Query(QueryType.Number, "limit", "offset")]
    public Task<IResult> PreflightTest(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/test/{draftToken}/projects/{projectId:int}/forms/{form}/draft/submission"
        )]
            HttpRequest request,
        string draftToken,
        int projectId,
        string form
    ) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.OpenRosa,
            async () =>
            {
                await TestDraftAsync(request, draftToken, projectId, form, Problem.DraftGone());
                return Results.NoContent();
            }
        );

    [Function("PostSubmission")]
    [Query(QueryType.Text, "deviceID")]
    [Query(QueryType.Flag, "items")]
    [Query(QueryType.Number, "limit", "offset")]
    [Takes("multipart/form-data")]
    [AnswersAs("text/xml")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/submission")] HttpRequest request,
        int projectId
    ) => pipeline.OpenRosaAsync(request, caller => ReceiveAsync(request, caller, projectId), bodyShowsCsrf: true);

    [Function("PostSubmissionWithKey")]
    [Query(QueryType.Text, "deviceID")]
    [Query(QueryType.Flag, "items")]
    [Query(QueryType.Number, "limit", "offset")]
    [Takes("multipart/form-data")]
    [AnswersAs("text/xml")]
    public Task<IResult> PostWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/key/{key}/projects/{projectId:int}/submission")] HttpRequest request,
        int projectId
    ) => pipeline.OpenRosaAsync(request, caller => ReceiveAsync(request, caller, projectId), bodyShowsCsrf: true);

    [Function("PostDraftSubmission")]
    [Query(QueryType.Text, "deviceID")]
    [Query(QueryType.Flag, "items")]
    [Query(QueryType.Number, "limit", "offset")]
    [Takes("multipart/form-data")]
    [AnswersAs("text/xml")]
    public Task<IResult> PostDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submission")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.OpenRosaAsync(
            request,
            async caller =>
                await ReceiveDraftAsync(
                    request,
                    caller,
                    await OwnDraftAsync(request, caller, projectId, form),
                    links.Root(request, caller)
                ),
            bodyShowsCsrf: true
        );

    [Function("PostTestSubmission")]
    [OpenToAll]
    [Query(QueryType.Text, "deviceID")]
    [Query(QueryType.Flag, "items")]
    [Query(QueryType.Number, "limit", "offset")]
    [Takes("multipart/form-data")]
    [AnswersAs("text/xml")]
    public Task<IResult> PostTest(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            Route = "v1/test/{draftToken}/projects/{projectId:int}/forms/{form}/draft/submission"
        )]
            HttpRequest request,
        string draftToken,
        int projectId,
        string form
    ) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.OpenRosa,
            async () =>
            {
                var draft = await TestDraftAsync(request, draftToken, projectId, form, Problem.NotFound());
                return await ReceiveDraftAsync(request, Caller.Anonymous, draft, links.TestRoot(request, RouteText.Decode(draftToken)));
            }
        );

    private async Task<IResult> PreflightAsync(HttpRequest request, Caller caller, int projectId)
    {
        // The holder of a key of this project already knows that the project exists.
        if (caller.Actor?.Project?.Value != projectId)
        {
            await projects.GetAsync(new ProjectId(projectId), request.HttpContext.RequestAborted);
        }
        return Results.NoContent();
    }

    private async Task<IResult> ReceiveAsync(HttpRequest request, Caller caller, int projectId)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        await using var body = await SubmissionBody.OpenAsync(request, caller, options.Value, cancellationToken);
        var receipt = await receive.ToProjectAsync(
            new ProjectId(projectId),
            caller.KnownActor,
            new SubmissionUpload(body.Xml, body.FilesAsync(cancellationToken), Senders.Of(request, caller)),
            cancellationToken
        );
        return Accepted(
            request,
            receipt,
            $"{Links.Project(links.Root(request, caller), new ProjectId(projectId))}/forms/{Links.Encode(receipt.Form.Value)}"
        );
    }

    private async Task<IResult> ReceiveDraftAsync(HttpRequest request, Caller caller, Form form, string root)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        await using var body = await SubmissionBody.OpenAsync(request, caller, options.Value, cancellationToken);
        var receipt = await receive.ToDraftAsync(
            form,
            new SubmissionUpload(body.Xml, body.FilesAsync(cancellationToken), Senders.Of(request, caller)),
            cancellationToken
        );
        return Accepted(request, receipt, $"{Links.Form(root, form)}/draft");
    }

    // Missing rights look like missing authentication, so that the client asks for other credentials (OR-075).
    private async Task<Form> OwnDraftAsync(HttpRequest request, Caller caller, int projectId, string form)
    {
        var found = await access.WithDraftAsync(new ProjectId(projectId), RouteText.Decode(form), request.HttpContext.RequestAborted);
        return caller.Actor.May(Verb.SubmissionCreate, found.Scope) ? found : throw Problem.NotAuthenticated().AsException();
    }

    private async Task<Form> TestDraftAsync(HttpRequest request, string draftToken, int projectId, string form, Problem refusal) =>
        (
            await access.TestDraftAsync(
                RouteText.Decode(draftToken),
                new ProjectId(projectId),
                RouteText.Decode(form),
                refusal,
                request.HttpContext.RequestAborted
            )
        ).Form;

    private static IResult Accepted(HttpRequest request, SubmissionReceipt receipt, string formAddress)
    {
        request.HttpContext.Response.Headers.Location = $"{formAddress}/submissions/{Links.Encode(receipt.RootId.Value)}";
        return Flags.IsTrue(request, "items") ? AcceptedWith(1, xml => WriteMetadata(xml, receipt)) : AcceptedPlainly;
    }

    private static IResult AcceptedWith(int items, Action<XmlWriter>? payload) =>
        OpenRosaResponse.Envelope(StatusCodes.Status201Created, "", "full submission upload was successful!", items, payload);

    // For clients made for Aggregate (OR-234).
    private static void WriteMetadata(XmlWriter xml, SubmissionReceipt receipt)
    {
        var complete = receipt.Version.Media.All(file => file.Exists);
        var received = Timestamps.Format(receipt.Version.CreatedAt);
        xml.WriteStartElement("submissionMetadata", MetadataNamespace);
        xml.WriteAttributeString("id", receipt.Form.Value);
        xml.WriteAttributeString("version", receipt.Version.FormVersion);
        xml.WriteAttributeString("instanceID", receipt.Version.Id.Value);
        xml.WriteAttributeString("submissionDate", received);
        xml.WriteAttributeString("isComplete", complete ? "true" : "false");
        if (complete)
        {
            xml.WriteAttributeString("markedAsCompleteDate", received);
        }
        xml.WriteEndElement();
    }
}
