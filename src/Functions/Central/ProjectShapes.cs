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
    public async Task<ProjectAnswer> ListedAsync(HttpRequest request, Caller caller, Project project)
    {
        var shape = await ProjectAsync(request, caller, project) with { Verbs = caller.KnownActor.Grants.VerbsOn(Scope.Of(project.Id)) };
        if (Flags.IsTrue(request, "forms"))
        {
            var readable = (await forms.FindListAsync(project.Id, request.HttpContext.RequestAborted) ?? [])
                .Where(form => caller.Actor.MayRead(form))
                .ToList();
            var listed = await formShapes.ExtendedAsync(readable, request.HttpContext.RequestAborted);
            var last = listed.Max(form => form.LastSubmission.Value);
            shape = shape with { FormList = listed, Forms = listed.Count, LastSubmission = last };
        }
        if (Flags.IsTrue(request, "datasets"))
        {
            var listed = await DatasetsAsync(request, caller, project);
            var last = listed.Max(dataset => dataset.LastEntity.Value);
            shape = shape with { DatasetList = listed, Datasets = listed.Count, LastEntity = last };
        }
        return shape;
    }

    /// <summary>The stored members of a project.</summary>
    public static ProjectAnswer Project(Project project) =>
        new()
        {
            Id = project.Id.Value,
            Name = project.Name,
            Description = project.Description,
            Archived = project.Archived,
            KeyId = project.KeyId,
            CreatedAt = project.CreatedAt,
            UpdatedAt = project.UpdatedAt,
            DeletedAt = project.DeletedAt,
            Domain = project.Domain,
            CaseSearch = project.CaseSearch,
            FuzzyProperties = project.FuzzyProperties.Select(type => new FuzzyPropertiesAnswer(type.Key, type.Value)),
            UserCases = project.UserCases,
        };

    private async Task<IReadOnlyList<DatasetAnswer>> DatasetsAsync(HttpRequest request, Caller caller, Project project)
    {
        var listed = new List<DatasetAnswer>();
        if (caller.Actor.May(Verb.DatasetList, Scope.Of(project.Id)))
        {
            foreach (var dataset in await datasets.ListAsync(project.Id, request.HttpContext.RequestAborted))
            {
                listed.Add(await datasetShapes.ExtendedAsync(dataset, request.HttpContext.RequestAborted));
            }
        }
        return listed;
    }

    public async Task<ProjectAnswer> ProjectAsync(HttpRequest request, Caller caller, Project project)
    {
        var shape = Project(project);
        if (!ExtendedMetadata.IsWanted(request))
        {
            return shape;
        }
        var cancellationToken = request.HttpContext.RequestAborted;
        var all = await forms.FindListAsync(project.Id, cancellationToken) ?? [];
        var users = await holders.ListAsync(project.Id, ActorKind.AppUser, cancellationToken);
        var lists = await datasets.ListAsync(project.Id, cancellationToken);
        return shape with
        {
            Forms = all.Count,
            AppUsers = users.Count(user => user.KeyHash is not null),
            Datasets = lists.Count,
            LastSubmission = await LastSubmissionAsync(all, cancellationToken),
            LastEntity = await LastEntityAsync(lists, cancellationToken),
            Verbs = caller.KnownActor.Grants.VerbsOn(Scope.Of(project.Id)),
        };
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
