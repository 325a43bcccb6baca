using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// Verifies the blobs of submissions against the rows of their instances: XML, attachments, and recovery records. Collects blobs that no
/// row names.
/// </summary>
public sealed class VerifySubmissionFiles(
    SubmissionFolders folders,
    SubmissionsTable submissions,
    SubmissionFilesContainer files,
    SubmissionRecovery recovery
)
{
    /// <summary>
    /// Returns how many instances there are in the spaces that count. One operation per 1,000 instances and per 5,000 blobs, and one
    /// for each file that is shared with another version; reading content, one for each blob, and six or more for each recovery record.
    /// </summary>
    internal async Task<long> RunAsync(
        Verification verification,
        Form form,
        IReadOnlyList<SubmissionSpace> live,
        IReadOnlyList<SubmissionSpace> all,
        Orphans orphans,
        CancellationToken cancellationToken
    )
    {
        var spaces = live.Union(all).ToList();
        var instances = 0L;
        await verification.EachAsync(
            "folders of files",
            form.Project,
            folders.ListAsync(form, spaces, cancellationToken),
            (row, folder, stop) =>
            {
                if (!row.IsAgain)
                {
                    Interlocked.Add(ref instances, folder.Instances.Count(one => live.Contains(one.Space)));
                }
                return CheckAsync(verification, form, folder, row, live, orphans, stop);
            },
            cancellationToken
        );
        return Interlocked.Read(ref instances);
    }

    private async IAsyncEnumerable<Difference> CheckAsync(
        Verification verification,
        Form form,
        SubmissionFolder folder,
        StoredRow<SubmissionFolder> row,
        IReadOnlyList<SubmissionSpace> live,
        Orphans orphans,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var blobs = folder.Blobs.ToDictionary(blob => blob.Name);
        foreach (var (space, instance) in folder.Instances.Where(one => live.Contains(one.Space)))
        {
            var version = instance.Version;
            var where =
                $"submissions {SubmissionKeys.Partition(space, instance.Shard)} {SubmissionKeys.InstanceOfHash(row.Row)} ({version.Id})";
            if (TableKey.Hash(version.Id.Value) != row.Row)
            {
                yield return new Difference("submission-key", form.Project, where, "its id is that of another row");
            }
            if (await FindXmlFaultAsync(verification, space, version, blobs, cancellationToken) is { } fault)
            {
                yield return new Difference("submission-xml", form.Project, where, fault);
            }
            var recoveryRecord = SubmissionKeys.RecoveryRecord(space, version.Id);
            if (
                verification.ReadsContent
                && blobs.ContainsKey(recoveryRecord)
                && await recovery.DiffersAsync(space, version.Id, cancellationToken)
            )
            {
                yield return new Difference("submission-recovery", form.Project, where, $"the blob {recoveryRecord} differs from the rows");
            }
            foreach (var file in version.Media.Where(file => file.Exists))
            {
                if (await FindMismatchAsync(verification, file, blobs, cancellationToken) is { } mismatch)
                {
                    yield return new Difference(
                        "submission-file",
                        form.Project,
                        where,
                        $"the attachment {file.Name}: the blob {file.Blob} {mismatch}"
                    );
                }
            }
        }
        if (!row.IsAgain)
        {
            await CollectOrphansAsync(folder, orphans, cancellationToken);
        }
    }

    private async Task<string?> FindXmlFaultAsync(
        Verification verification,
        SubmissionSpace space,
        SubmissionVersion version,
        Dictionary<string, ListedBlob> blobs,
        CancellationToken cancellationToken
    )
    {
        var xml = XmlBlob(space, version);
        return !blobs.ContainsKey(xml) ? $"there is no blob {xml}"
            : verification.ReadsContent
            && (await files.ProbeAsync(xml, reads: true, cancellationToken))?.Sha256 is var sha256
            && sha256 != version.XmlHash
                ? $"the blob {xml} has the SHA-256 {sha256}"
            : null;
    }

    private async Task<string?> FindMismatchAsync(
        Verification verification,
        SubmissionMedia file,
        Dictionary<string, ListedBlob> blobs,
        CancellationToken cancellationToken
    )
    {
        var probe =
            verification.ReadsContent || !blobs.TryGetValue(file.Blob!, out var listed)
                ? await files.ProbeAsync(file.Blob!, verification.ReadsContent, cancellationToken)
                : new BlobProbe(listed.Size, listed.Md5, null);
        return VerifyForms.Mismatch(probe, file.Size, file.Md5);
    }

    private async Task CollectOrphansAsync(SubmissionFolder folder, Orphans orphans, CancellationToken cancellationToken)
    {
        var named = folder
            .Instances.SelectMany(one =>
                one.Instance.Version.Media.Select(file => file.Blob)
                    .OfType<string>()
                    .Append(XmlBlob(one.Space, one.Instance.Version))
                    .Append(SubmissionKeys.RecoveryRecord(one.Space, one.Instance.Version.Id))
            )
            .ToHashSet();
        var unnamed = folder.Blobs.Where(blob => !named.Contains(blob.Name)).ToList();
        if (unnamed.Count > 0)
        {
            var others = await NamedByOthersAsync(folder, cancellationToken);
            lock (orphans)
            {
                unnamed.Where(blob => !others.Contains(blob.Name)).ToList().ForEach(orphans.Add);
            }
        }
    }

    private static string XmlBlob(SubmissionSpace space, SubmissionVersion version) =>
        SubmissionKeys.XmlBlob(space.Project, space.Form, version.Id, version.XmlHash);

    // A file stays in the folder of the version that brought it.
    private async Task<HashSet<string>> NamedByOthersAsync(SubmissionFolder folder, CancellationToken cancellationToken)
    {
        var named = new HashSet<string>();
        foreach (var (space, instance) in folder.Instances)
        {
            if (
                await submissions.FindAtAsync(space, instance.TimelineKey, cancellationToken) is var (submission, _)
                && submission.Edits > 0
            )
            {
                await foreach (var id in submissions.ListEditsAsync(space, submission.RootId, cancellationToken).Prepend(submission.RootId))
                {
                    named.UnionWith(
                        (await submissions.FindInstanceAsync(space, id, cancellationToken))
                            ?.Version.Media.Select(file => file.Blob)
                            .OfType<string>()
                            ?? []
                    );
                }
            }
        }
        return named;
    }
}
