using Azure;
using Azure.Data.Tables;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Submissions;

/// <summary>Writes of a submission and its versions, each one batch on condition of the rows that were read.</summary>
public sealed partial class SubmissionsTable
{
    /// <summary>
    /// Null when it was added, or else whatever has the instance id in this space. One operation, and one more when the id has been used.
    /// If the form has grown, one more for each earlier count, and one for each count that begins soon.
    /// </summary>
    internal async Task<Instance?> AddAsync(
        SubmissionSpace space,
        Submission submission,
        ReadOnlyMemory<byte> xml,
        CancellationToken cancellationToken
    )
    {
        var (id, timelineKey) = (submission.RootId, SubmissionKeys.Timeline(submission.CreatedAt, submission.RootId));
        var home = space.Shards.PlaceOf(SubmissionKeys.RootHash(id), clock.GetUtcNow()).Home;
        if (await FindElsewhereAsync(space, id, home, timelineKey, cancellationToken) is { } elsewhere)
        {
            return IsWrite(elsewhere, submission.Current) ? null : elsewhere;
        }
        var partition = SubmissionKeys.Partition(space, home);
        var instance = ToEntity(partition, new Instance(submission.Current, InstanceState.Current, timelineKey));
        var row = new TableTransactionAction(TableTransactionActionType.Add, ToEntity(partition, submission, xml));
        for (Claim? abandoned = null; ;)
        {
            try
            {
                await CommitAsync(
                    space,
                    [
                        abandoned is null
                            ? new(TableTransactionActionType.Add, instance)
                            : new(TableTransactionActionType.UpdateReplace, instance, abandoned.ETag),
                        row,
                    ],
                    cancellationToken
                );
                return null;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                if (await FindInstanceAsync(space, id, cancellationToken) is { } existing)
                {
                    return IsWrite(existing, submission.Current) ? null : existing;
                }
                abandoned = await FindClaimAsync(space, id, home, cancellationToken);
                if (abandoned is null || await IsUsedAsync(space, id, abandoned, cancellationToken))
                {
                    throw new InvalidOperationException($"The instance {id} is there for a batch, but not for a read.", e);
                }
            }
        }
    }

    private async Task CommitAsync(
        SubmissionSpace space,
        IReadOnlyList<TableTransactionAction> actions,
        CancellationToken cancellationToken
    )
    {
        var before = StorageOperations.Current?.Busy ?? 0;
        try
        {
            await storage.Transactions.SubmitAsync(_table.Name, actions, cancellationToken);
        }
        finally
        {
            if (StorageOperations.Current?.Busy - before is { } refusals and > 0)
            {
                busy.Add(space, refusals);
            }
        }
    }

    // Of a form that has grown: what an earlier count has, or whoever is before us in the shard of a count that begins soon.
    private async Task<Instance?> FindElsewhereAsync(
        SubmissionSpace space,
        InstanceId id,
        int home,
        string timelineKey,
        CancellationToken cancellationToken
    )
    {
        var hash = SubmissionKeys.RootHash(id);
        return !space.Shards.HasGrown ? null
            : await FindInstanceAsync(space, hash, space.Shards.HomesOf(hash).Where(shard => shard != home), cancellationToken)
                is { } earlier
                ? earlier
            : await ClaimAsync(space, id, home, timelineKey, cancellationToken) ? null
            : await FindInstanceAsync(space, id, cancellationToken);
    }

