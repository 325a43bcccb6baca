using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>One write of a case's row: what it was, null for a new one, and what it became.</summary>
internal sealed record CaseWrite(Case? Before, Case After);

/// <summary>
/// Writes cases, each by one conditional write, and then what is derived from them. The order lets a write that breaks off be repeated
/// as a whole: index rows, the cases, the hosts of new extensions, owners' rows.
/// </summary>
public sealed class WriteCases(CasesTable cases, CaseOwnersTable owners, CaseIndicesTable indices, TimeProvider clock)
{
    private const int MaxAttempts = 200;

    /// <summary>
    /// Changes cases that were <paramref name="read"/> (null: there is none). <paramref name="change"/> may run again on a newer case,
    /// and returns null to leave it. With <paramref name="again"/>, what is derived is written anew even where it seems to be there: an
    /// earlier try was broken off. For each case two operations; one more for each new index, two for each host of a new extension.
    /// </summary>
    internal async Task<IReadOnlyList<CaseWrite>> ChangeAsync(
        IReadOnlyCollection<(CaseId Id, (Case Case, ETag ETag)? Read)> read,
        Func<CaseId, Case?, ValueTask<Case?>> change,
        bool again,
        CancellationToken cancellationToken
    )
    {
        var writes = (
            await InParallel.EachAsync(
                read,
                (one, stop) => ChangeOneAsync(one.Id, one.Read, current => change(one.Id, current), again, stop),
                cancellationToken
            )
        )
            .OfType<CaseWrite>()
            .ToList();

        var hosts = writes
            .SelectMany(write =>
                NewIndices(write, again || IsBack(write))
                    .Where(index => index.Relationship == CaseRelationship.Extension)
                    .Select(index => (write.After.Project, Id: index.Target!.Value))
            )
            .CountBy(host => host)
            .ToList();
        var extended = await InParallel.EachAsync(
            hosts,
            async (host, stop) =>
                await ChangeOneAsync(
                    host.Key.Id,
                    await cases.FindAsync(host.Key.Id, stop),
                    current => new ValueTask<Case?>(
                        current?.Project == host.Key.Project ? current with { Extensions = current.Extensions + host.Value } : null
                    ),
                    false,
                    stop
                ),
            cancellationToken
        );

        // A host that the form wrote too has two revisions by now, and only the later one is for its owner.
        var latest = writes
            .Concat(extended.OfType<CaseWrite>())
            .GroupBy(write => write.After.Id)
            .Select(group => new CaseWrite(group.First().Before, group.Last().After));
        await owners.UpdateOwnersAsync([.. latest], cancellationToken);
        return writes;
    }

    private async Task<CaseWrite?> ChangeOneAsync(
        CaseId id,
        (Case Case, ETag ETag)? read,
        Func<Case?, ValueTask<Case?>> change,
        bool again,
        CancellationToken cancellationToken
    )
    {
        CaseWrite? tried = null;
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var before = read?.Case;
            var changed = await change(before);
            var wentThrough = changed is null && before is not null && before.Project == tried?.After.Project;
            if (wentThrough)
            {
                // What was in the way may have been this very write, whose answer got lost: what follows from it has not been written then.
                (changed, again) = (before, true);
            }
            if (changed is null)
            {
                return null;
            }
            var write = new CaseWrite(wentThrough ? tried!.Before : before, Stamp(before, changed, again));
            await Task.WhenAll(
                NewIndices(write, again).Select(index => indices.AddAsync(write.After.Project, id, index, cancellationToken))
            );
            if (await cases.TryWriteAsync(write.After, read?.ETag, cancellationToken))
            {
                return write;
            }
            // Somebody else was faster. A little while of its own for each, so that many on one case do not meet again.
            await Task.Delay(Random.Shared.Next(1, 10 + (5 * Math.Min(attempt, 20))), cancellationToken);
            read = await cases.FindAsync(id, cancellationToken);
            tried = write;
        }
        throw new InvalidOperationException($"The case {id} kept changing under {MaxAttempts} attempts to write it.");
    }

    private Case Stamp(Case? before, Case changed, bool again)
    {
        var revision = (before?.Revision ?? 0) + 1;
        var now = clock.GetUtcNow();
        var moved = before is not null && before.Owner != changed.Owner;
        var former = changed
            .FormerOwners.Where(one => one.Owner != changed.Owner && !(moved && one.Owner == before!.Owner))
            .Select(one => again ? one with { Revision = revision } : one);
        return changed with
        {
            Revision = revision,
            ServerModifiedOn = before is not null && before.ServerModifiedOn >= now ? before.ServerModifiedOn.AddTicks(1) : now,
            FormerOwners = [.. moved ? former.Append(new FormerOwner(before!.Owner, revision)) : former],
        };
    }

    // Whoever looked at its hosts in between has not seen it.
    private static bool IsBack(CaseWrite write) =>
        write.Before is { } before && (before.Closed || before.Deleted) && !write.After.Closed && !write.After.Deleted;

    private static IEnumerable<CaseIndex> NewIndices(CaseWrite write, bool again) =>
        write.After.Indices.Where(index =>
            index.Target is not null && (again || write.Before is null || !write.Before.Indices.Contains(index))
        );
}
