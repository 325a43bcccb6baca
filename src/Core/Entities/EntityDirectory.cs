using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Entities;

/// <summary>The actor and user agent of a change through the management API.</summary>
public sealed record EntityEditor(ActorId Actor, string? UserAgent);

/// <summary>A change of an entity: null keeps the label, and missing properties keep their values.</summary>
public sealed record EntityEdit(string? Label, IReadOnlyDictionary<string, string> Data);

/// <summary>Single entities of a dataset, for the management API.</summary>
public sealed class EntityDirectory(EntitiesTable entities, AnnounceChange announce, TimeProvider clock)
{
    /// <summary>Newest first. One operation per 1,000 up to <paramref name="offset"/> plus <paramref name="limit"/>; the trash is
    /// searched by storage itself.</summary>
    public IAsyncEnumerable<DatasetEntity> ListAsync(
        Dataset dataset,
        bool deleted,
        int offset,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var all = deleted
            ? entities.ListDeletedAsync(dataset, cancellationToken).Skip(offset)
            : entities.ListAsync(dataset, null, cancellationToken).Where(entity => entity.DeletedAt is null).Skip(offset);
        return limit is { } count ? all.Take(count) : all;
    }

    /// <summary>Refuses an unknown or deleted entity with 404.1. Two operations.</summary>
    public async Task<DatasetEntity> GetAsync(Dataset dataset, EntityId id, CancellationToken cancellationToken) =>
        (await FindAsync(dataset, id, deleted: false, cancellationToken)).Entity;

    /// <summary>The same with what its current version received. Three operations.</summary>
    public async Task<DatasetEntity> GetWholeAsync(Dataset dataset, EntityId id, CancellationToken cancellationToken)
    {
        var entity = await GetAsync(dataset, id, cancellationToken);
        return entity with
        {
            Current = await entities.FindVersionAsync(dataset, id, entity.Current.Number, cancellationToken) ?? entity.Current,
        };
    }

    /// <summary>Oldest first. Refuses an unknown or deleted entity with 404.1. Three operations.</summary>
    public async Task<(DatasetEntity Entity, IReadOnlyList<EntityVersion> Versions)> ListVersionsAsync(
        Dataset dataset,
        EntityId id,
        CancellationToken cancellationToken
    ) => (await GetAsync(dataset, id, cancellationToken), await entities.ListVersionsAsync(dataset, id, cancellationToken));

    /// <summary>Changes of an entity that made no version, newest first. One operation.</summary>
    public Task<IReadOnlyList<EntityEvent>> ListEventsAsync(Dataset dataset, EntityId id, CancellationToken cancellationToken) =>
        entities.ListEventsAsync(dataset, id, cancellationToken);