    /// <summary>
    /// Makes <paramref name="edited"/>'s current version follow <paramref name="before"/>, in one batch. False when anything it rests
    /// on has changed since it was read, or the new instance id is taken: read again and decide again. An edit that keeps the instance
    /// id gives
    /// <paramref name="setAside"/>, the id that the version before it has from now on. One operation, and one more when something has
    /// changed, or when the new id belongs to another shard and is claimed there.
    /// </summary>
    internal async Task<bool> EditAsync(
        SubmissionSpace space,
        Instance before,
        Submission edited,
        ETag submissionETag,
        ReadOnlyMemory<byte> xml,
        InstanceId? setAside,
        CancellationToken cancellationToken
    )
    {
        var partition = SubmissionKeys.Partition(space, before.Shard);
        var now = ToEntity(partition, new Instance(edited.Current, InstanceState.Current, before.TimelineKey));
        var then = ToEntity(
            partition,
            before with
            {
                State = InstanceState.Superseded,
                Version = before.Version with { Id = setAside ?? before.Version.Id },
            }
        );
        var row = ToEntity(partition, edited, xml);
        row.RowKey = before.TimelineKey;
        if (!await ClaimAsync(space, setAside ?? edited.Current.Id, before.Shard, before.TimelineKey, cancellationToken))
        {
            return IsWrite(await FindInstanceAsync(space, edited.Current.Id, cancellationToken), edited.Current);
        }
        try
        {
            await CommitAsync(
                space,
                [
                    new(TableTransactionActionType.Add, setAside is null ? now : then),
                    new(TableTransactionActionType.UpdateReplace, setAside is null ? then : now, before.ETag),
                    new(TableTransactionActionType.UpdateReplace, row, submissionETag),
                    SubmissionCounts.Mark(partition, before.TimelineKey),
                    new(TableTransactionActionType.Add, ToEditEntity(partition, edited.RootId, edited.Edits, setAside, edited.Current)),
                ],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return IsWrite(await FindInstanceAsync(space, edited.Current.Id, cancellationToken), edited.Current);
        }
    }

    // The response to a write may be lost: the client library then retries, and conflicts with its own write.
    private static bool IsWrite(Instance? found, SubmissionVersion version) =>
        found is { State: InstanceState.Current }
        && found.Version.XmlHash == version.XmlHash
        && found.Version.CreatedAt == version.CreatedAt;

    /// <summary>Writes the attachments of a version, if it hasn't changed since it was read. One operation.</summary>
    internal async Task<bool> FillMediaAsync(SubmissionSpace space, Instance instance, CancellationToken cancellationToken)
    {
        var partition = SubmissionKeys.Partition(space, instance.Shard);
        var counts = new TableEntity(partition, instance.TimelineKey)
        {
            [Column.MediaPresent] = instance.Version.Media.Count(file => file.Exists),
        };
        try
        {
            // The count follows from the instance row, whose ETag orders the writers.
            await _table.SubmitTransactionAsync(
                instance.State == InstanceState.Superseded
                    ? [new(TableTransactionActionType.UpdateReplace, ToEntity(partition, instance), instance.ETag)]
                    :
                    [
                        new(TableTransactionActionType.UpdateReplace, ToEntity(partition, instance), instance.ETag),
                        new(TableTransactionActionType.UpdateMerge, counts, ETag.All),
                        SubmissionCounts.Mark(partition, instance.TimelineKey),
                    ],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            return false;
        }
    }

    /// <summary>
    /// Records the error of a version's case blocks, or that they are valid (null), if the version hasn't changed since it was read. One
    /// operation.
    /// </summary>
    internal async Task<bool> SetProblemAsync(
        SubmissionSpace space,
        Instance instance,
        string? problem,
        CancellationToken cancellationToken
    )
    {
        var partition = SubmissionKeys.Partition(space, instance.Shard);
        var row = new TableEntity(partition, instance.TimelineKey) { [Column.Current.Problem] = problem ?? "" };
        var version = new TableTransactionAction(
            TableTransactionActionType.UpdateReplace,
            ToEntity(partition, instance with { Version = instance.Version with { Problem = problem } }),
            instance.ETag
        );
        try
        {
            await _table.SubmitTransactionAsync(
                instance.State == InstanceState.Superseded
                    ? [version]
                    : [version, new(TableTransactionActionType.UpdateMerge, row, ETag.All)],
                cancellationToken
            );
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 412)
        {
            return false;
        }
    }

    /// <summary>The last writer wins. One operation.</summary>
    internal async Task ReviewAsync(
        SubmissionSpace space,
        Instance instance,
        string? reviewState,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var partition = SubmissionKeys.Partition(space, instance.Shard);
        var row = new TableEntity(partition, instance.TimelineKey) { [Column.ReviewState] = reviewState ?? "", [Column.UpdatedAt] = now };
        await _table.SubmitTransactionAsync(
            [new(TableTransactionActionType.UpdateMerge, row, ETag.All), SubmissionCounts.Mark(partition, instance.TimelineKey)],
            cancellationToken
        );
    }
}
