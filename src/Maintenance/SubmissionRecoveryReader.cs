using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// Received XML that no recovery record has. CommCare XML that isn't the first of its id is an edit of the one before; another edit names
/// the instance that it replaces.
/// </summary>
internal sealed record RecoveredEdit(
    SubmissionSpace Space,
    DateTimeOffset StoredAt,
    SubmissionVersion Version,
    InstanceId? Deprecated,
    bool IsCommCare,
    int CaseBlocks
)
{
    public IReadOnlyList<StoredAttachment> Files { get; init; } = [];

    public bool NamesOther => Deprecated is not null;
}

/// <summary>The blobs of one instance id. <see cref="Left"/> counts XML that was probably never committed, or is missing.</summary>
internal sealed record RecoveredInstance(RecoveredSubmission? Submission, IReadOnlyList<RecoveredEdit> Edits, int Left);

/// <summary>Reads from the blobs of an instance id which submissions existed.</summary>
public sealed class SubmissionRecoveryReader(FormDirectory forms, SubmissionFilesContainer files)
{
    /// <summary>One operation for each XML, and one for a recovery record.</summary>
    internal async Task<RecoveredInstance> ReadAsync(
        Form form,
        SubmissionSpace space,
        InstanceBlobs instance,
        CancellationToken cancellationToken
    )
    {
        var recoveryRecord = instance.HasRecoveryRecord(space)
            ? await files.FindRecoveryRecordAsync(space, instance.Hash, cancellationToken)
            : null;
        var left = 0;
        var arrived = new List<(RecoveredEdit Edit, byte[] Xml)>();
        foreach (
            var stored in instance.Xmls.Where(stored =>
                !stored.IsCopy && !stored.IsRefused && recoveryRecord?.Versions.Any(version => version.XmlHash == stored.Hash) != true
            )
        )
        {
            if (await ArrivedAsync(form, space, instance, stored, cancellationToken) is { } one)
            {
                arrived.Add(one);
            }
            else if (stored.IsOlder && space.Draft is null)
            {
                left++;
            }
        }
        if (recoveryRecord is not null)
        {
            var current = recoveryRecord.Submission.Current;
            return await files.ReadXmlAsync(space.Project, space.Form, current.Id, current.XmlHash, cancellationToken) is { } xml
                ? new RecoveredInstance(
                    new RecoveredSubmission(space, Filled(recoveryRecord, space, instance), xml),
                    [.. arrived.Select(one => one.Edit)],
                    left
                )
                : new RecoveredInstance(null, [], left + 1);
        }
        var first = arrived.OrderBy(one => one.Edit.StoredAt).FirstOrDefault();
        if (first.Edit is null or { NamesOther: true })
        {
            return new RecoveredInstance(null, [.. arrived.Select(one => one.Edit)], left);
        }
        // Of competing versions the first was committed, except for CommCare, where each is an edit of the previous one.
        var others = arrived.Select(one => one.Edit).Where(edit => edit != first.Edit).ToList();
        return new RecoveredInstance(
            New(first.Edit, first.Xml),
            [.. others.Where(edit => edit.IsCommCare || edit.NamesOther)],
            left + others.Count(edit => !edit.IsCommCare && !edit.NamesOther)
        );
    }

    /// <summary>The slots with their files: the newest of each, unless it was removed. CommCare's forms get a
    /// slot for each file.</summary>
    internal static IReadOnlyList<SubmissionMedia> Filled(
        IReadOnlyList<SubmissionMedia> slots,
        IReadOnlyList<StoredAttachment> came,
        IReadOnlySet<string> dropped,
        bool addsSlots
    )
    {
        var names = slots.Select(slot => slot.Name).ToHashSet();
        var added = addsSlots
            ? came.Select(file => file.Note.Name)
                .OfType<string>()
                .Distinct()
                .Where(name => !names.Contains(name))
                .Select(name => new SubmissionMedia(name, IsAudit: false))
            : [];
        return
        [
            .. slots
                .Concat(added)
                .Select(slot =>
                    came.LastOrDefault(file => file.Note.IsFor(slot.Name)) is { } file
                    && file.Note.Md5 != slot.Md5
                    && !dropped.Contains(file.Blob)
                        ? slot with
                        {
                            Blob = file.Blob,
                            Md5 = file.Note.Md5,
                            Size = file.Size,
                            ContentType = file.ContentType,
                        }
                        : slot
                ),
        ];
    }

