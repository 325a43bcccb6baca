using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Audits;
using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Projects;

namespace ServerlessRosa.Core.Entities;

/// <summary>
/// Removes entities and datasets that have been in the trash for 30 days. The id of an entity stays, so that phones learn of the deletion.
/// </summary>
public sealed class PurgeEntities(
    ProjectsTable projects,
    DatasetsTable datasets,
    EntitiesTable entities,
    AuditLog audits,
    TimeProvider clock
)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>One operation per page of the table `entities`, one per project, and those of the deletions.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow() - Kept;
        var purged = new Dictionary<ProjectId, List<string>>();
        await foreach (var entity in entities.ListDeletedBeforeAsync(before, cancellationToken))
        {
            if (await entities.PurgeAsync(entity, cancellationToken))
            {
                var project = EntityKeys.ProjectOf(entity.Partition);
                purged.TryAdd(project, []);
                purged[project].Add(entity.Id.Value);
            }
        }
        foreach (var (project, ids) in purged)
        {
            await audits.WriteAsync(null, "entity.purge", Scope.Of(project), new { entityUuids = ids }, cancellationToken);
        }
        foreach (var project in await projects.ListAsync(cancellationToken))
        {
            foreach (var dataset in await datasets.ListTrashAsync(project.Id, cancellationToken))
            {
                if (dataset.DeletedAt < before)
                {
                    await entities.PurgeAsync(dataset, cancellationToken);
                    await datasets.RemoveTrashedAsync(dataset, cancellationToken);
                    await audits.WriteAsync(null, "dataset.purge", Scope.Of(project.Id), new { dataset = dataset.Name }, cancellationToken);
                }
            }
        }
    }
}
