using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Maintenance;

/// <summary>How many rows were recreated.</summary>
public sealed record RebuiltForms(int Forms, int Versions, int MediaSlots)
{
    internal RebuiltForms Plus(RebuiltForms other) => new(Forms + other.Forms, Versions + other.Versions, MediaSlots + other.MediaSlots);
}

/// <summary>
/// Makes the rows of tables `encryptionKeys`, `forms`, `formVersions` and `formMedia` again from the recovery records of forms and the
/// copies of keys, while the app is stopped. An interrupted run can be repeated as a whole.
/// </summary>
public sealed class RebuildForms(
    FormsTable forms,
    FormVersionsTable versions,
    FormMediaTable media,
    FormRecovery recovery,
    RebuildKeys keys
)
{
    /// <summary>Two operations.</summary>
    public async Task<bool> HasAnyAsync(ProjectId project, CancellationToken cancellationToken) =>
        (await forms.ListWithTrashAsync(project, cancellationToken)).Count > 0;

    /// <summary>A form without a recovery record is left as it is. A few operations for each form and one for each version.</summary>
    public async Task<RebuiltForms> RunAsync(ProjectId project, CancellationToken cancellationToken)
    {
        var rebuilt = new RebuiltForms(0, 0, 0);
        await keys.RunAsync(project, cancellationToken);
        var present = await forms.ListWithTrashAsync(project, cancellationToken);
        await foreach (var recoveryRecord in recovery.ListAsync(project, cancellationToken))
        {
            await forms.ReserveNumberAsync(project, recoveryRecord.Number, cancellationToken);
            if (recoveryRecord.Form is { } form)
            {
                await keys.RunAsync(project, recoveryRecord.Definitions, cancellationToken);
                await WriteAsync(form, recoveryRecord, present.Where(other => other.Number == recoveryRecord.Number), cancellationToken);
                rebuilt = rebuilt.Plus(
                    new RebuiltForms(1, recoveryRecord.Versions.Count, recoveryRecord.Media.Values.Sum(slots => slots.Count))
                );
            }
        }
        return rebuilt;
    }

    // The form's own row last: until then it isn't seen.
    private async Task WriteAsync(
        Form form,
        FormRecoveryRecord recoveryRecord,
        IEnumerable<Form> present,
        CancellationToken cancellationToken
    )
    {
        foreach (var definition in recoveryRecord.Definitions)
        {
            await media.PurgeAsync(form.Project, definition.Key, cancellationToken);
            await media.AddAsync(
                form.Project,
                definition.Key,
                recoveryRecord.Media.GetValueOrDefault(definition.Key) ?? [],
                cancellationToken
            );
        }
        await versions.ReplaceAllAsync(form.Project, form.Number, recoveryRecord.Versions, cancellationToken);
        foreach (var other in present.Where(other => other.Id != form.Id || (other.DeletedAt is null) != (form.DeletedAt is null)))
        {
            await forms.RemoveAsync(other, cancellationToken);
        }
        await forms.ReplaceAsync(form, cancellationToken);
    }
}
