using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Core.Xml;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Forms as received (CC-144 to CC-146), found by their id in all forms of the project.</summary>
public sealed class FormApiFunctions(EndpointPipeline pipeline, FormDirectory forms, SubmissionDirectory submissions)
{
    private const string XmlName = "form.xml";
    private const string XmlType = "text/xml";

    [Function("GetReceivedForm")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/form/{formId}")] HttpRequest request,
        string domain,
        string formId
    ) => GetAsync(request, domain, formId);

    [Function("GetReceivedFormV05")]
    public Task<IResult> GetV05(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/form/{formId}")] HttpRequest request,
        string domain,
        string formId
    ) => GetAsync(request, domain, formId);

    [Function("GetReceivedFormV1")]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/form/v1/{formId}")] HttpRequest request,
        string domain,
        string formId
    ) => GetAsync(request, domain, formId);

    [Function("GetReceivedFormAttachment")]
    public Task<IResult> GetAttachment(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/form/attachment/{formId}/{part}")]
            HttpRequest request,
        string domain,
        string formId,
        string part
    ) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var (form, _, version) = await FindAsync(request, user, formId, cancellationToken);
                var (space, name) = (SubmissionSpace.Published(form), RouteText.Decode(part));
                if (name == XmlName)
                {
                    return Results.Stream(await submissions.OpenXmlAsync(space, version, cancellationToken), XmlType);
                }
                var file = version.Media.FirstOrDefault(one => one.Name == name && one.Exists) ?? throw Problem.NotFound().AsException();
                return new FileResult(
                    name,
                    file.ContentType!,
                    file.Md5!,
                    file.Size!.Value,
                    (offset, length, stop) => submissions.OpenMediaAsync(file, offset, length, stop)
                );
            }
        );

    private Task<IResult> GetAsync(HttpRequest request, string domain, string formId) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                var (form, submission, version) = await FindAsync(request, user, formId, cancellationToken);
                var xml = await submissions.ReadXmlAsync(SubmissionSpace.Published(form), version, cancellationToken);
                var attachments = new Dictionary<string, object> { [XmlName] = new { content_type = XmlType, length = xml.Length } };
                foreach (var file in version.Media.Where(file => file.Exists))
                {
                    attachments[file.Name] = new { content_type = file.ContentType, length = file.Size };
                }
                return Json.Ok(
                    new
                    {
                        id = version.Id.Value,
                        xmlns = SafeXml.Read(xml, root => root.NamespaceURI),
                        received_on = CaseShapes.Time(submission.CreatedAt),
                        edited_on = version.Id == submission.Current.Id && submission.Edits > 0
                            ? CaseShapes.Time(submission.Current.CreatedAt)
                            : null,
                        problem = version.Problem,
                        attachments,
                    }
                );
            }
        );

    private async Task<(Form Form, Submission Submission, SubmissionVersion Version)> FindAsync(
        HttpRequest request,
        DomainUser user,
        string formId,
        CancellationToken cancellationToken
    ) =>
        await submissions.FindAsync(
            await forms.ListAsync(user.Project.Id, cancellationToken),
            InstanceId.Parse(RouteText.Decode(formId)),
            cancellationToken
        ) ?? throw Problem.NotFound().AsException();
}
