using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Entities;

/// <summary>
/// A dataset as one actor sees it. <see cref="Hash"/>, in lower-case hexadecimal, changes whenever the content may have changed (OR-120 to
/// OR-135).
/// </summary>
public sealed record EntityList(Dataset Dataset, string Hash, EntityView View);

/// <summary>The entities of a dataset that an actor sees: all, or those that <see cref="Owner"/> created.</summary>
public sealed record EntityView(bool OfOwner, ActorId? Owner)
{
    public static EntityView All { get; } = new(OfOwner: false, null);

    /// <summary>An anonymous caller has created no entities.</summary>
    public bool Takes(ActorId? creator) => !OfOwner || (Owner is not null && creator == Owner);
}

/// <summary>The state of an entity that phones query for entities they have (OR-143 to OR-146).</summary>
public sealed record EntityStanding(EntityId Id, ActorId? Creator, bool IsDeleted);

/// <summary>Reads datasets for phones and exports.</summary>
public sealed class EntityLists(DatasetDirectory datasets, EntitiesTable entities)
{
    private const int MaxParallelReads = 16;

    /// <summary>Null when there is no such dataset. Two operations.</summary>
    public async Task<EntityList?> FindAsync(ProjectId project, string name, Actor? actor, CancellationToken cancellationToken) =>
        await datasets.FindAsync(project, name, cancellationToken) is { } dataset
            ? await OfAsync(dataset, ViewOf(dataset, actor), cancellationToken)
            : null;

    /// <summary>The list for a view of the dataset. One operation.</summary>
    public async Task<EntityList> OfAsync(Dataset dataset, EntityView view, CancellationToken cancellationToken)
    {
        var stamp = await entities.ReadStampAsync(dataset, cancellationToken);
        var content = string.Create(CultureInfo.InvariantCulture, $"{dataset.Key} {dataset.Stamp} {stamp} {view.OfOwner} {view.Owner}");
        return new EntityList(dataset, Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(content))), view);
    }

    /// <summary>
    /// The view of an actor: with <see cref="Dataset.OwnerOnly"/>, an actor without the right to list all entities sees its own.
    /// </summary>
    public static EntityView ViewOf(Dataset dataset, Actor? actor) =>
        !dataset.OwnerOnly || actor.May(Verb.EntityList, Scope.Of(dataset.Project))
            ? EntityView.All
            : new EntityView(OfOwner: true, actor?.Id);

    /// <summary>Newest first, without deleted entities. One operation per 1,000.</summary>
    public IAsyncEnumerable<DatasetEntity> ReadAsync(EntityList list, CancellationToken cancellationToken) =>
        entities
            .ListAsync(list.Dataset, null, cancellationToken)
            .Where(entity => entity.DeletedAt is null && list.View.Takes(entity.Creator));

    /// <summary>
    /// Whether entities are deleted; those that the actor may not see count as deleted. Without ids: all entities, one operation per 1,000.
    /// With ids: those that ever existed, one operation each.
    /// </summary>
    public async IAsyncEnumerable<EntityStanding> ReadStandingsAsync(
        Dataset dataset,
        EntityView view,
        IReadOnlyList<EntityId> ids,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (ids.Count == 0)
        {
            await foreach (var standing in entities.ListStandingsAsync(dataset, cancellationToken))
            {
                yield return Seen(standing);
            }
        }
        foreach (var some in ids.Distinct().Chunk(MaxParallelReads))
        {
            foreach (var standing in await Task.WhenAll(some.Select(id => entities.FindStandingAsync(dataset, id, cancellationToken))))
            {
                if (standing is not null)
                {
                    yield return Seen(standing);
                }
            }
        }

        EntityStanding Seen(EntityStanding standing) => view.Takes(standing.Creator) ? standing : standing with { IsDeleted = true };
    }

    /// <summary>
    /// The creation time of the newest entity that is not deleted; null when there is none. One operation, or more when many are deleted.
    /// </summary>
    public async Task<DateTimeOffset?> FindNewestAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        await foreach (var entity in entities.ListAsync(dataset, 1, cancellationToken))
        {
            if (entity.DeletedAt is null)
            {
                return entity.CreatedAt;
            }
        }
        return null;
    }

    /// <summary>The number of entities, of those with a conflict, and the creation time of the newest. One operation per 1,000.</summary>
    public async Task<(int Entities, int Conflicts, DateTimeOffset? Newest)> CountAsync(
        Dataset dataset,
        CancellationToken cancellationToken
    )
    {
        var (count, conflicts, newest) = (0, 0, (DateTimeOffset?)null);
        await foreach (var entity in entities.ListAsync(dataset, null, cancellationToken))
        {
            if (entity.DeletedAt is null)
            {
                count++;
                conflicts += entity.Conflict is null ? 0 : 1;
                newest ??= entity.CreatedAt;
            }
        }
        return (count, conflicts, newest);
    }
}
