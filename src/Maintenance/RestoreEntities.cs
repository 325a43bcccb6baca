using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>Of how many submissions the entities were applied, and of how many they could not be.</summary>
public sealed record RestoredEntities(int Submissions, int Failed);

/// <summary>
/// Runs after the rows of a snapshot, forms and submissions are restored: brings datasets and entities up to date from the published forms
/// and from submissions after the snapshot. Marks in table `entities` record what a submission has done, so that a second run changes
/// nothing.
/// </summary>
public sealed class RestoreEntities(
    ProjectsTable projects,
    FormsTable forms,
    FormVersionsTable versions,
    DatasetsTable datasetRows,
    DatasetDirectory datasets,
    EntitiesTable entities,
    SubmissionsTable submissions,
    ApplySubmittedEntities apply
)
{
    // Between what an app wrote and when the snapshot says that it was begun.
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    private sealed record Candidate(SubmissionSpace Space, Submission Submission);

    /// <summary>
    /// One operation for each submission of a form that declares entities, and about seven for each submission that is applied.
    /// </summary>
    public async Task<RestoredEntities> RunAsync(DateTimeOffset snapshot, Action<string> progress, CancellationToken cancellationToken)
    {
        var done = new RestoredEntities(0, 0);
        foreach (var project in await projects.ListAsync(cancellationToken))
        {
            progress($"Project {project.Id}: entities");
            var spoken = await PublishAsync(project.Id, snapshot - Margin, cancellationToken);
            foreach (var dataset in await datasetRows.ListAsync(project.Id, cancellationToken))
            {
                await entities.RepairAsync(dataset, cancellationToken);
            }
            var candidates = new List<Candidate>();
            foreach (var form in spoken)
            {
                candidates.AddRange(await ListAsync(form, cancellationToken));
            }
            // In order of receipt: updates follow the creation of their entity.
            foreach (var (space, submission) in candidates.OrderBy(one => one.Submission.Current.CreatedAt))
            {
                var instance = await submissions.FindInstanceAsync(space, submission.Current.Id, cancellationToken);
                var applied = instance is null || await apply.TryRunAsync(space, instance, cancellationToken);
                done = applied ? done with { Submissions = done.Submissions + 1 } : done with { Failed = done.Failed + 1 };
            }
        }
        return done;
    }

    // Forms of which any version declares entities. Creates datasets and properties that a version after the snapshot declares.
    private async Task<IReadOnlyList<Form>> PublishAsync(ProjectId project, DateTimeOffset after, CancellationToken cancellationToken)
    {
        var spoken = new List<Form>();
        var published = new List<FormDefinition>();
        foreach (var form in await forms.ListWithTrashAsync(project, cancellationToken))
        {
            var speaking = (await versions.ListAsync(project, form.Number, cancellationToken))
                .Where(version => version.Entities.Count > 0)
                .ToList();
            if (speaking.Count > 0)
            {
                spoken.Add(form);
                published.AddRange(speaking.Where(version => version.PublishedAt > after));
            }
        }
        foreach (var version in published.OrderBy(version => version.PublishedAt))
        {
            foreach (var declared in version.Entities.GroupBy(entity => entity.Dataset))
            {
                await datasets.PublishAsync(
                    project,
                    declared.Key,
                    [.. declared.SelectMany(entity => entity.Fields).Select(field => field.Property)],
                    version.Key,
                    cancellationToken
                );
            }
        }
        return spoken;
    }

    private async Task<IEnumerable<Candidate>> ListAsync(Form form, CancellationToken cancellationToken)
    {
        var space = SubmissionSpace.Published(form);
        var all = await submissions
            .ListAllAsync(space, null, null, withXml: false, [], cancellationToken)
            .Select(one => one.Submission)
            .Where(submission => submission.DeletedAt is null)
            .ToListAsync(cancellationToken);
        var outcomes = await InParallel.EachAsync(
            all,
            (submission, stop) =>
                entities.FindOutcomeAsync(new EntityOrigin(space.Project, space.Form, TableKey.Hash(submission.RootId.Value)), stop),
            cancellationToken
        );
        return all.Zip(outcomes).Where(one => IsOpen(one.First, one.Second)).Select(one => new Candidate(space, one.First));
    }

    // As ApplyEntities decides it.
    private static bool IsOpen(Submission submission, EntityOutcome? outcome) =>
        outcome is null
        || (!outcome.Applied && outcome.InstanceId != submission.Current.Id.Value)
        || (outcome.Waits && submission.ReviewState == SubmissionDirectory.Approved);
}
