using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Forms;

/// <summary>
/// The effects of a form on the datasets of its project: it declares datasets, and its media slots are linked to datasets (OR-164 to
/// OR-176, OR-238 to OR-241).
/// </summary>
public sealed class PublishDatasets(DatasetDirectory datasets, FormMediaTable media)
{
    private const string Ending = ".csv";
    private const string ItemsetsFile = "itemsets.csv";

    /// <summary>The name of the dataset for a slot: the slot's name without `.csv` in any case.</summary>
    public static string DatasetOf(string slot) =>
        slot.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) ? slot[..^Ending.Length] : slot;

    /// <summary>Refuses a slot without a dataset of its name with 404.1. One operation.</summary>
    internal Task<Dataset> OfSlotAsync(ProjectId project, string slot, CancellationToken cancellationToken) =>
        datasets.GetAsync(project, DatasetOf(slot), cancellationToken);

    /// <summary>
    /// Refuses datasets and properties whose names differ from existing ones only in case (409.16, 409.17). One operation per declared
    /// dataset.
    /// </summary>
    internal async Task RequireNamesAsync(ProjectId project, XForm xform, CancellationToken cancellationToken)
    {
        foreach (var (dataset, properties) in Declared(xform.FormEntities))
        {
            await datasets.RequireNamesAsync(project, dataset, properties, cancellationToken);
        }
    }

    /// <summary>Links the slots of a new form whose name is exactly a dataset's (OR-179). One operation when there can be one.</summary>
    internal async Task<IEnumerable<FormMedia>> LinkNewAsync(
        ProjectId project,
        IReadOnlyList<MediaSlot> slots,
        CancellationToken cancellationToken
    )
    {
        var known = slots.Any(slot => MayBeLinked(slot.Name, slot.Type))
            ? (await datasets.ListAsync(project, cancellationToken)).Select(dataset => dataset.Name + Ending).ToHashSet()
            : [];
        return slots.Select(slot => new FormMedia(slot.Name, slot.Type)
        {
            Dataset = MayBeLinked(slot.Name, slot.Type) && known.Contains(slot.Name) ? DatasetOf(slot.Name) : null,
        });
    }

    /// <summary>
    /// Before a definition is published: creates the datasets and properties that it declares, and links its empty slots to datasets that
    /// it created. Can be repeated when publication was interrupted. Returns the definition with all linked datasets.
    /// </summary>
    internal async Task<FormDefinition> RunAsync(ProjectId project, FormDefinition definition, CancellationToken cancellationToken)
    {
        var fresh = new HashSet<string>();
        foreach (var (dataset, properties) in Declared(definition.Entities))
        {
            if (await datasets.PublishAsync(project, dataset, properties, definition.Key, cancellationToken))
            {
                fresh.Add(dataset + Ending);
            }
        }
        var linked = new List<string>();
        foreach (var slot in definition.ExpectsMedia ? await media.ListAsync(project, definition.Key, cancellationToken) : [])
        {
            var dataset = slot.Dataset;
            if (!slot.Exists && MayBeLinked(slot.Name, slot.Type) && fresh.Contains(slot.Name))
            {
                dataset = DatasetOf(slot.Name);
                await media.ReplaceAsync(project, definition.Key, slot with { Dataset = dataset }, cancellationToken);
            }
            if (dataset is not null)
            {
                linked.Add(dataset);
            }
        }
        return definition with { LinkedDatasets = linked };
    }

    private static bool MayBeLinked(string slot, string type) =>
        type == MediaSlotType.File && slot != ItemsetsFile && slot.EndsWith(Ending, StringComparison.Ordinal);

    private static IEnumerable<(string Dataset, IReadOnlyList<string> Properties)> Declared(IReadOnlyList<FormEntity> entities) =>
        from entity in entities
        group entity by entity.Dataset into declared
        select (declared.Key, (IReadOnlyList<string>)[.. declared.SelectMany(entity => entity.Fields).Select(field => field.Property)]);
}
