using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Central;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenRosa;

/// <summary>Aggregate's pull API (OR-286 to OR-291), which Briefcase and its like read submissions with.</summary>
public sealed class PullFunctions(
    EndpointPipeline pipeline,
    SubmissionAnswers answers,
    SubmissionDirectory submissions,
    PullSubmissions pull,
    MediaTickets tickets,
    Links links
)
{
    private const string Namespace = "http://opendatakit.org/submissions";
    private const string XmlType = "text/xml; charset=utf-8";
    private const string KeyStart = "[@key=";
    private const string VersionStart = "[@version=";
    private const int DefaultEntries = 100;

    [Function("PullSubmissionList")]
    [Query(QueryType.Text, "formId", "cursor")]
    [Query(QueryType.Number, "numEntries", "limit", "offset")]
    [Query(QueryType.Flag, "includeIncomplete")]
    [AnswersAs("text/xml")]
    public Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/view/submissionList")]
            HttpRequest request,
        int projectId
    ) => pipeline.OpenRosaAsync(request, async caller => await ListAsync(request, caller, projectId));

    [Function("PullSubmissionListByKey")]
    [Query(QueryType.Text, "formId", "cursor")]
    [Query(QueryType.Number, "numEntries", "limit", "offset")]
    [Query(QueryType.Flag, "includeIncomplete")]
    [AnswersAs("text/xml")]
    public Task<IResult> ListByKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/projects/{projectId:int}/view/submissionList")]
            HttpRequest request,
        int projectId
    ) => pipeline.OpenRosaAsync(request, async caller => await ListAsync(request, caller, projectId));

    [Function("PullSubmission")]
    [Query(QueryType.Text, "formId")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> Download(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/view/downloadSubmission")]
            HttpRequest request,
        int projectId
    ) => pipeline.OpenRosaAsync(request, async caller => await DownloadAsync(request, caller, projectId));

    [Function("PullSubmissionByKey")]
    [Query(QueryType.Text, "formId")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> DownloadByKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/projects/{projectId:int}/view/downloadSubmission")]
            HttpRequest request,
        int projectId
    ) => pipeline.OpenRosaAsync(request, async caller => await DownloadAsync(request, caller, projectId));

    /// <summary>A file of a submission, authorised by the ticket in the address (OR-290): the client sends no credentials here.</summary>
    [Function("PullMedia")]
    [Speaks(AnswerKind.Download)]
    [OpenToAll]
    [AnswersAs("*/*")]
    public Task<IResult> Media(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/view/media/{ticket}")] HttpRequest request,
        string ticket
    ) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.Download,
            () =>
            {
                var content = tickets.TryUnprotect(ticket) ?? throw Problem.NotFound().AsException();
                var file = JsonSerializer.Deserialize<SubmissionMedia>(content)!;
                return Task.FromResult<IResult>(
                    new FileResult(
                        file.Name,
                        file.ContentType!,
                        file.Md5!,
                        file.Size!.Value,
                        (offset, length, cancellationToken) => submissions.OpenMediaAsync(file, offset, length, cancellationToken)
                    )
                );
            }
        );

    private async Task<IResult> ListAsync(HttpRequest request, Caller caller, int project)
    {
        var formId = request.Query["formId"].ToString();
        var space = await SpaceAsync(request, caller, project, formId);
        var entries = request.Query.TryGetValue("numEntries", out var given)
            ? int.TryParse(given, out var number)
                ? number
                : throw Problem.InvalidDataType(given.ToString(), "integer").AsException()
            : DefaultEntries;
        var ids = await pull.ListAsync(
            space,
            request.Query["cursor"].ToString(),
            entries,
            Flags.IsTrue(request, "includeIncomplete"),
            request.HttpContext.RequestAborted
        );
        return Xml(
            XmlOut.ToBytes(
                xml =>
                {
                    xml.WriteStartElement("idChunk", Namespace);
                    xml.WriteStartElement("idList", Namespace);
                    foreach (var id in ids.Ids)
                    {
                        xml.WriteElementString("id", Namespace, id);
                    }
                    xml.WriteEndElement();
                    xml.WriteElementString("resumptionCursor", Namespace, ids.Cursor);
                    xml.WriteEndElement();
                },
                declaration: true
            )
        );
    }

    private async Task<IResult> DownloadAsync(HttpRequest request, Caller caller, int project)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var (formId, instance) = Parse(request.Query["formId"].ToString());
        var space = await SpaceAsync(request, caller, project, formId);
        var root = InstanceId.Parse(instance);
        var stored = await submissions.GetStoredAsync(space, root, cancellationToken);
        var (submission, current) = await submissions.ResolveAsync(space, root, cancellationToken);
        var files = (current?.Media ?? [])
            .Where(file => file.Exists)
            .Select(file => (file, $"{links.Origin(request)}/v1/view/media/{tickets.Protect(JsonSerializer.Serialize(file))}"));
        return Xml(PulledSubmission.Write(await stored.ReadXmlAsync(cancellationToken), submission, files));
    }

    private async Task<SubmissionSpace> SpaceAsync(HttpRequest request, Caller caller, int project, string formId) =>
        formId.Length == 0
            ? throw Problem.MissingParameter("formId").AsException()
            : await answers.PublishedAsync(request, caller, Verb.SubmissionRead, project, formId);

    // `trees[@version=null and @uiVersion=null]/data[@key=uuid:1]`. Ids may hold brackets, so it is read from the right (OR-289).
    private static (string FormId, string Instance) Parse(string text)
    {
        var key = text.LastIndexOf(KeyStart, StringComparison.Ordinal);
        var slash = key < 0 ? -1 : text.LastIndexOf('/', key);
        if (slash < 0 || !text.EndsWith(']'))
        {
            throw Problem.UnexpectedValue("formId", text, "it names no submission.").AsException();
        }
        var form = text[..slash];
        var version = form.LastIndexOf(VersionStart, StringComparison.Ordinal);
        return (version < 0 ? form : form[..version], text[(key + KeyStart.Length)..^1]);
    }

    private static IResult Xml(ReadOnlyMemory<byte> bytes) => Results.Bytes(bytes, XmlType);
}
