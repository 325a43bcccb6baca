using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Functions.OData;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Reads the submissions to a published form (OR-266 to OR-268): lists, XML byte for byte, attachments, versions,
/// comments.</summary>
public sealed class SubmissionFunctions(EndpointPipeline pipeline, SubmissionAnswers answers, ODataAnswers odata)
{
    [Function("ListSubmissions")]
    [Query(QueryType.Text, "$expand", "$filter", "$format", "$orderby", "$select", "$skiptoken")]
    [Query(QueryType.Number, "$skip", "$top", "readAtMost")]
    [Query(QueryType.Flag, "$count", "$wkt")]
    [Answers(typeof(ODataRowsAnswer), ODataServiceAnswer.MediaType)]
    [Query(QueryType.Number, "limit", "offset")]
    [Query(QueryType.Flag, "deleted")]
    [Answers(typeof(IAsyncEnumerable<SubmissionAnswer>))]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/submissions")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.RestAsync(
            request,
            async caller =>
                ODataAnswers.FormOfSubmissions(request, form) is { } service
                    ? await odata.PublishedAsync(request, caller, projectId, service, "Submissions")
                    : await answers.ListAsync(request, await answers.PublishedAsync(request, caller, Verb.SubmissionList, projectId, form))
        );

    [Function("GetSubmission")]
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
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) => answers.OfPublishedAsync(request, projectId, form, space => answers.GetAsync(request, space, form, instance));

    [Function("ListSubmissionAttachments")]
    [Answers(typeof(IEnumerable<SubmissionAttachmentAnswer>))]
    public Task<IResult> ListAttachments(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/attachments"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) => answers.OfPublishedAsync(request, projectId, form, space => answers.AttachmentsAsync(request, space, instance));

    [Function("GetSubmissionAttachment")]
    [AnswersAs("*/*")]
    public Task<IResult> GetAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string name
    ) => answers.OfPublishedAsync(request, projectId, form, space => answers.AttachmentAsync(request, space, instance, name));

    [Function("ListSubmissionVersions")]
    [Answers(typeof(List<SubmissionVersionAnswer>))]
    public Task<IResult> ListVersions(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/versions"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) => answers.OfPublishedAsync(request, projectId, form, space => answers.VersionsAsync(request, space, instance));

    [Function("GetSubmissionVersion")]
    [Query(QueryType.Text, "fieldpath")]
    [Answers(typeof(SubmissionVersionAnswer))]
    [AnswersAs("application/xml")]
    [Answers(typeof(FeaturesAnswer))]
    public Task<IResult> GetVersion(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/versions/{version}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string version
    ) => answers.OfPublishedAsync(request, projectId, form, space => answers.VersionAsync(request, space, instance, version));

    [Function("ListSubmissionVersionAttachments")]
    [Answers(typeof(IEnumerable<SubmissionAttachmentAnswer>))]
    public Task<IResult> ListVersionAttachments(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/versions/{version}/attachments"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string version
    ) => answers.OfPublishedAsync(request, projectId, form, space => answers.VersionAttachmentsAsync(request, space, instance, version));

    [Function("GetSubmissionVersionAttachment")]
    [AnswersAs("*/*")]
    public Task<IResult> GetVersionAttachment(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/versions/{version}/attachments/{name}"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance,
        string version,
        string name
    ) =>
        answers.OfPublishedAsync(
            request,
            projectId,
            form,
            space => answers.VersionAttachmentAsync(request, space, instance, version, name)
        );

    [Function("ListSubmissionComments")]
    [Answers(typeof(List<CommentAnswer>))]
    public Task<IResult> ListComments(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/comments"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string instance
    ) => answers.OfPublishedAsync(request, projectId, form, space => answers.CommentsAsync(request, space, instance));
}
