using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>Forms: their rows, published versions and drafts, XML, workbooks, media slots, recovery records, and blobs that none of them
/// names.</summary>
public sealed class VerifyForms(
    FormsTable forms,
    FormVersionsTable versions,
    FormMediaTable media,
    FormFilesContainer files,
    FormRecovery recovery,
    DatasetsTable datasets
)
{
    /// <summary>
    /// About six operations for each form, two for each definition, one for each file, and those of listing blobs; with content, those of
    /// reading it.
    /// </summary>
    internal async Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken)
    {
        await verification.EachAsync(
            "forms",
            project,
            forms.ScanAsync(project, cancellationToken),
            (row, form, stop) => CheckAsync(verification, form, row, stop),
            cancellationToken
        );
        await verification.OnceAsync(stop => CheckRecoveryRecordsAsync(project, stop), cancellationToken);
        await verification.OnceAsync(stop => FindOrphansAsync(verification, project, stop), cancellationToken);
    }

    private async IAsyncEnumerable<Difference> CheckAsync(
        Verification verification,
        Form form,
        StoredRow<Form> row,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (project, where) = (form.Project, row.ToString());
        if (row.Row != (form.DeletedAt is null ? FormKeys.Form(form.Id) : FormKeys.Trashed(form.Number)))
        {
            yield return new Difference(
                "form-key",
                project,
                where,
                $"it says that it is form {form.Number}, {form.Id}{(form.DeletedAt is null ? "" : ", in the trash")}"
            );
        }
        if (await forms.FindLastNumberAsync(project, cancellationToken) is var last && last < form.Number)
        {
            yield return new Difference(
                "number",
                project,
                where,
                $"the next form would get the number {last + 1}; this one has {form.Number}"
            );
        }
        var published = await versions.ListAsync(project, form.Number, cancellationToken);
        if (
            form.Published is { } current
            && FormRecovery.Text(published.FirstOrDefault(version => version.Version == current.Version)) != FormRecovery.Text(current)
        )
        {
            yield return new Difference(
                "form-version",
                project,
                where,
                $"the published version \"{current.Version}\" (definition {current.Key}) is not among the form's versions, or says "
                    + "something else there"
            );
        }
        foreach (var definition in form.Draft is { } draft ? published.Append(draft.Definition) : published)
        {
            await foreach (var difference in CheckDefinitionAsync(verification, form, definition, cancellationToken))
            {
                yield return difference;
            }
        }
        if (await CheckRecoveryRecordAsync(form, where, cancellationToken) is { } outdated)
        {
            yield return outdated;
        }
    }

    private async Task<Difference?> CheckRecoveryRecordAsync(Form form, string where, CancellationToken cancellationToken)
    {
        var record = await recovery.FindAsync(form.Project, form.Number, cancellationToken);
        var rows = await recovery.ReadRowsAsync(form.Project, form.Id, form.Number, null, cancellationToken);
        var blob = FormKeys.RecoveryRecord(form.Project, form.Number);
        return record is null ? new Difference("form-recovery", form.Project, where, $"there is no blob {blob}")
            : rows is not null && FormRecovery.Text(record) != FormRecovery.Text(rows)
                ? new Difference("form-recovery", form.Project, where, $"the blob {blob} differs from the rows")
            : null;
    }

    private async IAsyncEnumerable<Difference> CheckDefinitionAsync(
        Verification verification,
        Form form,
        FormDefinition definition,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (project, where) = (form.Project, $"form {form.Number} definition {definition.Key}");
        var xml = await files.ProbeXmlAsync(project, definition.Key, verification.ReadsContent, cancellationToken);
        verification.Count("definitions", 1);
        if (xml is null)
        {
            yield return new Difference("form-xml", project, where, $"there is no blob {FormKeys.XmlBlob(project, definition.Key)}");
        }
        else if ((xml.Md5 is { } md5 && md5 != definition.Md5) || (xml.Sha256 is { } sha256 && sha256 != definition.Sha256))
        {
            yield return new Difference(
                "form-xml",
                project,
                where,
                $"the blob {FormKeys.XmlBlob(project, definition.Key)} has the MD5 {xml.Md5}, expected {definition.Md5}"
            );
        }
        if (
            definition.Workbook is { } workbook
            && Mismatch(await files.ProbeAsync(workbook.Blob, verification.ReadsContent, cancellationToken), workbook.Size, workbook.Md5)
                is { } different
        )
        {
            yield return new Difference("form-workbook", project, where, $"the workbook {workbook.Blob} {different}");
        }
        var slots = await media.ListAsync(project, definition.Key, cancellationToken);
        if (await CheckSlotNamesAsync(verification, definition, slots, hasXml: xml is not null, project, cancellationToken) is { } wrong)
        {
            yield return new Difference("form-media", project, where, wrong);
        }
        if (
            definition.PublishedAt is not null
            && !definition.LinkedDatasets.Order().SequenceEqual(slots.Select(slot => slot.Dataset).OfType<string>().Order())
        )
        {
            yield return new Difference(
                "form-media",
                project,
                where,
                $"it is linked to [{string.Join(", ", definition.LinkedDatasets)}], and its slots to other datasets"
            );
        }
        foreach (var slot in slots)
        {
            verification.Count("media slots", 1);
            await foreach (var fault in CheckSlotAsync(project, slot, verification.ReadsContent, cancellationToken))
            {
                yield return new Difference("form-media", project, where, $"the slot {slot.Name}{fault}");
            }
        }
    }

    private async Task<string?> CheckSlotNamesAsync(
        Verification verification,
        FormDefinition definition,
        IReadOnlyList<FormMedia> slots,
        bool hasXml,
        ProjectId project,
        CancellationToken cancellationToken
    )
    {
        if (verification.ReadsContent && hasXml)
        {
            var form = XFormReader.Read(await files.ReadXmlAsync(project, definition.Key, cancellationToken));
            var expected = form.MediaSlots.Select(slot => slot.Name).ToHashSet();
            if (!expected.SetEquals(slots.Select(slot => slot.Name)))
            {
                return $"it has slots for [{string.Join(", ", slots.Select(slot => slot.Name))}], and its XML expects "
                    + $"[{string.Join(", ", expected)}]";
            }
        }
        return slots.Count > 0 != definition.ExpectsMedia
            ? $"it has {slots.Count} media slots, and its XML expects {(definition.ExpectsMedia ? "some" : "none")}"
            : null;
    }

    private async IAsyncEnumerable<string> CheckSlotAsync(
        ProjectId project,
        FormMedia slot,
        bool readsContent,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (slot.Dataset is { } dataset && (await datasets.FindSimilarAsync(project, dataset, cancellationToken))?.Name != dataset)
        {
            yield return " is linked to a dataset that does not exist";
        }
        if (
            slot.Blob is { } blob
            && Mismatch(await files.ProbeAsync(blob, readsContent, cancellationToken), slot.Size, slot.Md5) is { } mismatch
        )
        {
            yield return $": the blob {blob} {mismatch}";
        }
    }

    /// <summary>The error of a file's blob; null if there is none.</summary>
    internal static string? Mismatch(BlobProbe? blob, long? size, string? md5) =>
        blob is null ? "is not there"
        : blob.Size != size ? $"has {blob.Size} bytes, expected {size}"
        : blob.Md5 is { } found && found != md5 ? $"has the MD5 {found}, expected {md5}"
        : null;

    private async IAsyncEnumerable<Difference> CheckRecoveryRecordsAsync(
        ProjectId project,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var recoveryRecord in recovery.ListAsync(project, cancellationToken))
        {
            if (
                recoveryRecord.Form is { } form
                && await recovery.ReadRowsAsync(project, form.Id, form.Number, recoveryRecord, cancellationToken) is null
            )
            {
                yield return new Difference(
                    "form-missing",
                    project,
                    $"blob {FormKeys.RecoveryRecord(project, form.Number)}",
                    $"it tells of form {form.Number}, {form.Id}, and the tables do not"
                );
            }
        }
    }

    // Files of replaced drafts, and of refused or interrupted uploads.
    private async IAsyncEnumerable<Difference> FindOrphansAsync(
        Verification verification,
        ProjectId project,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var named = new HashSet<string>();
        foreach (var form in await forms.ListWithTrashAsync(project, cancellationToken))
        {
            var published = await versions.ListAsync(project, form.Number, cancellationToken);
            foreach (var definition in form.Draft is { } draft ? published.Append(draft.Definition) : published)
            {
                named.Add(FormKeys.XmlBlob(project, definition.Key));
                if (definition.Workbook is { } workbook)
                {
                    named.Add(workbook.Blob);
                }
                if (definition.ExpectsMedia)
                {
                    named.UnionWith(
                        (await media.ListAsync(project, definition.Key, cancellationToken)).Select(slot => slot.Blob).OfType<string>()
                    );
                }
            }
        }
        var orphans = new Orphans(StorageNames.FormsContainer);
        await foreach (var blob in files.ListAsync(project, cancellationToken))
        {
            if (!blob.Name.StartsWith(FormKeys.RecoveryRecordsOf(project), StringComparison.Ordinal) && !named.Contains(blob.Name))
            {
                orphans.Add(blob);
            }
        }
        foreach (var note in orphans.Notes(verification.Options, project))
        {
            yield return note;
        }
    }
}
