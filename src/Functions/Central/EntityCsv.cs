using ServerlessRosa.Core;
using ServerlessRosa.Core.Accounts;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Functions.Central;

/// <summary>The file of a dataset that people export: values, and who created and changed each entity.</summary>
public sealed class EntityCsv(EntityLists entities, ActorNames names)
{
    public EntityCsvResult Of(HttpRequest request, string name, EntityList list, EntitySelection selection) =>
        new(
            name,
            list,
            entities,
            ["__id", "label"],
            entity => [entity.Id.Value, entity.Current.Label],
            ["__createdAt", "__creatorId", "__creatorName", "__updates", "__updatedAt", "__version"],
            entity => SystemAsync(list.Dataset.Project, entity, request.HttpContext.RequestAborted)
        )
        {
            Selection = selection,
        };

    private async ValueTask<IEnumerable<string>> SystemAsync(ProjectId project, DatasetEntity entity, CancellationToken cancellationToken)
    {
        var creator = entity.Creator is { } id ? await names.FindAsync(project, id, cancellationToken) : null;
        return
        [
            Timestamps.Format(entity.CreatedAt),
            entity.Creator?.ToString() ?? "",
            creator?.DisplayName ?? "",
            EntityCsvResult.Number(entity.Current.Number - 1),
            entity.UpdatedAt is { } updatedAt ? Timestamps.Format(updatedAt) : "",
            EntityCsvResult.Number(entity.Current.Number),
        ];
    }
}
