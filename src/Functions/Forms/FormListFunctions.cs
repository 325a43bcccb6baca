using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Functions.Http;

namespace ServerlessRosa.Functions.Forms;

/// <summary>Form discovery (spec 3, 8): which forms a phone may fill in, and where it gets them.</summary>
public sealed class FormListFunctions(Door door, FormDirectory forms, FormAccess access, ProjectDirectory projects, Links links)
{
    [Function("GetFormList")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/formList")] HttpRequest request, int projectId) =>
        door.OpenRosaAsync(request, caller => ListAsync(request, caller, new ProjectId(projectId)));

    [Function("GetFormListWithKey")]
    public Task<IResult> GetWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/projects/{projectId:int}/formList")] HttpRequest request, int projectId) =>
        door.OpenRosaAsync(request, caller => ListAsync(request, caller, new ProjectId(projectId)));

    [Function("GetFormListOfTestDraft")]
    public Task<IResult> GetOfTestDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/test/{draftToken}/projects/{projectId:int}/forms/{form}/draft/formList")] HttpRequest request,
        string draftToken, int projectId, string form) =>
        door.OpenToAllAsync(request, AnswerKind.OpenRosa, async () =>
        {
            var token = RouteText.Decode(request, draftToken);
            var draft = await access.TestDraftAsync(token, new ProjectId(projectId), RouteText.Decode(request, form), Problem.DraftGone(), request.HttpContext.RequestAborted);
            return OneDraft(draft, links.TestRoot(request, token));
        });

    [Function("GetFormListOfDraft")]
    public Task<IResult> GetOfDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/formList")] HttpRequest request,
        int projectId, string form) =>
        door.OpenRosaAsync(request, async caller =>
        {
            var draft = await access.DraftAsync(caller.KnownActor, new ProjectId(projectId), RouteText.Decode(request, form), request.HttpContext.RequestAborted);
            return OneDraft(draft, links.Root(request, caller));
        });

    [Function("GetFormListGroups")]
    public Task<IResult> GetGroups(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/formList")] HttpRequest request) =>
        door.OpenRosaAsync(request, caller => GroupsAsync(request, caller));

    [Function("GetFormListGroupsWithKey")]
    public Task<IResult> GetGroupsWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/formList")] HttpRequest request) =>
        door.OpenRosaAsync(request, caller => GroupsAsync(request, caller));

    private async Task<IResult> ListAsync(HttpRequest request, Caller caller, ProjectId project)
    {
        var hangUp = request.HttpContext.RequestAborted;
        var wanted = request.Query["formID"];
        var readable = (await forms.ListAsync(project, hangUp))
            .Where(form => caller.Actor.MayFill(form) && (wanted.Count == 0 || wanted.Contains(form.Id.Value)));
        var verbose = string.Equals(request.Query["verbose"], "true", StringComparison.OrdinalIgnoreCase);
        var root = links.Root(request, caller);

        var entries = new List<FormListEntry>();
        foreach (var form in readable)
        {
            var description = verbose ? form.Description : null;
            var address = Links.Form(root, form);
            entries.Add(new FormListEntry(form, form.Published!, description, $"{address}.xml", $"{address}/manifest"));
            if (WantsAllVersions(request))
            {
                entries.AddRange((await forms.ListVersionsAsync(form, hangUp))
                    .Where(version => version.Version != form.Published!.Version)
                    .Select(version => (Version: version, Address: Links.Version(root, form, version.Version)))
                    .Select(old => new FormListEntry(form, old.Version, description, $"{old.Address}.xml", $"{old.Address}/manifest")));
            }
        }
        return OpenRosa.Document(xml => FormListWriter.Write(xml, entries, []));
    }

    private async Task<IResult> GroupsAsync(HttpRequest request, Caller caller)
    {
        var hangUp = request.HttpContext.RequestAborted;
        var root = links.Root(request, caller);
        var groups = new List<FormListGroup>();
        var actor = caller.KnownActor;
        foreach (var project in actor.Project is { } own ? [await projects.GetAsync(own, hangUp)] : await projects.ListAsync(hangUp))
        {
            if (actor.Grants.All.Any(grant => grant.Scope.Project is null || grant.Scope.Project == project.Id)
                && (await forms.ListAsync(project.Id, hangUp)).Any(form => actor.MayFill(form)))
            {
                groups.Add(new FormListGroup(project.Id.ToString(), project.Name, $"{Links.Project(root, project.Id)}/formList"));
            }
        }
        return OpenRosa.Document(xml => FormListWriter.Write(xml, [], groups));
    }

    private static IResult OneDraft(ReadableForm draft, string root)
    {
        var address = $"{Links.Form(root, draft.Form)}/draft";
        var entry = new FormListEntry(draft.Form, draft.Definition, null, $"{address}.xml", $"{address}/manifest");
        return OpenRosa.Document(xml => FormListWriter.Write(xml, [entry], []));
    }

    private static bool WantsAllVersions(HttpRequest request) =>
        request.Query.TryGetValue("listAllVersions", out var all) && all.ToString() is not ("false" or "0");
}
