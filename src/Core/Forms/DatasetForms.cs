using ServerlessRosa.Core.Datasets;

namespace ServerlessRosa.Core.Forms;

/// <summary>A form and the definition of it that uses a dataset.</summary>
public sealed record DatasetForm(Form Form, FormDefinition Definition)
{
    /// <summary>The declarations of entities of the dataset.</summary>
    public IEnumerable<FormEntity> EntitiesOf(Dataset dataset) => Definition.Entities.Where(entity => entity.Dataset == dataset.Name);

    /// <summary>Whether a field is saved to the property.</summary>
    public bool Saves(Dataset dataset, string property) =>
        EntitiesOf(dataset).Any(entity => entity.Fields.Any(field => field.Property == property));
}

/// <summary>The forms that fill a dataset (sources) and those that phones get it with (linked), published and as drafts.</summary>
public sealed record DatasetUses(
    IReadOnlyList<DatasetForm> Sources,
    IReadOnlyList<DatasetForm> Linked,
    IReadOnlyList<DatasetForm> DraftSources,
    IReadOnlyList<DatasetForm> DraftLinked
)
{
    public bool Any => Sources.Count + Linked.Count + DraftSources.Count + DraftLinked.Count > 0;
}

/// <summary>Finds the forms of a project that use a dataset.</summary>
public sealed class DatasetForms(FormDirectory forms)
{
    /// <summary>One operation, or two where the list of forms is not cached, and one for each draft with media.</summary>
    public async Task<DatasetUses> FindAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var all = await forms.FindListAsync(dataset.Project, cancellationToken) ?? [];
        var published = all.Where(form => form.Published is not null).Select(form => new DatasetForm(form, form.Published!)).ToList();
        var drafts = all.Where(form => form.Draft is not null).Select(form => new DatasetForm(form, form.Draft!.Definition)).ToList();
        var linked = new List<DatasetForm>();
        foreach (var draft in drafts)
        {
            var media = await forms.ListMediaAsync(dataset.Project, draft.Definition, cancellationToken);
            if (media.Any(slot => slot.Dataset == dataset.Name))
            {
                linked.Add(draft);
            }
        }
        return new DatasetUses(
            [.. published.Where(form => form.EntitiesOf(dataset).Any())],
            [.. published.Where(form => form.Definition.LinkedDatasets.Contains(dataset.Name))],
            [.. drafts.Where(form => form.EntitiesOf(dataset).Any())],
            linked
        );
    }
}
