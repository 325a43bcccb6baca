using System.Xml;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenRosa;

/// <summary>Manifests: the media files of a form, and where a phone gets them (OR-120 to OR-135).</summary>
public sealed class ManifestFunctions(
    EndpointPipeline pipeline,
    FormDirectory forms,
    FormAccess access,
    EntityLists entities,
    Links links,
    TimedCache cache
)
{
    private const string Namespace = "http://openrosa.org/xforms/xformsManifest";

    [Function("GetManifest")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/manifest")]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.OpenRosaAsync(request, caller => PublishedAsync(request, caller, projectId, form));

    [Function("GetManifestWithKey")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}/manifest")]
            HttpRequest request,
        int projectId,
        string form
    ) => pipeline.OpenRosaAsync(request, caller => PublishedAsync(request, caller, projectId, form));

    [Function("GetManifestOfVersion")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetOfVersion(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/projects/{projectId:int}/forms/{form}/versions/{version}/manifest"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string version
    ) => pipeline.OpenRosaAsync(request, caller => OfVersionAsync(request, caller, projectId, form, version));

    [Function("GetManifestOfVersionWithKey")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetOfVersionWithKey(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}/versions/{version}/manifest"
        )]
            HttpRequest request,
        int projectId,
        string form,
        string version
    ) => pipeline.OpenRosaAsync(request, caller => OfVersionAsync(request, caller, projectId, form, version));

    [Function("GetManifestOfDraft")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetOfDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/manifest")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.OpenRosaAsync(
            request,
            async caller =>
            {
                var found = await access.DraftAsync(request, caller, projectId, form);
                var root = links.Root(request, caller);
                return await AnswerAsync(
                    request,
                    EntityLists.OfDraft,
                    found,
                    Links.Form(root, found.Form) + "/draft",
                    Links.Project(root, found.Form.Project)
                );
            }
        );

    [Function("GetManifestOfTestDraft")]
    [OpenToAll]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetOfTestDraft(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/test/{draftToken}/projects/{projectId:int}/forms/{form}/draft/manifest"
        )]
            HttpRequest request,
        string draftToken,
        int projectId,
        string form
    ) =>
        pipeline.OpenToAllAsync(
            request,
            AnswerKind.OpenRosa,
            async () =>
            {
                var token = RouteText.Decode(draftToken);
                var found = await access.TestDraftAsync(
                    token,
                    new ProjectId(projectId),
                    RouteText.Decode(form),
                    Problem.NotFound(),
                    request.HttpContext.RequestAborted
                );
                var address = Links.Form(links.TestRoot(request, token), found.Form) + "/draft";
                return await AnswerAsync(request, EntityLists.OfDraft, found, address, address);
            }
        );

    private async Task<IResult> PublishedAsync(HttpRequest request, Caller caller, int project, string form)
    {
        var found = await access.PublishedAsync(request, caller, project, form);
        var root = links.Root(request, caller);
        return await AnswerAsync(
            request,
            EntityLists.ViewOf(caller.Actor),
            found,
            Links.Form(root, found.Form),
            Links.Project(root, found.Form.Project)
        );
    }

    private async Task<IResult> OfVersionAsync(HttpRequest request, Caller caller, int project, string form, string version)
    {
        var found = await access.VersionAsync(request, caller, project, form, version);
        var root = links.Root(request, caller);
        return await AnswerAsync(
            request,
            EntityLists.ViewOf(caller.Actor),
            found,
            Links.Version(root, found.Form, found.Definition.Version),
            Links.Project(root, found.Form.Project)
        );
    }

    // The datasets' addresses are under the project's, except for a draft's token, which opens nothing else.
    private async Task<IResult> AnswerAsync(
        HttpRequest request,
        Func<Dataset, EntityView> view,
        ReadableForm found,
        string address,
        string datasets
    )
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var media = await forms.ListMediaAsync(found.Form.Project, found.Definition, cancellationToken);

        // The directory returns the same list of a published version's files while it has it cached.
        var asked = (media, address);
        var keepable = found.Definition.PublishedAt is not null && media.All(slot => slot.Dataset is null);
        if (keepable && cache.TryGet(asked, out XmlDocumentResult? known))
        {
            return known!;
        }
        var lists = new Dictionary<string, EntityList>();
        foreach (var name in media.Select(slot => slot.Dataset).OfType<string>().Distinct())
        {
            if (await entities.FindAsync(found.Form.Project, name, view, cancellationToken) is { } list)
            {
                lists.Add(name, list);
            }
        }
        var answer = OpenRosaResponse.Document(xml =>
        {
            xml.WriteStartElement("manifest", Namespace);
            foreach (var file in media)
            {
                var list = file.Dataset is { } name ? lists.GetValueOrDefault(name) : null;
                if (list is not null || file.Blob is not null)
                {
                    Write(xml, file, list, address, datasets);
                }
            }
            xml.WriteEndElement();
        });
        if (keepable)
        {
            cache.Set(asked, answer, answer.Body.Length);
        }
        return answer;
    }

    private static void Write(XmlWriter xml, FormMedia file, EntityList? list, string address, string datasets)
    {
        xml.WriteStartElement("mediaFile", Namespace);
        if (list is not null)
        {
            xml.WriteAttributeString("type", list.Dataset.ApprovalRequired ? "approvalEntityList" : "entityList");
        }
        xml.WriteElementString("filename", Namespace, file.Name);
        xml.WriteElementString("hash", Namespace, "md5:" + (list?.Hash ?? file.Md5));
        xml.WriteElementString("downloadUrl", Namespace, $"{address}/attachments/{Links.Encode(file.Name)}");
        if (list is not null)
        {
            xml.WriteElementString("integrityUrl", Namespace, $"{datasets}/datasets/{Links.Encode(list.Dataset.Name)}/integrity");
        }
        xml.WriteEndElement();
    }
}
