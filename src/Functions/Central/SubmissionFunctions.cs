using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Functions.OData;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Reads the submissions to a published form (OR-266 to OR-268): lists, XML byte for byte, attachments, versions,
/// comments.</summary>
public sealed class SubmissionFunctions(EndpointPipeline pipeline, SubmissionAnswers answers, ODataAnswers odata)
{
    [Function("ListSubmissions")]
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
