using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.OpenRosa;

/// <summary>Form discovery (OR-082 to OR-110, OR-242 to OR-256): which forms a phone may fill in, and where it gets them.</summary>
public sealed class FormListFunctions(
    EndpointPipeline pipeline,
    FormDirectory forms,
    FormAccess access,
    ProjectDirectory projects,
    Links links,
    TimedCache cache
)
{
    [Function("GetFormList")]
    [Query(QueryType.Text, "formID", "listAllVersions")]
    [Query(QueryType.Flag, "verbose")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/formList")] HttpRequest request,
        int projectId
    ) => pipeline.OpenRosaAsync(request, caller => ListAsync(request, caller, new ProjectId(projectId)));

    [Function("GetFormListWithKey")]
    [Query(QueryType.Text, "formID", "listAllVersions")]
    [Query(QueryType.Flag, "verbose")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/projects/{projectId:int}/formList")]
            HttpRequest request,
        int projectId
    ) => pipeline.OpenRosaAsync(request, caller => ListAsync(request, caller, new ProjectId(projectId)));

    [Function("GetFormListOfTestDraft")]
    [OpenToAll]
    [Query(QueryType.Text, "formID", "listAllVersions")]
    [Query(QueryType.Flag, "verbose")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetOfTestDraft(
        [HttpTrigger(
            AuthorizationLevel.Anonymous,
            "get",
            "head",
            Route = "v1/test/{draftToken}/projects/{projectId:int}/forms/{form}/draft/formList"
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
                var draft = await access.TestDraftAsync(
                    token,
                    new ProjectId(projectId),
                    RouteText.Decode(form),
                    Problem.DraftGone(),
                    request.HttpContext.RequestAborted
                );
                return OneDraft(draft, links.TestRoot(request, token));
            }
        );

    [Function("GetFormListOfDraft")]
    [Query(QueryType.Text, "formID", "listAllVersions")]
    [Query(QueryType.Flag, "verbose")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetOfDraft(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/projects/{projectId:int}/forms/{form}/draft/formList")]
            HttpRequest request,
        int projectId,
        string form
    ) =>
        pipeline.OpenRosaAsync(
            request,
            async caller =>
            {
                var draft = await access.DraftAsync(request, caller, projectId, form);
                return OneDraft(draft, links.Root(request, caller));
            }
        );

    [Function("GetFormListGroups")]
    [Query(QueryType.Text, "formID", "listAllVersions")]
    [Query(QueryType.Flag, "verbose")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetGroups([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/formList")] HttpRequest request) =>
        pipeline.OpenRosaAsync(request, caller => GroupsAsync(request, caller));

    [Function("GetFormListGroupsWithKey")]
    [Query(QueryType.Text, "formID", "listAllVersions")]
    [Query(QueryType.Flag, "verbose")]
    [Query(QueryType.Number, "limit", "offset")]
    [AnswersAs("text/xml")]
    public Task<IResult> GetGroupsWithKey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/key/{key}/formList")] HttpRequest request
    ) => pipeline.OpenRosaAsync(request, caller => GroupsAsync(request, caller));

    private async Task<IResult> ListAsync(HttpRequest request, Caller caller, ProjectId project)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var all = await forms.ListAsync(project, cancellationToken);
        var wanted = request.Query["formID"];
        var verbose = Flags.IsTrue(request, "verbose");
        var allVersions = WantsAllVersions(request);
        var root = links.Root(request, caller);

        // The directory returns the same list until a form changes, and a cached actor keeps its grants: the rendered answer can be reused,
        // so that a phone's repeated request costs the same for a thousand forms as for ten.
        var asked = (all, caller.KnownActor.Grants, root, wanted.ToString(), verbose);
        var keepable = !allVersions && wanted.Count <= 1;
        if (keepable && cache.TryGet(asked, out XmlDocumentResult? known))
        {
            return known!;
        }
        var entries = new List<FormListEntry>();
        foreach (var form in all.Where(form => caller.Actor.MayFill(form) && (wanted.Count == 0 || wanted.Contains(form.Id.Value))))
        {
            var description = verbose ? form.Description : null;
            var address = Links.Form(root, form);
            entries.Add(new FormListEntry(form, form.Published!, description, $"{address}.xml", $"{address}/manifest"));
            if (allVersions)
            {
                entries.AddRange(
                    (await forms.ListVersionsAsync(form, cancellationToken))
                        .Where(version => version.Version != form.Published!.Version)
                        .Select(version => (Version: version, Address: Links.Version(root, form, version.Version)))
                        .Select(old => new FormListEntry(form, old.Version, description, $"{old.Address}.xml", $"{old.Address}/manifest"))
                );
            }
        }
        var answer = OpenRosaResponse.Document(xml => FormListWriter.Write(xml, entries, []));
        if (keepable)
        {
            cache.Set(asked, answer, answer.Body.Length);
        }
        return answer;
    }

    private async Task<IResult> GroupsAsync(HttpRequest request, Caller caller)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var root = links.Root(request, caller);
        var groups = new List<FormListGroup>();
        var actor = caller.KnownActor;
        foreach (
            var project in actor.Project is { } own
                ? [await projects.GetAsync(own, cancellationToken)]
                : await projects.ListAsync(cancellationToken)
        )
        {
            if (
                actor.Grants.All.Any(grant => grant.Scope.Project is null || grant.Scope.Project == project.Id)
                && await forms.FindListAsync(project.Id, cancellationToken) is { } listed
                && listed.Any(form => actor.MayFill(form))
            )
            {
                groups.Add(new FormListGroup(project.Id.ToString(), project.Name, $"{Links.Project(root, project.Id)}/formList"));
            }
        }
        return OpenRosaResponse.Document(xml => FormListWriter.Write(xml, [], groups));
    }

    private static XmlDocumentResult OneDraft(ReadableForm draft, string root)
    {
        var address = $"{Links.Form(root, draft.Form)}/draft";
        var entry = new FormListEntry(draft.Form, draft.Definition, null, $"{address}.xml", $"{address}/manifest");
        return OpenRosaResponse.Document(xml => FormListWriter.Write(xml, [entry], []));
    }

    private static bool WantsAllVersions(HttpRequest request) =>
        request.Query.TryGetValue("listAllVersions", out var all) && all.ToString() is not ("false" or "0");
}
