using Azure;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Cases;

/// <summary>A write of a case's row: the case before (null for a new one) and after.</summary>
internal sealed record CaseWrite(Case? Before, Case After);

/// <summary>
/// Writes cases, each by a conditional write, and the rows derived from them. Index rows come first, then the cases, the hosts of new
/// extensions, and the owners' rows. In this order an interrupted write can be repeated as a whole.
/// </summary>
public sealed class WriteCases(CasesTable cases, CaseOwnersTable owners, CaseIndicesTable indices, TimeProvider clock)
{
    /// <summary>
    /// Changes cases that were <paramref name="read"/> (null: not found). <paramref name="change"/> may run again on a newer case, and
    /// returns null to leave a case unchanged. With <paramref name="again"/>, derived rows are rewritten even where they seem to exist,
    /// since an earlier attempt may have been interrupted. Two operations per case; one more per new index, two per host of a new
    /// extension.
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

        // A host that the form changed too has two new revisions; only the later one goes to its owner's rows.
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
        return await ConditionalWrite.RepeatAsync<CaseWrite?>(
            async () =>
            {
                if (tried is not null)
                {
                    read = await cases.FindAsync(id, cancellationToken);
                }
                var before = read?.Case;
                var changed = await change(before);
                var wentThrough = changed is null && before is not null && before.Project == tried?.After.Project;
                if (wentThrough)
                {
                    // The conflicting write may have been this very one, whose response was lost. Its derived rows are not written yet.
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
                tried = write;
                return await cases.TryWriteAsync(write.After, read?.ETag, cancellationToken) ? write : Attempt<CaseWrite?>.Conflict;
            },
            cancellationToken
        );
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

    // A reopened or restored case. The index rows of its targets are written again, since readers may have ignored the case meanwhile.
    private static bool IsBack(CaseWrite write) =>
        write.Before is { } before && (before.Closed || before.Deleted) && !write.After.Closed && !write.After.Deleted;

    private static IEnumerable<CaseIndex> NewIndices(CaseWrite write, bool again) =>
        write.After.Indices.Where(index =>
            index.Target is not null && (again || write.Before is null || !write.Before.Indices.Contains(index))
        );
}
