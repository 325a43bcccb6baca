using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Entities;

/// <summary>
/// A dataset as one actor sees it. <see cref="Hash"/>, in lower-case hexadecimal, changes whenever the content may have changed (OR-120 to
/// OR-135).
/// </summary>
public sealed record EntityList(Dataset Dataset, string Hash, EntityView View);

/// <summary>The entities of a dataset that an actor sees: all, those that <see cref="Owner"/> created, or those with certain
/// values.</summary>
public sealed record EntityView(bool OfOwner, ActorId? Owner)
{
    public static EntityView All { get; } = new(OfOwner: false, null);

    /// <summary>Properties and the values that they must have; a null value fits no entity.</summary>
    public IReadOnlyList<(string Property, string? Value)> Values { get; private init; } = [];

    /// <summary>The part of the view that the hash of a list depends on.</summary>
    internal string Text => Values.Count == 0 ? "" : JsonSerializer.Serialize(Values.Select(one => new[] { one.Property, one.Value }));

    /// <summary>The entities whose values equal the actor's properties.</summary>
    public static EntityView Fitting(Dataset dataset, Actor? actor) =>
        All with
        {
            Values =
            [
                .. dataset.AccessRules.Select(rule => (rule.DatasetProperty, actor?.Properties.GetValueOrDefault(rule.ActorProperty))),
            ],
        };

    public bool Takes(DatasetEntity entity) =>
        TakesCreator(entity.Creator)
        && Values.All(one => one.Value is { Length: > 0 } value && entity.Current.Data.GetValueOrDefault(one.Property) == value);

    /// <summary>An anonymous caller has created no entities.</summary>
    public bool TakesCreator(ActorId? creator) => !OfOwner || (Owner is not null && creator == Owner);
}

/// <summary>The state of an entity that phones query for entities they have (OR-143 to OR-146).</summary>
public sealed record EntityStanding(EntityId Id, ActorId? Creator, bool IsDeleted);

/// <summary>Reads datasets for phones and exports.</summary>
public sealed class EntityLists(DatasetDirectory datasets, EntitiesTable entities)
{
    private const int MaxParallelReads = 16;

    /// <summary>Null when there is no such dataset. Two operations.</summary>
    public async Task<EntityList?> FindAsync(
        ProjectId project,
        string name,
        Func<Dataset, EntityView> view,
        CancellationToken cancellationToken
    ) =>
        await datasets.FindAsync(project, name, cancellationToken) is { } dataset
            ? await OfAsync(dataset, view(dataset), cancellationToken)
            : null;

    /// <summary>The view of a draft: its testers get all entities, as Central has it.</summary>
    public static EntityView OfDraft(Dataset dataset) => EntityView.All;

