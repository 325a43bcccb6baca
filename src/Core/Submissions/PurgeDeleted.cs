using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Deletes permanently what has been in the trash for 30 days: submissions, and forms with everything that belongs to them. Blobs go before
/// the rows that name them, and the row that records the deletion goes last, so that the next run completes an interrupted one.
/// </summary>
public sealed class PurgeDeleted(
    ProjectsTable projects,
    FormsTable forms,
    FormVersionsTable versions,
    FormMediaTable formMedia,
    FormFilesContainer formFiles,
    FormRecovery recovery,
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    TimeProvider clock
)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Two operations per project and one per form, and those of the deletions.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - Kept;
        foreach (var project in await projects.ListAsync(cancellationToken))
        {
            foreach (var form in await forms.ListAsync(project.Id, cancellationToken))
            {
                await PurgeSubmissionsAsync(SubmissionSpace.Published(form), before, cancellationToken);
            }
            foreach (var form in await forms.ListTrashAsync(project.Id, cancellationToken))
            {
                if (form.DeletedAt < before)
                {
                    await PurgeFormAsync(form, cancellationToken);
                }
            }
        }
    }

    private async Task PurgeSubmissionsAsync(SubmissionSpace space, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await foreach (var root in submissions.ListDeletedBeforeAsync(space, before, cancellationToken))
        {
            var instance =
                await submissions.FindInstanceAsync(space, root, cancellationToken)
                ?? throw new InvalidOperationException(
                    $"The deleted submission {root} of form {space.Form} in project {space.Project} has no row."
                );
            var (submission, _) = await submissions.GetAsync(space, instance, cancellationToken);
            var edits = new List<InstanceId>();
            await foreach (var edit in submissions.ListEditsAsync(space, root, cancellationToken))
            {
                edits.Add(edit);
            }
            foreach (var id in edits.Append(root))
            {
                await files.PurgeAsync(space, id, cancellationToken);
            }
            await submissions.PurgeAsync(space, instance, submission, edits, cancellationToken);
        }
    }

    private async Task PurgeFormAsync(Form form, CancellationToken cancellationToken)
    {
        await files.PurgeFormAsync(form, cancellationToken);
        await submissions.PurgeFormAsync(form, cancellationToken);
        var definitions = (await versions.ListAsync(form.Project, form.Number, cancellationToken)).ToList();
        if (form.Draft is { } draft)
        {
            definitions.Add(draft.Definition);
        }
        foreach (var definition in definitions)
        {
            await formFiles.PurgeAsync(form.Project, definition.Key, cancellationToken);
            await formMedia.PurgeAsync(form.Project, definition.Key, cancellationToken);
            await versions.RemoveAsync(form.Project, form.Number, definition.Version, cancellationToken);
        }
        await recovery.ForgetAsync(form, cancellationToken);
        await forms.RemoveTrashedAsync(form, cancellationToken);
    }
}
