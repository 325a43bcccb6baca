using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Workers;
using ServerlessRosa.Core.Xml;
using ServerlessRosa.Functions.Central;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.OpenRosa;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>CommCare's receiver (CC-085 to CC-106): forms from phones and scripts, whole in one POST.</summary>
[Speaks(AnswerKind.Receiver)]
public sealed class ReceiverFunctions(
    EndpointPipeline pipeline,
    DomainAuthenticator authenticator,
    ProjectDirectory projects,
    ReceiveCommCareForm receive,
    Links links,
    IOptions<RosaOptions> options
)
{
    private const int MaxAppId = 255;

    // What may stand in an address in the place of an app.
    private static readonly string[] Places = ["secure", "submission", "api"];

    private static readonly string[] AuthTypes = ["basic", "digest", "noauth", "api_key", "oauth2"];

    private static readonly HashSet<string> Extensions = new(
        "xml jpg jpeg 3gpp 3gp 3ga 3g2 mp3 wav amr mp4 3gp2 mpg4 mpeg4 m4v mpg mpeg qcp ogg pdf html rtf txt docx xlsx msg".Split(' '),
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly string[] ContentTypes = ["audio/", "image/", "video/", "application/pdf", "application/octet-stream"];

    [Function("PostForm")]
    [Refuses("get", "put", "delete", "patch")]
    [Query(QueryType.Text, "authtype", "submit_mode", "deviceID", "app_id")]
    [Takes("multipart/form-data")]
    [Takes("text/xml")]
    [AnswersAs("text/xml")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "get", "head", "put", "delete", "patch", Route = "a/{domain}/receiver")]
            HttpRequest request,
        string domain
    ) => RunAsync(request, domain);

    /// <summary>`app` is an app's or a build's id, or one of `secure`, `submission` and `api`: forms are taken in the same way, from
    /// people who are known.</summary>
    [Function("PostFormOfApp")]
    [Refuses("get", "put", "delete", "patch")]
    [Query(QueryType.Text, "authtype", "submit_mode", "deviceID", "app_id")]
    [Takes("multipart/form-data")]
    [Takes("text/xml")]
    [AnswersAs("text/xml")]
    public Task<IResult> PostOfApp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "get", "head", "put", "delete", "patch", Route = "a/{domain}/receiver/{app}")]
            HttpRequest request,
        string domain
    ) => RunAsync(request, domain);

    [Function("PostFormSecurely")]
    [Refuses("get", "put", "delete", "patch")]
    [Query(QueryType.Text, "authtype", "submit_mode", "deviceID", "app_id")]
    [Takes("multipart/form-data")]
    [Takes("text/xml")]
    [AnswersAs("text/xml")]
    public Task<IResult> PostSecurely(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "post",
            "get",
            "head",
            "put",
            "delete",
            "patch",
            Route = "a/{domain}/receiver/secure/{app}"
        )]
            HttpRequest request,
        string domain
    ) => RunAsync(request, domain);

    private Task<IResult> RunAsync(HttpRequest request, string domain) =>
        pipeline.ReceiverAsync(
            request,
            async () =>
            {
                if (!HttpMethods.IsPost(request.Method))
                {
                    request.HttpContext.Response.Headers.Allow = HttpMethods.Post;
                    throw Problem.OnlyPosts().AsException();
                }
                var cancellationToken = request.HttpContext.RequestAborted;
                var authType = request.Query["authtype"].ToString();
                if (authType.Length > 0 && !AuthTypes.Contains(authType))
                {
                    throw Problem.UnknownAuthType(AuthTypes).AsException();
                }
                var project =
                    await projects.FindByDomainAsync(domain.ToLowerInvariant(), cancellationToken)
                    ?? throw Problem.NoDomain(domain).AsException();
                if (authType == "noauth")
                {
                    return await ReceiveAsync(request, project.Id, null, cancellationToken);
                }
                var user = await authenticator.MemberAsync(request, domain, cancellationToken);
                user.Actor.Require(Verb.SubmissionCreate, Scope.Of(project.Id));
                return await ReceiveAsync(request, project.Id, user, cancellationToken);
            }
        );

    private async Task<IResult> ReceiveAsync(
        HttpRequest request,
        ProjectId project,
        DomainUser? submitter,
        CancellationToken cancellationToken
    )
    {
        if (request.ContentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) != true)
        {
            var xml = await BoundedBody.ReadAsync(
                request,
                options.Value.MaxXmlBytes,
                Problem.FormTooLarge(options.Value.MaxXmlBytes),
                cancellationToken
            );
            return await ReceiveAsync(request, project, submitter, xml, AsyncEnumerable.Empty<IncomingFile>(), cancellationToken);
        }
        await using var body = await SubmissionBody.OpenAsync(request, Caller.Anonymous, options.Value, cancellationToken, CheckPart);
        return await ReceiveAsync(request, project, submitter, body.Xml, body.FilesAsync(cancellationToken), cancellationToken);
    }

    private async Task<IResult> ReceiveAsync(
        HttpRequest request,
        ProjectId project,
        DomainUser? submitter,
        ReadOnlyMemory<byte> xml,
        IAsyncEnumerable<IncomingFile> files,
        CancellationToken cancellationToken
    )
    {
        if (xml.IsEmpty)
        {
            throw Problem.EmptyForm().AsException();
        }
        var form = CommCareForm.Read(xml);
        var isDemo = request.Query["submit_mode"] == "demo";
        if (submitter is null && !isDemo && !await receive.IsForAnybodyAsync(project, form, cancellationToken))
        {
            throw Problem.NotAllowed().AsException();
        }
        if (form.IsDeviceReport || (isDemo && !form.IsOfDemoUser))
        {
            await foreach (var _ in files)
            {
                // Read to the end, so that the phone receives the answer.
            }
            return form.IsDeviceReport ? ReceiverAnswers.Taken() : ReceiverAnswers.Ignored();
        }
        var upload = new SubmissionUpload(xml, files, SenderOf(request, submitter))
        {
            SyncToken = request.Headers["X-CommCareHQ-LastSyncToken"],
        };
        return ReceiverAnswers.Of(request, await receive.RunAsync(project, form, upload, cancellationToken), links.Origin(request));
    }

    private static Sender SenderOf(HttpRequest request, DomainUser? submitter) =>
        (submitter is null ? Senders.Of(request, (ActorId?)null) : Senders.Of(request, submitter)) with
        {
            IsPhone = Senders.IsPhone(request),
            AppId = AppOf(request),
            Address = RequestAuthenticator.ClientOf(request) is { IsIPv4MappedToIPv6: true } mapped
                ? mapped.MapToIPv4().ToString()
                : RequestAuthenticator.ClientOf(request)?.ToString(),
        };

    private static string? AppOf(HttpRequest request) =>
        request.RouteValues.TryGetValue("app", out var app) && RouteText.Decode((string)app!) is var id && !Places.Contains(id)
            ? ShortText.Cut(id, MaxAppId)
            : null;

    // Spec 4.2 of CommCare, before any byte of the part is kept.
    private static void CheckPart(string name, ContentDispositionHeaderValue disposition, string? contentType)
    {
        var file = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value;
        if (file is null)
        {
            throw Problem.FieldsBesideFiles().AsException();
        }
        var extension = Path.GetExtension(file).TrimStart('.');
        var taken =
            name == SubmissionBody.XmlPart
                ? extension.Equals("xml", StringComparison.OrdinalIgnoreCase)
                : Extensions.Contains(extension)
                    || ContentTypes.Any(type => contentType?.StartsWith(type, StringComparison.OrdinalIgnoreCase) == true);
        if (!taken)
        {
            throw Problem.FileNotTaken(file.Length <= 100 ? file : file[..100]).AsException();
        }
    }
}
