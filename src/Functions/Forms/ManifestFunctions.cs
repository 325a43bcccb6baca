using System.Xml;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.Http;

namespace ServerlessRosa.Functions.Forms;

/// <summary>Manifests: the media files of a form, and where a phone gets them (spec 5.1).</summary>
public sealed class ManifestFunctions(Door door, FormDirectory forms, FormAccess access, Links links)
{
    private const string Namespace = "http://openrosa.org/xforms/xformsManifest";

    [Function("GetManifest")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/manifest")] HttpRequest request,
        int projectId, string form) =>
        door.OpenRosaAsync(request, caller => PublishedAsync(request, caller, projectId, form));

    [Function("GetManifestWithKey")]
    public Task<IResult> GetWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}/manifest")] HttpRequest request,
        int projectId, string form) =>
        door.OpenRosaAsync(request, caller => PublishedAsync(request, caller, projectId, form));

    [Function("GetManifestOfVersion")]
    public Task<IResult> GetOfVersion(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/versions/{version}/manifest")] HttpRequest request,
        int projectId, string form, string version) =>
        door.OpenRosaAsync(request, caller => OfVersionAsync(request, caller, projectId, form, version));

    [Function("GetManifestOfVersionWithKey")]
    public Task<IResult> GetOfVersionWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/projects/{projectId:int}/forms/{form}/versions/{version}/manifest")] HttpRequest request,
        int projectId, string form, string version) =>
        door.OpenRosaAsync(request, caller => OfVersionAsync(request, caller, projectId, form, version));

    [Function("GetManifestOfDraft")]
    public Task<IResult> GetOfDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/manifest")] HttpRequest request,
        int projectId, string form) =>
        door.OpenRosaAsync(request, async caller =>
        {
            var found = await access.DraftAsync(caller.KnownActor, new ProjectId(projectId), RouteText.Decode(request, form), request.HttpContext.RequestAborted);
            return await AnswerAsync(request, found, Links.Form(links.Root(request, caller), found.Form) + "/draft");
        });

    [Function("GetManifestOfTestDraft")]
    public Task<IResult> GetOfTestDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/test/{draftToken}/projects/{projectId:int}/forms/{form}/draft/manifest")] HttpRequest request,
        string draftToken, int projectId, string form) =>
        door.OpenToAllAsync(request, AnswerKind.OpenRosa, async () =>
        {
            var token = RouteText.Decode(request, draftToken);
            var found = await access.TestDraftAsync(token, new ProjectId(projectId), RouteText.Decode(request, form), Problem.NotFound(), request.HttpContext.RequestAborted);
            return await AnswerAsync(request, found, Links.Form(links.TestRoot(request, token), found.Form) + "/draft");
        });

    private async Task<IResult> PublishedAsync(HttpRequest request, Caller caller, int project, string form)
    {
        var found = await access.PublishedAsync(caller.KnownActor, new ProjectId(project), RouteText.Decode(request, form), request.HttpContext.RequestAborted);
        return await AnswerAsync(request, found, Links.Form(links.Root(request, caller), found.Form));
    }

    private async Task<IResult> OfVersionAsync(HttpRequest request, Caller caller, int project, string form, string version)
    {
        var found = await access.VersionAsync(
            caller.KnownActor, new ProjectId(project), RouteText.Decode(request, form), RouteText.Decode(request, version), request.HttpContext.RequestAborted);
        return await AnswerAsync(request, found, Links.Version(links.Root(request, caller), found.Form, found.Definition.Version));
    }

    private async Task<IResult> AnswerAsync(HttpRequest request, ReadableForm found, string address)
    {
        var media = await forms.ListMediaAsync(found.Form.Project, found.Definition, request.HttpContext.RequestAborted);
        return OpenRosa.Document(xml => Write(xml, media, address));
    }

    private static void Write(XmlWriter xml, IReadOnlyList<FormMedia> media, string address)
    {
        xml.WriteStartElement("manifest", Namespace);
        foreach (var file in media)
        {
            if (file.Exists)
            {
                xml.WriteStartElement("mediaFile", Namespace);
                xml.WriteElementString("filename", Namespace, file.Name);
                xml.WriteElementString("hash", Namespace, "md5:" + file.Md5);
                xml.WriteElementString("downloadUrl", Namespace, $"{address}/attachments/{Links.Encode(file.Name)}");
                xml.WriteEndElement();
            }
        }
        xml.WriteEndElement();
    }
}
