using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>What was received for a form's draft under test: the same reads as of the form itself (OR-251).</summary>
public sealed class DraftSubmissionFunctions(EndpointPipeline door, SubmissionAnswers answers)
{
    [Function("ListDraftSubmissions")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.ListAsync(request, await answers.DraftAsync(request, caller, Verb.SubmissionList, projectId, form))
        );

    [Function("GetDraftSubmission")]
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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.GetAsync(request, await answers.DraftAsync(request, caller, Verb.SubmissionRead, projectId, form), instance)
        );

    [Function("ListDraftSubmissionAttachments")]
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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.AttachmentsAsync(
                    request,
                    await answers.DraftAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance
                )
        );

    [Function("GetDraftSubmissionAttachment")]
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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.AttachmentAsync(
                    request,
                    await answers.DraftAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance,
                    name
                )
        );

    [Function("ListDraftSubmissionVersions")]
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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.VersionsAsync(
                    request,
                    await answers.DraftAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance
                )
        );

    [Function("GetDraftSubmissionVersion")]
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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.VersionAsync(
                    request,
                    await answers.DraftAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance,
                    version
                )
        );

    [Function("ListDraftSubmissionVersionAttachments")]
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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.VersionAttachmentsAsync(
                    request,
                    await answers.DraftAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance,
                    version
                )
        );

    [Function("GetDraftSubmissionVersionAttachment")]
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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.VersionAttachmentAsync(
                    request,
                    await answers.DraftAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance,
                    version,
                    name
                )
        );

    [Function("ListDraftSubmissionComments")]
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
    ) =>
        door.RestAsync(
            request,
            async caller =>
                await answers.CommentsAsync(
                    request,
                    await answers.DraftAsync(request, caller, Verb.SubmissionRead, projectId, form),
                    instance
                )
        );
}
