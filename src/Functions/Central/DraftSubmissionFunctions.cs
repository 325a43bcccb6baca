using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Functions.OpenApi;

namespace ServerlessRosa.Functions.Central;

/// <summary>Reads the submissions to a form's draft (OR-251), with the same answers as <see cref="SubmissionFunctions"/>.</summary>
public sealed class DraftSubmissionFunctions(SubmissionAnswers answers)
{
    [Function("ListDraftSubmissions")]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Flag, "deleted")]
    [Answers(typeof(IAsyncEnumerable<SubmissionAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions")]
            HttpRequest request,
        int projectId,
        string form
    ) => answers.OfDraftAsync(request, projectId, form, space => answers.ListAsync(request, space), Verb.SubmissionList);

    [Function("GetDraftSubmission")]
    [Query(QueryType.Text, "fieldpath")]
    [Answers(typeof(SubmissionAnswer))]
    [Answers(typeof(IEnumerable<ActorAnswer>))]
    [Answers(typeof(IEnumerable<EncryptionKeyAnswer>))]
    [AnswersAs("application/xml")]
    [Answers(typeof(FeaturesAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) => answers.OfDraftAsync(request, projectId, form, space => answers.GetAsync(request, space, form, instance));

    [Function("ListDraftSubmissionAttachments")]
    [Answers(typeof(IEnumerable<SubmissionAttachmentAnswer>))]
    public Task<IResult> ListAttachments(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/attachments"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) => answers.OfDraftAsync(request, projectId, form, space => answers.AttachmentsAsync(request, space, instance));

    [Function("GetDraftSubmissionAttachment")]
    [AnswersAs("*/*")]
    public Task<IResult> GetAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string name
    ) => answers.OfDraftAsync(request, projectId, form, space => answers.AttachmentAsync(request, space, instance, name));

    [Function("ListDraftSubmissionVersions")]
    [Answers(typeof(List<SubmissionVersionAnswer>))]
    public Task<IResult> ListVersions(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/versions"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) => answers.OfDraftAsync(request, projectId, form, space => answers.VersionsAsync(request, space, instance));

    [Function("GetDraftSubmissionVersion")]
    [Query(QueryType.Text, "fieldpath")]
    [Answers(typeof(SubmissionVersionAnswer))]
    [AnswersAs("application/xml")]
    [Answers(typeof(FeaturesAnswer))]
    public Task<IResult> GetVersion(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/versions/{version}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string version
    ) => answers.OfDraftAsync(request, projectId, form, space => answers.VersionAsync(request, space, instance, version));

    [Function("ListDraftSubmissionVersionAttachments")]
    [Answers(typeof(IEnumerable<SubmissionAttachmentAnswer>))]
    public Task<IResult> ListVersionAttachments(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/versions/{version}/attachments"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string version
    ) => answers.OfDraftAsync(request, projectId, form, space => answers.VersionAttachmentsAsync(request, space, instance, version));

    [Function("GetDraftSubmissionVersionAttachment")]
    [AnswersAs("*/*")]
    public Task<IResult> GetVersionAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/versions/{version}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string version,
        string name
    ) => answers.OfDraftAsync(request, projectId, form, space => answers.VersionAttachmentAsync(request, space, instance, version, name));

    [Function("ListDraftSubmissionComments")]
    [Answers(typeof(List<CommentAnswer>))]
    public Task<IResult> ListComments(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/comments"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) => answers.OfDraftAsync(request, projectId, form, space => answers.CommentsAsync(request, space, instance));
}
