using System.Runtime.CompilerServices;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;

namespace ServerlessRosa.Maintenance;

/// <summary>The rows of one instance id, by space, and its blobs.</summary>
internal sealed record SubmissionFolder(
    IReadOnlyList<(SubmissionSpace Space, Instance Instance)> Instances,
    IReadOnlyList<ListedBlob> Blobs
);

/// <summary>
/// Joins the rows of instances with their blobs. Both are listed in the order of the hash of the instance id, so no lookup of single
/// instances is needed.
/// </summary>
public sealed class SubmissionFolders(SubmissionsTable submissions, SubmissionFilesContainer files)
{
    /// <summary>All folders of a form, in the order of the hash. One operation per 1,000 instances and per 5,000 blobs.</summary>
    internal async IAsyncEnumerable<StoredRow<SubmissionFolder>> ListAsync(
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
            // A merge: the smallest hash of all sequences, with all that have it.
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
                yield return ToRow(
                    form,
                    spaces,
                    hash,
                    () => new SubmissionFolder([.. found.Select(one => (one.Space, one.Row.Read()))], listed)
                );
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

    private StoredRow<SubmissionFolder> ToRow(Form form, IReadOnlyList<SubmissionSpace> spaces, string hash, Func<SubmissionFolder> read) =>
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
                return ToRow(form, spaces, hash, () => new SubmissionFolder(instances, blobs)) with { IsAgain = true };
            }
        );
}
