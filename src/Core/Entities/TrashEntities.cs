using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Entities;

/// <summary>Moves many entities to the trash, or restores them.</summary>
public sealed class TrashEntities(EntitiesTable entities, AnnounceChange announce, TimeProvider clock)
{
    // Above that number, reading the whole dataset costs less.
    private const int MaxPointReads = 100;

    /// <summary>
    /// Skips entities that are not there, or are in the state already. Returns those that it changed. One operation for about 32 of them,
    /// and two for each to read them, or one per 1,000 of the dataset.
    /// </summary>
    public async Task<IReadOnlyList<EntityId>> RunAsync(
        Dataset dataset,
        IReadOnlyList<EntityId> ids,
        bool deleted,
        ActorId actor,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var happened = new EntityEvent(deleted ? EntityEvent.BulkDelete : EntityEvent.BulkRestore, actor, now, ActionNotes.Current);
        var open = ids.ToHashSet();
        var (name, named) = (deleted ? WebhookEvent.EntityDeleted : WebhookEvent.EntityRestored, open.Select(id => id.Value).ToList());
        await announce.EntitiesAsync(dataset.Project, dataset.Name, name, named, now, actor, cancellationToken);
        var changed = new List<EntityId>();
        await ConditionalWrite.RepeatAsync<bool>(
            async () =>
            {
                var found = (await ReadAsync(dataset, open, cancellationToken))
                    .Where(stored => !stored.Entity.IsPurged && stored.Entity.DeletedAt is not null != deleted)
                    .Select(stored => (Before: stored, Next: stored.Entity with { DeletedAt = deleted ? now : null }))
                    .ToList();
                var lost = await entities.ReplaceManyAsync(dataset, found, happened, cancellationToken);
                open = [.. lost.Select(stored => stored.Entity.Id)];
                changed.AddRange(found.Select(change => change.Next.Id).Where(id => !open.Contains(id)));
                return open.Count == 0 ? true : Attempt<bool>.Conflict;
            },
            cancellationToken
        );
        return changed;
    }

    private async Task<IReadOnlyList<StoredEntity>> ReadAsync(
        Dataset dataset,
        HashSet<EntityId> ids,
        CancellationToken cancellationToken
    ) =>
        ids.Count > MaxPointReads
            ? await entities
                .ListStoredAsync(dataset, cancellationToken)
                .Where(stored => ids.Contains(stored.Entity.Id))
                .ToListAsync(cancellationToken)
            :
            [
                .. (
                    await InParallel.EachAsync(ids, (id, stop) => entities.FindAsync(dataset, id, stop), cancellationToken)
                ).OfType<StoredEntity>(),
            ];
}
