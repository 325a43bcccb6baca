using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Projects as the management API's JSON (OR-260).</summary>
public sealed class ProjectShapes(
    FormDirectory forms,
    AppUsersAndLinks holders,
    SubmissionDirectory submissions,
    FormShapes formShapes,
    DatasetDirectory datasets,
    DatasetShapes datasetShapes,
    EntityLists entities
)
{
    /// <summary>As the list of projects shows it: with the caller's verbs, and the forms and datasets that `forms` and `datasets` ask for.
    /// Nested entries are always extended, as in Central.</summary>
    public async Task<Dictionary<string, object?>> ListedAsync(HttpRequest request, Caller caller, Project project)
    {
        var shape = await ProjectAsync(request, caller, project);
        shape["verbs"] = caller.KnownActor.Grants.VerbsOn(Scope.Of(project.Id));
        if (Flags.IsTrue(request, "forms"))
        {
            await AddFormsAsync(request, caller, project, shape);
        }
        if (Flags.IsTrue(request, "datasets"))
        {
            await AddDatasetsAsync(request, caller, project, shape);
        }
        return shape;
    }

    /// <summary>The stored members of a project.</summary>
    public static Dictionary<string, object?> Project(Project project) =>
        new()
        {
            ["id"] = project.Id.Value,
            ["name"] = project.Name,
            ["description"] = project.Description,
            ["archived"] = project.Archived,
            ["keyId"] = project.KeyId,
            ["createdAt"] = project.CreatedAt,
            ["updatedAt"] = project.UpdatedAt,
            ["deletedAt"] = project.DeletedAt,
            ["domain"] = project.Domain,
            ["caseSearch"] = project.CaseSearch,
            ["fuzzyProperties"] = project.FuzzyProperties.Select(type => new { caseType = type.Key, properties = type.Value }),
            ["userCases"] = project.UserCases,
        };

    private async Task AddFormsAsync(HttpRequest request, Caller caller, Project project, Dictionary<string, object?> shape)
    {
        var readable = (await forms.FindListAsync(project.Id, request.HttpContext.RequestAborted) ?? [])
            .Where(form => caller.Actor.MayRead(form))
            .ToList();
        var listed = await formShapes.ExtendedAsync(readable, request.HttpContext.RequestAborted);
        shape["formList"] = listed;
        shape["forms"] = listed.Count;
        shape["lastSubmission"] = Newest(listed, "lastSubmission");
    }

    private async Task AddDatasetsAsync(HttpRequest request, Caller caller, Project project, Dictionary<string, object?> shape)
    {
        var listed = new List<Dictionary<string, object?>>();
        if (caller.Actor.May(Verb.DatasetList, Scope.Of(project.Id)))
        {
            foreach (var dataset in await datasets.ListAsync(project.Id, request.HttpContext.RequestAborted))
            {
                listed.Add(await datasetShapes.ExtendedAsync(dataset, request.HttpContext.RequestAborted));
            }
        }
        shape["datasetList"] = listed;
        shape["datasets"] = listed.Count;
        shape["lastEntity"] = Newest(listed, "lastEntity");
    }

    private static DateTimeOffset? Newest(IEnumerable<Dictionary<string, object?>> listed, string name) =>
        listed.Max(one => (DateTimeOffset?)one[name]);

    public async Task<Dictionary<string, object?>> ProjectAsync(HttpRequest request, Caller caller, Project project)
    {
        var shape = Project(project);
        if (ExtendedMetadata.IsWanted(request))
        {
            var cancellationToken = request.HttpContext.RequestAborted;
            var all = await forms.FindListAsync(project.Id, cancellationToken) ?? [];
            shape["forms"] = all.Count;
            shape["appUsers"] = (await holders.ListAsync(project.Id, ActorKind.AppUser, cancellationToken)).Count(user =>
                user.KeyHash is not null
            );
            var lists = await datasets.ListAsync(project.Id, cancellationToken);
            shape["datasets"] = lists.Count;
            shape["lastSubmission"] = await LastSubmissionAsync(all, cancellationToken);
            shape["lastEntity"] = await LastEntityAsync(lists, cancellationToken);
            shape["verbs"] = caller.KnownActor.Grants.VerbsOn(Scope.Of(project.Id));
        }
        return shape;
    }

    private async Task<DateTimeOffset?> LastSubmissionAsync(IReadOnlyList<Form> all, CancellationToken cancellationToken)
    {
        DateTimeOffset? last = null;
        foreach (var form in all)
        {
            var newest = await submissions.FindNewestAsync(SubmissionSpace.Published(form), cancellationToken);
            last = newest > last || last is null ? newest ?? last : last;
        }
        return last;
    }

    private async Task<DateTimeOffset?> LastEntityAsync(IReadOnlyList<Dataset> all, CancellationToken cancellationToken)
    {
        DateTimeOffset? last = null;
        foreach (var dataset in all)
        {
            var newest = await entities.FindNewestAsync(dataset, cancellationToken);
            last = newest > last || last is null ? newest ?? last : last;
        }
        return last;
    }
}
