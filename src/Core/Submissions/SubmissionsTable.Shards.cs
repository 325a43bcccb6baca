using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Finds rows in the shards of a space (ADR 33). All rows of a submission are in one shard. If that is none of the shards that an instance
/// id gives, a claim there names it: the row of an instance without a version.
/// </summary>
public sealed partial class SubmissionsTable
{
    /// <summary>Null when the instance id was never used in this space. One operation; of a form that has grown, one for each count in
    /// which it is not found, and one for a claim.</summary>
    internal Task<Instance?> FindInstanceAsync(SubmissionSpace space, InstanceId id, CancellationToken cancellationToken) =>
        FindInstanceAsync(space, SubmissionKeys.RootHash(id), cancellationToken);

    /// <summary>By the hash of its id. The operations are the same.</summary>
    internal Task<Instance?> FindInstanceAsync(SubmissionSpace space, string hash, CancellationToken cancellationToken) =>
        FindInstanceAsync(space, hash, space.Shards.HomesOf(hash), cancellationToken);

    private async Task<Instance?> FindInstanceAsync(
        SubmissionSpace space,
        string hash,
        IEnumerable<int> shards,
        CancellationToken cancellationToken
    )
    {
        foreach (var shard in shards)
        {
            if (await ReadInstanceAsync(space, hash, shard, cancellationToken) is not { } row)
            {
                continue;
            }
            if (Claim.TryRead(row) is not { } claim)
            {
                return ToInstance(row);
            }
            // Without a row in the shard that it names, a claim has not been used, or not yet.
            if (await ReadInstanceAsync(space, hash, claim.Shard, cancellationToken) is { } claimed && Claim.TryRead(claimed) is null)
            {
                return ToInstance(claimed);
            }
        }
        return null;
    }

    private async Task<TableEntity?> ReadInstanceAsync(SubmissionSpace space, string hash, int shard, CancellationToken cancellationToken)
    {
        var found = await _table.GetEntityIfExistsAsync<TableEntity>(
            SubmissionKeys.Partition(space, shard),
            SubmissionKeys.InstanceOfHash(hash),
            cancellationToken: cancellationToken
        );
        return found.HasValue ? found.Value : null;
    }

    /// <summary>The partition of a submission. No operation while the space has not grown; else one or two.</summary>
    private async Task<string> PartitionOfAsync(SubmissionSpace space, InstanceId root, CancellationToken cancellationToken)
    {
        var hash = SubmissionKeys.RootHash(root);
        var homes = space.Shards.HomesOf(hash);
        var shard = homes is [var only] ? only : (await FindInstanceAsync(space, hash, homes, cancellationToken))?.Shard ?? homes[0];
        return SubmissionKeys.Partition(space, shard);
    }

    // What is listed from each shard, merged by key.
    private static IAsyncEnumerable<T> MergeAsync<T>(
        SubmissionSpace space,
        Func<string, IAsyncEnumerable<T>> list,
        Func<T, string> key,
        CancellationToken cancellationToken
    ) => Merged.ByKey([.. SubmissionKeys.Partitions(space).Select(list)], key, cancellationToken);

    // Submissions are spread evenly, so each of several shards has a small part of a page.
    private static int PageSizeOf(SubmissionSpace space, int? atMost)
    {
        var shards = space.Shards.Partitions;
        return shards == 1 ? Math.Clamp(atMost ?? PageSize, 1, PageSize)
            : atMost is { } most ? Math.Clamp((most / shards * 3 / 2) + SmallPart, 1, PageSize)
            : Math.Clamp(PageSize * 4 / shards, 1, PageSize);
    }
}
