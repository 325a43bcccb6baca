using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>
/// The blobs of submissions: both they and the rows of instances come in the order of the hash of the instance id, so they are read
/// side by side, and neither has to be asked for one by one.
/// </summary>
public sealed class VerifySubmissionFiles(SubmissionsTable submissions, SubmissionFilesContainer files, SubmissionRecovery recovery)
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
            JoinAsync(form, spaces, cancellationToken),
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
        Folder folder,
        StoredRow<Folder> row,
        IReadOnlyList<SubmissionSpace> live,
        Orphans orphans,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var hash = row.Row;
        var blobs = folder.Blobs.ToDictionary(blob => blob.Name);
        var named = new HashSet<string>();
        foreach (var (space, instance) in folder.Instances)
        {
            var (version, where) = (
                instance.Version,
                $"submissions {SubmissionKeys.Partition(space)} {SubmissionKeys.InstanceOfHash(hash)} ({instance.Version.Id})"
            );
            var xml = SubmissionKeys.XmlBlob(form.Project, form.Number, version.Id, version.XmlHash);
            named.Add(xml);
            named.UnionWith(version.Media.Select(file => file.Blob).OfType<string>());
            var recoveryRecord = SubmissionKeys.RecoveryRecord(space, version.Id);
            named.Add(recoveryRecord);
            if (!live.Contains(space))
            {
                continue;
            }
            if (TableKey.Hash(version.Id.Value) != hash)
            {
                yield return new Difference("submission-key", form.Project, where, "its id is that of another row");
            }
            if (!blobs.ContainsKey(xml))
            {
                yield return new Difference("submission-xml", form.Project, where, $"there is no blob {xml}");
            }
            else if (
                verification.ReadsContent
                && (await files.ProbeAsync(xml, reads: true, cancellationToken))?.Sha256 is var sha256
                && sha256 != version.XmlHash
            )
            {
                yield return new Difference("submission-xml", form.Project, where, $"the blob {xml} has the SHA-256 {sha256}");
            }
            if (
                verification.ReadsContent
                && blobs.ContainsKey(recoveryRecord)
                && await recovery.DiffersAsync(space, version.Id, cancellationToken)
            )
            {
                yield return new Difference("submission-recovery", form.Project, where, $"the blob {recoveryRecord} differs than the rows");
            }
            foreach (var file in version.Media.Where(file => file.Exists))
            {
                var probe =
                    verification.ReadsContent || !blobs.TryGetValue(file.Blob!, out var listed)
                        ? await files.ProbeAsync(file.Blob!, verification.ReadsContent, cancellationToken)
                        : new BlobProbe(listed.Size, listed.Md5, null);
                if (VerifyForms.Mismatch(probe, file.Size, file.Md5) is { } mismatch)
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
        var unnamed = folder.Blobs.Where(blob => !named.Contains(blob.Name)).ToList();
        if (!row.IsAgain && unnamed.Count > 0)
        {
            var others = await NamedByOthersAsync(folder, cancellationToken);
            lock (orphans)
            {
                unnamed.Where(blob => !others.Contains(blob.Name)).ToList().ForEach(orphans.Add);
            }
        }
    }

    // A file stays in the folder of the version that brought it.
    private async Task<HashSet<string>> NamedByOthersAsync(Folder folder, CancellationToken cancellationToken)
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

    // The first of each of several sequences, the smallest hash of them, and all that have it.
    private async IAsyncEnumerable<StoredRow<Folder>> JoinAsync(
        Form form,
        List<SubmissionSpace> spaces,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var prefix = SubmissionKeys.FolderOf(form.Project, form.Number);
        var rows = spaces
            .Select(space => submissions.ScanInstancesAsync(space, cancellationToken).GetAsyncEnumerator(cancellationToken))
            .ToList();
        await using var blobs = files.ListAsync(prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            var hashes = new string?[spaces.Count];
            for (var i = 0; i < rows.Count; i++)
            {
                hashes[i] = await NextAsync(rows[i]);
            }
            var ofBlob = await NextBlobAsync();
            while (hashes.Append(ofBlob).OfType<string>().Min(StringComparer.Ordinal) is { } hash)
            {
                var found = new List<(SubmissionSpace Space, StoredRow<Instance> Row)>();
                for (var i = 0; i < rows.Count; i++)
                {
                    if (hashes[i] == hash)
                    {
                        found.Add((spaces[i], rows[i].Current));
                        hashes[i] = await NextAsync(rows[i]);
                    }
                }
                var listed = new List<ListedBlob>();
                for (; ofBlob == hash; ofBlob = await NextBlobAsync())
                {
                    listed.Add(blobs.Current);
                }
                yield return ToRow(form, spaces, hash, () => new Folder([.. found.Select(one => (one.Space, one.Row.Read()))], listed));
            }
        }
        finally
        {
            foreach (var one in rows)
            {
                await one.DisposeAsync();
            }
        }

        static async Task<string?> NextAsync(IAsyncEnumerator<StoredRow<Instance>> instances) =>
            await instances.MoveNextAsync() ? instances.Current.Row[SubmissionKeys.InstancePrefix.Length..] : null;

        async Task<string?> NextBlobAsync() => await blobs.MoveNextAsync() ? blobs.Current.Name[prefix.Length..].Split('/')[0] : null;
    }

    private StoredRow<Folder> ToRow(Form form, IReadOnlyList<SubmissionSpace> spaces, string hash, Func<Folder> read) =>
        new(
            StorageNames.SubmissionsTable,
            SubmissionKeys.PartitionsOf(form.Project, form.Number),
            hash,
            read,
            async stop =>
            {
                var instances = new List<(SubmissionSpace, Instance)>();
                foreach (var space in spaces)
                {
                    if (await submissions.FindInstanceAsync(space, hash, stop) is { } instance)
                    {
                        instances.Add((space, instance));
                    }
                }
                var blobs = await files.ListAsync($"{SubmissionKeys.FolderOf(form.Project, form.Number)}{hash}/", stop).ToListAsync(stop);
                return ToRow(form, spaces, hash, () => new Folder(instances, blobs)) with { IsAgain = true };
            }
        );

    /// <summary>What hangs on one instance id: its rows, by space, and its blobs.</summary>
    private sealed record Folder(IReadOnlyList<(SubmissionSpace Space, Instance Instance)> Instances, IReadOnlyList<ListedBlob> Blobs);
}