    /// <summary>
    /// The list for a view of the dataset. One operation. The hash of a view of one owner does not depend on entities of others.
    /// </summary>
    public async Task<EntityList> OfAsync(Dataset dataset, EntityView view, CancellationToken cancellationToken)
    {
        var stamp = view is { OfOwner: true, Owner: null } ? "" : await entities.ReadStampAsync(dataset, view.Owner, cancellationToken);
        var content = string.Create(
            CultureInfo.InvariantCulture,
            $"{dataset.Key} {dataset.Stamp} {stamp} {view.OfOwner} {view.Owner}{view.Text}"
        );
        return new EntityList(dataset, Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(content))), view);
    }

    /// <summary>
    /// The view of an actor. Without the right to list all entities it sees its own with <see cref="Dataset.OwnerOnly"/>, and those that
    /// fit its properties with <see cref="Dataset.AccessRules"/>.
    /// </summary>
    public static Func<Dataset, EntityView> ViewOf(Actor? actor) =>
        dataset =>
            actor.May(Verb.EntityList, Scope.Of(dataset.Project)) ? EntityView.All
            : dataset.OwnerOnly ? new EntityView(OfOwner: true, actor?.Id)
            : dataset.AccessRules.Count > 0 ? EntityView.Fitting(dataset, actor)
            : EntityView.All;

    /// <summary>Newest first, with deleted ones, after a place in the timeline. One operation per 1,000, or per page.</summary>
    public IAsyncEnumerable<DatasetEntity> ListAfterAsync(
        Dataset dataset,
        string? after,
        CancellationToken cancellationToken,
        int? pageSize = null
    ) => entities.ListAfterAsync(dataset, after, pageSize, cancellationToken);

    /// <summary>The same without their values. One operation per 1,000.</summary>
    public IAsyncEnumerable<EntityHead> ListHeadsAsync(Dataset dataset, CancellationToken cancellationToken) =>
        entities.ListHeadsAfterAsync(dataset, null, cancellationToken);

    /// <summary>The place of an entity in the timeline; null when there is none. One operation.</summary>
    public async Task<string?> FindPlaceAsync(Dataset dataset, EntityId id, CancellationToken cancellationToken) =>
        (await entities.FindPlaceAsync(dataset, id, cancellationToken))?.Place;

    /// <summary>The entity at a place; null when there is none. One operation.</summary>
    public Task<DatasetEntity?> FindAtAsync(Dataset dataset, string place, CancellationToken cancellationToken) =>
        entities.FindAtAsync(dataset, place, cancellationToken);

    /// <summary>When the dataset or one of its entities was changed last. One operation.</summary>
    public async Task<DateTimeOffset> FindLastChangeAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var changed = dataset.ChangedAt ?? dataset.CreatedAt;
        return await entities.FindLastChangeAsync(dataset, cancellationToken) is { } last && last > changed ? last : changed;
    }

    /// <summary>Newest first, without deleted entities. One operation per 1,000.</summary>
    public IAsyncEnumerable<DatasetEntity> ReadAsync(EntityList list, CancellationToken cancellationToken) =>
        entities.ListAsync(list.Dataset, null, cancellationToken).Where(entity => entity.DeletedAt is null && list.View.Takes(entity));

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
        var all =
            ids.Count == 0
                ? ReadAllStandingsAsync(dataset, view, cancellationToken)
                : FindStandingsAsync(dataset, view, ids, cancellationToken);
        await foreach (var standing in all)
        {
            yield return standing;
        }
    }

    private IAsyncEnumerable<EntityStanding> ReadAllStandingsAsync(Dataset dataset, EntityView view, CancellationToken cancellationToken)
    {
        var standings = entities.ListStandingsAsync(dataset, cancellationToken);
        return view.Values.Count == 0
            ? standings.Select(standing => view.TakesCreator(standing.Creator) ? standing : standing with { IsDeleted = true })
            : HideAsync(standings, dataset, view, cancellationToken);
    }

    // Values are in other rows than standings.
    private async IAsyncEnumerable<EntityStanding> HideAsync(
        IAsyncEnumerable<EntityStanding> standings,
        Dataset dataset,
        EntityView view,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var seen = await entities
            .ListAsync(dataset, null, cancellationToken)
            .Where(view.Takes)
            .Select(entity => entity.Id)
            .ToHashSetAsync(cancellationToken: cancellationToken);
        await foreach (var standing in standings.WithCancellation(cancellationToken))
        {
            yield return seen.Contains(standing.Id) ? standing : standing with { IsDeleted = true };
        }
    }

    private async IAsyncEnumerable<EntityStanding> FindStandingsAsync(
        Dataset dataset,
        EntityView view,
        IReadOnlyList<EntityId> ids,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var some in ids.Distinct().Chunk(MaxParallelReads))
        {
            foreach (var standing in await Task.WhenAll(some.Select(id => FindStandingAsync(dataset, view, id, cancellationToken))))
            {
                if (standing is not null)
                {
                    yield return standing;
                }
            }
        }
    }

    private async Task<EntityStanding?> FindStandingAsync(
        Dataset dataset,
        EntityView view,
        EntityId id,
        CancellationToken cancellationToken
    )
    {
        if (await entities.FindStandingAsync(dataset, id, cancellationToken) is not { } standing)
        {
            return null;
        }
        var isSeen =
            view.TakesCreator(standing.Creator)
            && (
                view.Values.Count == 0
                || standing.IsDeleted
                || (await entities.FindAsync(dataset, id, cancellationToken) is { } found && view.Takes(found.Entity))
            );
        return isSeen ? standing : standing with { IsDeleted = true };
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
        await foreach (var entity in ListHeadsAsync(dataset, cancellationToken))
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
