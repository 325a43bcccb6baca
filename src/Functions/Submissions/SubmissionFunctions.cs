using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Http;

namespace ServerlessRosa.Functions.Submissions;

/// <summary>What was received (spec 9.2): lists, XML byte for byte, attachments; of a form, and of its draft.</summary>
public sealed class SubmissionFunctions(Door door, FormAccess access, SubmissionDirectory submissions)
{
    private const string XmlEnding = ".xml";
    private static readonly string[] PictureTypes = ["image/jpeg", "image/png", "image/gif"];

    [Function("ListSubmissions")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/submissions")] HttpRequest request,
        int projectId, string form) =>
        door.RestAsync(request, async caller => await ListAsync(request, await PublishedAsync(request, caller, Verb.SubmissionList, projectId, form)));

    [Function("ListDraftSubmissions")]
    public Task<IResult> ListOfDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions")] HttpRequest request,
        int projectId, string form) =>
        door.RestAsync(request, async caller => await ListAsync(request, await DraftAsync(request, caller, Verb.SubmissionList, projectId, form)));

    [Function("GetSubmission")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}")] HttpRequest request,
        int projectId, string form, string instance) =>
        door.RestAsync(request, async caller => await GetAsync(request, await PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form), instance));

    [Function("GetDraftSubmission")]
    public Task<IResult> GetOfDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}")] HttpRequest request,
        int projectId, string form, string instance) =>
        door.RestAsync(request, async caller => await GetAsync(request, await DraftAsync(request, caller, Verb.SubmissionRead, projectId, form), instance));

    [Function("ListSubmissionAttachments")]
    public Task<IResult> ListAttachments(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/attachments")] HttpRequest request,
        int projectId, string form, string instance) =>
        door.RestAsync(request, async caller => await AttachmentsAsync(request, await PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form), instance));

    [Function("ListDraftSubmissionAttachments")]
    public Task<IResult> ListAttachmentsOfDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/attachments")] HttpRequest request,
        int projectId, string form, string instance) =>
        door.RestAsync(request, async caller => await AttachmentsAsync(request, await DraftAsync(request, caller, Verb.SubmissionRead, projectId, form), instance));

    [Function("GetSubmissionAttachment")]
    public Task<IResult> GetAttachment(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/submissions/{instance}/attachments/{name}")] HttpRequest request,
        int projectId, string form, string instance, string name) =>
        door.RestAsync(request, async caller => await FileAsync(request, await PublishedAsync(request, caller, Verb.SubmissionRead, projectId, form), instance, name));

    [Function("GetDraftSubmissionAttachment")]
    public Task<IResult> GetAttachmentOfDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/submissions/{instance}/attachments/{name}")] HttpRequest request,
        int projectId, string form, string instance, string name) =>
        door.RestAsync(request, async caller => await FileAsync(request, await DraftAsync(request, caller, Verb.SubmissionRead, projectId, form), instance, name));

    private async Task<SubmissionSpace> PublishedAsync(HttpRequest request, Caller caller, string verb, int project, string form) =>
        SubmissionSpace.Published(await access.WithAsync(
            caller.KnownActor, verb, new ProjectId(project), RouteText.Decode(request, form), request.HttpContext.RequestAborted));

    private async Task<SubmissionSpace> DraftAsync(HttpRequest request, Caller caller, string verb, int project, string form)
    {
        var found = await access.WithAsync(caller.KnownActor, verb, new ProjectId(project), RouteText.Decode(request, form), request.HttpContext.RequestAborted);
        return found.Draft is null ? throw Core.Problems.Problem.NotFound().AsException() : SubmissionSpace.OfDraft(found);
    }

    private async Task<IResult> ListAsync(HttpRequest request, SubmissionSpace space)
    {
        var paging = Paging.Of(request);
        var found = submissions.ListAsync(space, Flags.IsTrue(request, "deleted"), paging.Offset, paging.Limit, request.HttpContext.RequestAborted)
            .Select(SubmissionShapes.Submission);

        // The first row is read before the answer starts, so that a failure can still be told.
        var rows = found.GetAsyncEnumerator(request.HttpContext.RequestAborted);
        var any = await rows.MoveNextAsync();
        return Json.Ok(Rest(rows, any));
    }

    private async Task<IResult> GetAsync(HttpRequest request, SubmissionSpace space, string instance)
    {
        var hangUp = request.HttpContext.RequestAborted;
        var name = RouteText.Decode(request, instance);
        if (!name.EndsWith(XmlEnding, StringComparison.Ordinal))
        {
            return Json.Ok(SubmissionShapes.Submission(await submissions.GetAsync(space, InstanceId.Parse(name), hangUp)));
        }
        return Results.Stream(await submissions.OpenXmlAsync(space, InstanceId.Parse(name[..^XmlEnding.Length]), hangUp), "application/xml; charset=utf-8");
    }

    private async Task<IResult> AttachmentsAsync(HttpRequest request, SubmissionSpace space, string instance) =>
        Json.Ok((await submissions.ListMediaAsync(space, InstanceId.Parse(RouteText.Decode(request, instance)), request.HttpContext.RequestAborted))
            .Select(file => new { name = file.Name, exists = file.Exists }));

    private async Task<IResult> FileAsync(HttpRequest request, SubmissionSpace space, string instance, string name)
    {
        var file = await submissions.GetMediaAsync(
            space, InstanceId.Parse(RouteText.Decode(request, instance)), RouteText.Decode(request, name), request.HttpContext.RequestAborted);
        return new FileResult(file.Name, file.ContentType!, file.Md5!, file.Size!.Value, (offset, length, hangUp) => submissions.OpenMediaAsync(file, offset, length, hangUp))
        {
            Inline = PictureTypes.Contains(file.ContentType, StringComparer.OrdinalIgnoreCase),
        };
    }

    private static async IAsyncEnumerable<object> Rest(IAsyncEnumerator<object> rows, bool any)
    {
        await using (rows)
        {
            for (; any; any = await rows.MoveNextAsync())
            {
                yield return rows.Current;
            }
        }
    }
}