    private static RecoveredSubmission New(RecoveredEdit first, byte[] xml)
    {
        var version = first.Version with { Media = Filled(first.Version.Media, first.Files, new HashSet<string>(), first.IsCommCare) };
        var submission = new Submission(version.Id, version.Sender, version.FormVersion, version.CreatedAt, version)
        {
            CaseBlocks = first.CaseBlocks,
            MediaExpected = version.Media.Count,
            MediaPresent = version.Media.Count(file => file.Exists),
        };
        return new RecoveredSubmission(first.Space, new SubmissionRecoveryRecord(submission, [version]), xml);
    }

    // Files of an edit that has an instance id of its own lie with that one.
    private static SubmissionRecoveryRecord Filled(SubmissionRecoveryRecord recoveryRecord, SubmissionSpace space, InstanceBlobs instance)
    {
        var current = recoveryRecord.Versions.First(version => version.Id == recoveryRecord.Submission.Current.Id);
        var isCommCare = instance.Xmls.Exists(xml => xml.Hash == current.XmlHash && xml.NoteOf(space)?.IsCommCare == true);
        var filled = current with
        {
            Media = Filled(current.Media, instance.FilesOf(space, current.XmlHash), recoveryRecord.Dropped.ToHashSet(), isCommCare),
        };
        return TableKey.Hash(current.Id.Value) != instance.Hash || filled.Media.SequenceEqual(current.Media)
            ? recoveryRecord
            : recoveryRecord with
            {
                Submission = recoveryRecord.Submission with
                {
                    MediaExpected = filled.Media.Count,
                    MediaPresent = filled.Media.Count(file => file.Exists),
                },
                Versions = [.. recoveryRecord.Versions.Select(version => version == current ? filled : version)],
            };
    }

    private async Task<(RecoveredEdit Edit, byte[] Xml)?> ArrivedAsync(
        Form form,
        SubmissionSpace space,
        InstanceBlobs instance,
        StoredXml stored,
        CancellationToken cancellationToken
    )
    {
        var note = stored.NoteOf(space);
        if (
            (note is null && (!stored.IsOlder || space.Draft is not null))
            || await files.ReadXmlAsync(space, instance.Hash, stored.Hash, cancellationToken) is not { } xml
        )
        {
            return null;
        }
        var found = note is null ? await GuessAsync(form, stored, xml, cancellationToken) : (note, Read(note, xml));
        if (found is not var (told, head) || TableKey.Hash(told.Instance) != instance.Hash)
        {
            return null;
        }
        var definition =
            told.IsCommCare ? null
            : space.Draft is null ? await forms.FindVersionAsync(form, head.Version, cancellationToken)
            : form.Draft!.Definition;
        var version = new SubmissionVersion(
            InstanceId.Parse(told.Instance),
            stored.Hash,
            head.Version,
            told.Sender,
            head.InstanceName,
            told.At
        )
        {
            Media = definition is null ? [] : StoreSubmissionFiles.ExpectedMedia(StoreSubmissionFiles.ContentOf(head, definition, xml)),
        };
        return (
            new RecoveredEdit(space, told.StoredAt, version, told.IsEdit ? head.DeprecatedId : null, told.IsCommCare, head.CaseBlocks)
            {
                Files = instance.FilesOf(space, stored.Hash),
            },
            xml
        );
    }

    private static SubmissionHead Read(ReceiptMetadata note, byte[] xml) =>
        note.IsCommCare ? CommCareForm.Read(xml).Head : SubmissionHeadReader.Read(xml);

    // XML without receipt metadata (older versions): the submitter is lost, and the blob's time is the time of receipt.
    private async Task<(ReceiptMetadata Note, SubmissionHead Head)?> GuessAsync(
        Form form,
        StoredXml stored,
        byte[] xml,
        CancellationToken cancellationToken
    )
    {
        foreach (var isCommCare in new[] { false, true })
        {
            var note = new ReceiptMetadata("", stored.LastModified, stored.LastModified) { IsCommCare = isCommCare };
            try
            {
                var head = Read(note, xml);
                if (
                    head.InstanceId is { } id
                    && head.FormId == form.Id.Value
                    && (isCommCare || await forms.FindVersionAsync(form, head.Version, cancellationToken) is not null)
                )
                {
                    return (note with { Instance = id.Value, IsEdit = head.DeprecatedId is not null }, head);
                }
            }
            catch (ProblemException)
            {
                // Not of this kind.
            }
        }
        return null;
    }
}