    /// <summary>Those who created entities, also deleted ones, without repetition. One operation per 1,000.</summary>
    public async Task<IReadOnlyList<ActorId>> ListCreatorsAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var creators = new HashSet<ActorId>();
        await foreach (var standing in entities.ListStandingsAsync(dataset, cancellationToken))
        {
            if (standing.Creator is { } creator)
            {
                creators.Add(creator);
            }
        }
        return [.. creators];
    }

    /// <summary>
    /// Creates an entity. Refuses a missing label (400.2), unknown properties (400.28), values that are too long (400.13), an id in use
    /// (409.3), and one in the trash (409.19).
    /// </summary>
    public async Task<DatasetEntity> CreateAsync(
        Dataset dataset,
        EntityId id,
        EntityEdit edit,
        EntityEditor editor,
        CancellationToken cancellationToken
    )
    {
        var entity = New(dataset, id, edit, Change(edit, editor));
        await AnnounceAsync(WebhookEvent.EntityCreated, dataset, id, editor.Actor, cancellationToken);
        if (!await entities.AddAsync(dataset, entity, null, cancellationToken))
        {
            throw await entities.FindStandingAsync(dataset, id, cancellationToken) is { IsDeleted: true }
                ? Problem.EntityInTrash(id.Value).AsException()
                : Problem.AlreadyExists(["uuid"], [id.Value], "entities").AsException();
        }
        return entity;
    }

    /// <summary>
    /// Adds a version. With <paramref name="resolves"/> it also ends a conflict, alone when there is no edit; an entity without a conflict
    /// is refused with 400.32. Without a base version the change applies to the latest version; a base version other than the latest is
    /// refused with 409.15.
    /// </summary>
    public async Task<DatasetEntity> ChangeAsync(
        Dataset dataset,
        EntityId id,
        EntityEdit? edit,
        int? baseVersion,
        bool resolves,
        EntityEditor editor,
        CancellationToken cancellationToken
    )
    {
        if (edit is not null)
        {
            RequireProperties(dataset, edit);
            await AnnounceAsync(WebhookEvent.EntityUpdated, dataset, id, editor.Actor, cancellationToken);
        }
        return await ConditionalWrite.RepeatAsync<DatasetEntity>(
            async () =>
            {
                var stored = await FindAsync(dataset, id, deleted: false, cancellationToken);
                var latest = stored.Entity.Current;
                if (resolves && stored.Entity.Conflict is null)
                {
                    throw Problem.NoConflict().AsException();
                }
                if (baseVersion is { } given && given != latest.Number)
                {
                    throw Problem.EntityVersionConflict(latest.Number, given).AsException();
                }
                var now = clock.GetUtcNow();
                var next = edit is null
                    ? stored.Entity with
                    {
                        UpdatedAt = now,
                    }
                    : EntityMerge.Apply(stored.Entity, latest, Change(edit, editor), interrupted: false);
                next = next with { Current = next.Current.RequireSize() };
                var resolved = resolves ? new EntityEvent(EntityEvent.Resolve, editor.Actor, now, ActionNotes.Current) : null;
                if (resolves)
                {
                    next = next with { Conflict = null, ResolvedVersion = next.Current.Number };
                }
                if (
                    edit is null
                        ? await entities.ReplaceAsync(dataset, stored, next, resolved!, cancellationToken)
                        : await entities.AddVersionAsync(dataset, stored, next, null, resolved, cancellationToken)
                )
                {
                    return next;
                }
                return Attempt<DatasetEntity>.Conflict;
            },
            cancellationToken
        );
    }

    /// <summary>
    /// Moves an entity to the trash, or restores it. Refuses an entity that is not there, or not in the trash, with 404.1.
    /// </summary>
    public async Task SetDeletedAsync(Dataset dataset, EntityId id, bool deleted, ActorId actor, CancellationToken cancellationToken)
    {
        await AnnounceAsync(deleted ? WebhookEvent.EntityDeleted : WebhookEvent.EntityRestored, dataset, id, actor, cancellationToken);
        await ConditionalWrite.RepeatAsync<bool>(
            async () =>
            {
                var stored = await FindAsync(dataset, id, !deleted, cancellationToken);
                var now = clock.GetUtcNow();
                var happened = new EntityEvent(deleted ? EntityEvent.Delete : EntityEvent.Restore, actor, now, ActionNotes.Current);
                var next = stored.Entity with { DeletedAt = deleted ? now : null };
                if (await entities.ReplaceAsync(dataset, stored, next, happened, cancellationToken))
                {
                    return true;
                }
                return Attempt<bool>.Conflict;
            },
            cancellationToken
        );
    }

    internal static DatasetEntity New(Dataset dataset, EntityId id, EntityEdit edit, EntityVersion change)
    {
        RequireProperties(dataset, edit);
        var label = edit.Label ?? throw Problem.MissingParameter("label").AsException();
        var version = change with { Number = 1, Label = label, Received = EntityVersion.ReceivedOf(edit.Data, label) };
        return new DatasetEntity(id, version.Creator, version.CreatedAt, version.RequireSize());
    }

    private async Task<StoredEntity> FindAsync(Dataset dataset, EntityId id, bool deleted, CancellationToken cancellationToken) =>
        await entities.FindAsync(dataset, id, cancellationToken) is { Entity.IsPurged: false } found
        && found.Entity.DeletedAt is not null == deleted
            ? found
            : throw Problem.NotFound().AsException();

    private static void RequireProperties(Dataset dataset, EntityEdit edit)
    {
        if (edit.Data.Keys.Except(dataset.Properties.Select(property => property.Name)).FirstOrDefault() is { } unknown)
        {
            throw Problem.InvalidEntity($"the dataset has no property {unknown}.").AsException();
        }
    }

    private Task AnnounceAsync(string name, Dataset dataset, EntityId id, ActorId actor, CancellationToken cancellationToken) =>
        announce.EntitiesAsync(dataset.Project, dataset.Name, name, [id.Value], clock.GetUtcNow(), actor, cancellationToken);

    private EntityVersion Change(EntityEdit edit, EntityEditor editor) =>
        new(0, edit.Label ?? "", edit.Data, editor.Actor, clock.GetUtcNow())
        {
            UserAgent = editor.UserAgent,
            Notes = ActionNotes.Current,
            Received = edit.Data,
        };
}
