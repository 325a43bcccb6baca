using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Submissions;

/// <summary>
/// Claims on instance ids (ADR 33). An id is unique since each of its writers first inserts a row in the shard that the id gives: the
/// instance itself, or a claim that names the shard of its submission.
/// </summary>
public sealed partial class SubmissionsTable
{
    // No request takes as long between its claim and its commit.
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(15);

    /// <summary>The shards in which a claim must precede a row of an instance id in <paramref name="shard"/>.</summary>
    private static IEnumerable<int> ClaimedBy(SubmissionSpace space, InstanceId id, int shard, DateTimeOffset now)
    {
        if (space.Shards is { Partitions: 1 })
        {
            return [];
        }
        var (home, claims) = space.Shards.PlaceOf(SubmissionKeys.RootHash(id), now);
        return claims.Prepend(home).Where(claimed => claimed != shard);
    }

    /// <summary>
    /// Claims an id for a submission in another shard. False when an instance has the id. One operation if the claim is new; none if the
    /// shard is that of the id. Refuses an id that another request has just claimed with 503.1.
    /// </summary>
    private async Task<bool> ClaimAsync(
        SubmissionSpace space,
        InstanceId id,
        int shard,
        string timelineKey,
        CancellationToken cancellationToken
    )
    {
        foreach (var home in ClaimedBy(space, id, shard, clock.GetUtcNow()))
        {
            var row = new Claim(shard, timelineKey).ToEntity(SubmissionKeys.Partition(space, home), id);
            try
            {
                await _table.AddEntityAsync(row, cancellationToken);
            }
            catch (RequestFailedException e) when (e.Status == 409)
            {
                if (await FindClaimAsync(space, id, home, cancellationToken) is not { } claim)
                {
                    return false;
                }
                if (claim.Shard != shard && !await ReplaceAsync(space, id, row, claim, cancellationToken))
                {
                    return false;
                }
            }
        }
        return true;
    }

    /// <summary>The claim on an id in a shard; null if it is no claim, or not any more.</summary>
    private async Task<Claim?> FindClaimAsync(SubmissionSpace space, InstanceId id, int shard, CancellationToken cancellationToken) =>
        await ReadInstanceAsync(space, SubmissionKeys.RootHash(id), shard, cancellationToken) is { } row ? Claim.TryRead(row) : null;

    private async Task<bool> ReplaceAsync(
        SubmissionSpace space,
        InstanceId id,
        TableEntity row,
        Claim claim,
        CancellationToken cancellationToken
    )
    {
        if (await IsUsedAsync(space, id, claim, cancellationToken))
        {
            return false;
        }
        try
        {
            await _table.UpdateEntityAsync(row, claim.ETag, TableUpdateMode.Replace, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw Problem.InstanceClaimed(id.Value).AsException(e);
        }
    }

    /// <summary>Whether the instance that a claim announces was committed. Refuses with 503.1 while that may still happen.</summary>
    private async Task<bool> IsUsedAsync(SubmissionSpace space, InstanceId id, Claim claim, CancellationToken cancellationToken) =>
        await ReadInstanceAsync(space, SubmissionKeys.RootHash(id), claim.Shard, cancellationToken) is { } row && Claim.IsNone(row)
        || (claim.At > clock.GetUtcNow() - Abandoned ? throw Problem.InstanceClaimed(id.Value).AsException() : false);

    /// <summary>Removes the claims on an id that name a shard. One operation for each other shard that the id gives, and one for each
    /// claim.</summary>
    private async Task RemoveClaimsAsync(SubmissionSpace space, InstanceId id, int shard, CancellationToken cancellationToken)
    {
        foreach (var home in space.Shards.HomesOf(SubmissionKeys.RootHash(id)).Where(home => home != shard))
        {
            if (await FindClaimAsync(space, id, home, cancellationToken) is { } claim && claim.Shard == shard)
            {
                await _table.DeleteEntityAsync(
                    SubmissionKeys.Partition(space, home),
                    SubmissionKeys.Instance(id),
                    claim.ETag,
                    cancellationToken
                );
            }
        }
    }

    /// <summary>What stands for an instance in another shard than its own.</summary>
    /// <param name="Shard">Where its submission is.</param>
    /// <param name="TimelineKey">The submission's place in the timeline.</param>
    private sealed record Claim(int Shard, string TimelineKey)
    {
        public ETag ETag { get; private init; }

        /// <summary>When storage wrote it.</summary>
        public DateTimeOffset At { get; private init; }

        public static bool IsNone(TableEntity row) => !row.ContainsKey(Column.Shard);

        /// <summary>Null when the row is that of an instance.</summary>
        public static Claim? TryRead(TableEntity row) =>
            row.GetInt32(Column.Shard) is { } shard
                ? new Claim(shard, row.GetString(Column.TimelineKey)!) { ETag = row.ETag, At = row.Timestamp!.Value }
                : null;

        public TableEntity ToEntity(string partition, InstanceId id) =>
            new(partition, SubmissionKeys.Instance(id)) { [Column.Shard] = Shard, [Column.TimelineKey] = TimelineKey };
    }
}
