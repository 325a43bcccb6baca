using System.Runtime.CompilerServices;
using System.Text.Json;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Maintenance;

/// <summary>Datasets and their entities: what each says now, where it stands, and its versions.</summary>
public sealed class VerifyDatasets(DatasetsTable datasets, EntitiesTable entities)
{
    /// <summary>One operation per 1,000 rows, and three for each entity.</summary>
    internal async Task RunAsync(Verification verification, ProjectId project, CancellationToken cancellationToken)
    {
        var all = await datasets.ListAsync(project, cancellationToken);
        verification.Count("datasets", all.Count);
        await verification.OnceAsync(stop => FindLostAsync(project, stop), cancellationToken);
        foreach (var dataset in all)
        {
            var count = await verification.EachAsync(
                "entities",
                project,
                entities.ScanAsync(dataset, cancellationToken),
                (row, entity, stop) => CheckAsync(dataset, entity, row, stop),
                cancellationToken
            );
            await verification.EachAsync(
                "places of entities",
                project,
                entities.ScanPlacesAsync(dataset, cancellationToken),
                (row, one, stop) => CheckPlaceAsync(one.Place, row, stop),
                cancellationToken
            );
            if (count > 0)
            {
                await verification.OnceAsync(stop => CheckStampAsync(dataset, stop), cancellationToken);
            }

            async IAsyncEnumerable<Difference> CheckPlaceAsync(
                string place,
                StoredRow<(EntityStanding, string)> row,
                [EnumeratorCancellation] CancellationToken stop
            )
            {
                // Purged entities have a place without an entity.
                if (place.Length > 0 && await entities.FindAtAsync(dataset, place, stop) is null)
                {
                    yield return new Difference(
                        "entity-unlisted",
                        project,
                        row.ToString(),
                        $"there is no row {place}: it is on no list, and cannot be made again"
                    );
                }
            }
        }
    }

    private async IAsyncEnumerable<Difference> CheckAsync(
        Dataset dataset,
        DatasetEntity entity,
        StoredRow<DatasetEntity> row,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var (project, where) = (dataset.Project, $"{row} ({dataset.Name})");
        var place = await entities.FindPlaceAsync(dataset, entity.Id, cancellationToken);
        if (place is not var (standing, key))
        {
            yield return new Difference("entity-place", project, where, "nothing finds it by its id");
        }
        else if (key != row.Row || standing.Creator != entity.Creator || standing.IsDeleted != entity.DeletedAt is not null)
        {
            yield return new Difference(
                "entity-place",
                project,
                where,
                $"by its id it stands at {key}, {(standing.IsDeleted ? "deleted" : "not deleted")}, made by {standing.Creator}"
            );
        }
        var versions = await entities.ListVersionsAsync(dataset, entity.Id, cancellationToken);
        if (!versions.Select(version => version.Number).SequenceEqual(Enumerable.Range(1, entity.Current.Number)))
        {
            yield return new Difference(
                "entity-versions",
                project,
                where,
                $"it is at version {entity.Current.Number}, and has the versions "
                    + $"{string.Join(", ", versions.Select(version => version.Number))}"
            );
        }
        else if (Text(versions[^1]) != Text(entity.Current))
        {
            yield return new Difference(
                "entity-versions",
                project,
                where,
                $"it says something else than its version {entity.Current.Number}"
            );
        }
    }

    private static string Text(EntityVersion version) => JsonSerializer.Serialize(version with { Received = null });

    private async IAsyncEnumerable<Difference> CheckStampAsync(
        Dataset dataset,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if ((await entities.ReadStampAsync(dataset, null, cancellationToken)).Length == 0)
        {
            yield return new Difference(
                "entity-stamp",
                dataset.Project,
                $"entities {EntityKeys.Entities(dataset)} {EntityKeys.Head}",
                "there are entities, and no stamp that tells phones of them"
            );
        }
    }

    private async IAsyncEnumerable<Difference> FindLostAsync(
        ProjectId project,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var keys = await entities.ListDatasetKeysAsync(project, cancellationToken).ToListAsync(cancellationToken);
        var known = (await datasets.ListAsync(project, cancellationToken))
            .Concat(await datasets.ListTrashAsync(project, cancellationToken))
            .Select(dataset => dataset.Key)
            .ToHashSet();
        foreach (var key in keys.Where(key => !known.Contains(key)))
        {
            yield return new Difference(
                "dataset-missing",
                project,
                $"entities {EntityKeys.Entities(project, key)}",
                "there are entities, and no dataset that they are of"
            );
        }
    }
}
