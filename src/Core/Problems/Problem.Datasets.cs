using System.Globalization;

namespace ServerlessRosa.Core.Problems;

/// <summary>Refusals that concern datasets and entities.</summary>
public sealed partial record Problem
{
    public static Problem InvalidEntityForm(string reason) =>
        new(400.25m, $"The entity definition within the form is invalid: {reason}", new { reason });

    public static Problem DatasetLinkNotAllowed(string type) =>
        new(400.26m, $"Only a slot of the type file can be linked to a dataset; this one's type is {type}.", new { type });

    public static Problem InvalidEntity(string reason) => new(400.28m, $"The entity is invalid: {reason}", new { reason });

    public static Problem EntityActionNotPermitted(string action, string dataset) =>
        new(403.2m, $"The form does not permit the action {action} on entities of the dataset {dataset}.", new { action, dataset });

    public static Problem DatasetNotFound(string dataset) =>
        new(404.7m, $"The dataset {dataset} does not exist.", new { datasetName = dataset });

    public static Problem EntityNotFound(string dataset, string id) =>
        new(404.8m, $"The dataset {dataset} has no entity {id}.", new { entityUuid = id, datasetName = dataset });

    public static Problem EntityVersionNotFound(string dataset, string id, string version) =>
        new(
            404.9m,
            $"The entity {id} of the dataset {dataset} has no version {version}.",
            new
            {
                baseVersion = version,
                entityUuid = id,
                datasetName = dataset,
            }
        );

    public static Problem EntityDeleted(string id) => new(404.11m, $"The entity {id} has been deleted.", new { entityUuid = id });

    public static Problem EntityVersionConflict(int current, int? provided) =>
        new(
            409.15m,
            $"The entity has version {current.ToString(CultureInfo.InvariantCulture)}; read it again, or say ?force=true to overwrite it.",
            new { current, provided }
        );

    public static Problem DatasetNameConflict(string current, string provided) =>
        new(409.16m, $"There is a dataset {current}, and {provided} differs from it by case only.", new { current, provided });

    public static Problem PropertyNameConflict(string current, string provided) =>
        new(409.17m, $"The dataset has a property {current}, and {provided} differs from it by case only.", new { current, provided });

    public static Problem DatasetInUse(object forms) => new(409.21m, "Forms or drafts use the dataset, so it cannot be deleted.", forms);

    public static Problem PropertyInUse(string property, object prerequisites) =>
        new(
            409.22m,
            $"The property {property} cannot be deleted, since forms or entities use it.",
            new { propertyName = property, prerequisites }
        );

    public static Problem EntityInTrash(string id) =>
        new(409.19m, $"An entity with the id {id} has been deleted; restore it, or take another id.", new { entityUuids = new[] { id } });
}
