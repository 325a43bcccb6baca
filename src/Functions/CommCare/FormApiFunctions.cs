using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>Forms as received (CC-144 to CC-146): single ones, found by their id in all forms of the project, and lists.</summary>
public sealed class FormApiFunctions(
    EndpointPipeline pipeline,
    FormDirectory forms,
    SubmissionDirectory submissions,
    ListReceivedForms lists,
    CaseDirectory cases,
    Links links
)
{
    private const int MaxLimit = 1000;
    private const string IndexedOn = "indexed_on";
    private const string ReceivedOn = "received_on";
    private const string ModifiedOn = "server_modified_on";
    private const string DateModified = "server_date_modified";

    // Before `GetReceivedForm` by name, whose address would take it.
    [Function("FindReceivedFormsV1")]
    [ReceivedFormsQuery]
    [Answers(typeof(ListAnswer<ReceivedFormAnswer>))]
    public Task<IResult> ListV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/form/v1")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("FindReceivedFormsV05")]
    [ReceivedFormsQuery]
    [Answers(typeof(ListAnswer<ReceivedFormAnswer>))]
    public Task<IResult> ListV05(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/form")] HttpRequest request,
        string domain
    ) => ListAsync(request, domain);

    [Function("GetReceivedForm")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ReceivedFormAnswer))]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/form/{formId}")] HttpRequest request,
        string domain,
        string formId
    ) => GetAsync(request, domain, formId);

    [Function("GetReceivedFormV05")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ReceivedFormAnswer))]
    public Task<IResult> GetV05(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/v0.5/form/{formId}")] HttpRequest request,
        string domain,
        string formId
    ) => GetAsync(request, domain, formId);

    [Function("GetReceivedFormV1")]
    [Query(QueryType.Text, "format")]
    [Answers(typeof(ReceivedFormAnswer))]
    public Task<IResult> GetV1(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "a/{domain}/api/form/v1/{formId}")] HttpRequest request,
        string domain,
        string formId
    ) => GetAsync(request, domain, formId);

    [Function("GetReceivedFormAttachment")]
    [AnswersAs("*/*")]
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
                if (name == FormShape.XmlName)
                {
                    return Results.Stream(await submissions.OpenXmlAsync(space, version, cancellationToken), FormShape.XmlType);
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
                var shape = new FormShape(submission, version, xml)
                {
                    Id = version.Id.Value,
                    Origin = links.Origin(request),
                    Media = version.Media,
                };
                return new ApiObject(json => Write(json, shape.Answer(user)));
            }
        );

    private Task<IResult> ListAsync(HttpRequest request, string domain) =>
        pipeline.DomainApiAsync(
            request,
            domain,
            Verb.SubmissionRead,
            async user =>
            {
                var cancellationToken = request.HttpContext.RequestAborted;
                ListParameters.RequireKnown(request);
                var window = ListWindow.Of(request, MaxLimit);
                var (xmlns, exact) = (ListParameters.Text(request, "xmlns"), ListParameters.Text(request, "xmlns.exact"));
                var known = await forms.ListAsync(user.Project.Id, cancellationToken);
                var query = QueryOf(request, window);
                if (ListParameters.Text(request, "case_id") is { } caseId)
                {
                    var one = CaseId.TryParse(caseId, out var id) ? await cases.FindAsync(user.Project.Id, id, cancellationToken) : null;
                    var changes = one?.Transactions ?? [];
                    known = [.. known.Where(form => changes.Any(change => change.Form.Form == form.Number))];
                    query = query with { Roots = [.. changes.Select(change => change.Form.Root)] };
                }
                var (page, total) = await lists.RunAsync(
                    [.. known.Where(form => (xmlns ?? form.Id.Value) == form.Id.Value && (exact ?? form.Id.Value) == form.Id.Value)],
                    query,
                    cancellationToken
                );
                var origin = links.Origin(request);
                return new TastypieList<ReceivedForm>(
                    window.Meta(request, total),
                    page,
                    async (json, form, stop) => Write(json, (await ShapeAsync(form, origin, stop)).Answer(user))
                );
            }
        );

    private static void Write(Utf8JsonWriter json, ReceivedFormAnswer form) =>
        JsonSerializer.Serialize(json, form, CommCareJson.Default.ReceivedFormAnswer);

    private static ReceivedFormQuery QueryOf(HttpRequest request, ListWindow window)
    {
        var (field, descending) = ListParameters.Order(request, ReceivedOn, IndexedOn, ModifiedOn) ?? (ReceivedOn, true);
        return new ReceivedFormQuery(window.Offset, window.Limit)
        {
            ByIndexedOn = field != ReceivedOn,
            Descending = descending,
            Received = ListParameters.Range(request, ReceivedOn),
            Indexed = ListParameters
                .Range(request, IndexedOn)
                .Within(ListParameters.Range(request, ModifiedOn))
                .Within(ListParameters.Range(request, DateModified)),
            AppId = ListParameters.Text(request, "app_id"),
            WithArchived = ListParameters.Flag(request, "include_archived") ?? false,
        };
    }

    // One operation for a form with files, and one for XML that is too large for its row.
    private async Task<FormShape> ShapeAsync(ReceivedForm form, string origin, CancellationToken cancellationToken)
    {
        var submission = form.Stored.Submission;
        return new FormShape(submission, submission.Current, await form.Stored.ReadXmlAsync(cancellationToken))
        {
            Id = submission.RootId.Value,
            Origin = origin,
            Media =
                submission.MediaPresent == 0
                    ? []
                    : await submissions.ListMediaAsync(SubmissionSpace.Published(form.Form), submission.Current.Id, cancellationToken),
        };
    }

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
