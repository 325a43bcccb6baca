using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Webhooks;

namespace ServerlessRosa.Core.Entities;

/// <summary>Creates many entities in one call: all of them or none.</summary>
public sealed class CreateEntities(EntitiesTable entities, AnnounceChange announce, TimeProvider clock)
{
    // No request can still be working on one that is older.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Refuses what <see cref="EntityDirectory.CreateAsync"/> refuses of one of them. Two operations, one per 100 and one per 49 entities:
    /// 307 for 10,000. Ids are reserved first, so that a conflict is found before anything is visible.
    /// </summary>
    public async Task RunAsync(
        Dataset dataset,
        IReadOnlyList<(EntityId Id, EntityEdit Edit)> added,
        EntityBulkSource source,
        EntityEditor editor,
        CancellationToken cancellationToken
    )
    {
        var now = clock.GetUtcNow();
        var template = new EntityVersion(1, "", new Dictionary<string, string>(), editor.Actor, now)
        {
            UserAgent = editor.UserAgent,
            Notes = ActionNotes.Current,
            Bulk = source,
        };
        var seen = new HashSet<EntityId>();
        var created = new List<DatasetEntity>(added.Count);
        foreach (var (id, edit) in added)
        {
            if (!seen.Add(id))
            {
                throw Problem.AlreadyExists(["uuid"], [id.Value], "entities").AsException();
            }
            // A tick apart, so that lists keep their order.
            var version = template with
            {
                Data = edit.Data,
                CreatedAt = now.AddTicks(created.Count),
            };
            created.Add(EntityDirectory.New(dataset, id, edit, version));
        }
        var ids = created.ConvertAll(entity => entity.Id.Value);
        await announce.EntitiesAsync(dataset.Project, dataset.Name, WebhookEvent.EntityCreated, ids, now, editor.Actor, cancellationToken);
        var bulk = await entities.BeginBulkAsync(dataset, now, cancellationToken);
        try
        {
            if (await entities.ReserveAsync(dataset, bulk, created, cancellationToken) is { } taken)
            {
                throw await entities.FindStandingAsync(dataset, taken, cancellationToken) is { IsDeleted: true }
                    ? Problem.EntityInTrash(taken.Value).AsException()
                    : Problem.AlreadyExists(["uuid"], [taken.Value], "entities").AsException();
            }
            await entities.FillAsync(dataset, bulk, created, cancellationToken);
        }
        catch
        {
            await entities.UndoBulkAsync(bulk, CancellationToken.None);
            throw;
        }
        await entities.CommitBulkAsync(bulk, CancellationToken.None);
    }

    /// <summary>Undoes creations that a crash interrupted. One operation when there are none.</summary>
    public async Task UndoInterruptedAsync(CancellationToken cancellationToken)
    {
        foreach (var bulk in await entities.ListBulksBeforeAsync(clock.GetUtcNow() - Grace, cancellationToken))
        {
            await entities.UndoBulkAsync(bulk, cancellationToken);
        }
    }
}
