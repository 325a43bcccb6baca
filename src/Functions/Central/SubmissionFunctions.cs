using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Functions.OData;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>What was received for a form (OR-266 to OR-268): lists, XML byte for byte, attachments, versions, comments.</summary>
public sealed class SubmissionFunctions(EndpointPipeline door, SubmissionAnswers answers, ODataAnswers odata)
{
    [Function("ListSubmissions")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/submissions")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        door.RestAsync(
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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.GetAsync(
                    request,
                    await answers.PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance
                )
        );

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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.AttachmentsAsync(
                    request,
                    await answers.PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance
                )
        );

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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.AttachmentAsync(
                    request,
                    await answers.PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance,
                    name
                )
        );

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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.VersionsAsync(
                    request,
                    await answers.PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance
                )
        );

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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.VersionAsync(
                    request,
                    await answers.PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance,
                    version
                )
        );

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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.VersionAttachmentsAsync(
                    request,
                    await answers.PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance,
                    version
                )
        );

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
        door.RestAsync(
            request,
            async caller =>
                await answers.VersionAttachmentAsync(
                    request,
                    await answers.PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance,
                    version,
                    name
                )
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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.CommentsAsync(
                    request,
                    await answers.PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance
                )
        );
}
