using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Entities;

/// <summary>Deletes datasets and properties that nothing uses.</summary>
public sealed class DeleteDataset(DatasetDirectory datasets, DatasetForms forms, EntitiesTable entities)
{
    private const int MaxNamed = 10;

    /// <summary>Moves a dataset to the trash for 30 days. Refuses one that a form or draft uses with 409.21.</summary>
    public async Task RunAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        await RequireUnusedAsync(dataset, cancellationToken);
        await datasets.TrashAsync(dataset, cancellationToken);
        try
        {
            // A form that was uploaded meanwhile may have found the dataset.
            await RequireUnusedAsync(dataset, CancellationToken.None);
        }
        catch (ProblemException)
        {
            await datasets.RestoreAsync(dataset, CancellationToken.None);
            throw;
        }
    }

    /// <summary>
    /// Removes a property. Refuses an unknown one with 404.1, and one that a form fills or an entity has a value of with 409.22. One
    /// operation per 1,000 entities.
    /// </summary>
    public async Task RemovePropertyAsync(Dataset dataset, string property, CancellationToken cancellationToken)
    {
        if (dataset.Properties.All(other => other.Name != property))
        {
            throw Problem.NotFound().AsException();
        }
        var filling = (await forms.FindAsync(dataset, cancellationToken)).Sources.Where(form => form.Saves(dataset, property)).ToList();
        var (count, named) = (0, new List<object>());
        await foreach (var entity in entities.ListAsync(dataset, null, cancellationToken))
        {
            if (entity.DeletedAt is null && entity.Current.Data.GetValueOrDefault(property, "").Length > 0)
            {
                count++;
                if (named.Count < MaxNamed)
                {
                    named.Add(new { uuid = entity.Id.Value, label = entity.Current.Label });
                }
            }
        }
        if (filling.Count > 0 || count > 0)
        {
            throw Problem.PropertyInUse(property, Prerequisites(filling, count, named)).AsException();
        }
        await datasets.RemovePropertyAsync(dataset, property, cancellationToken);
    }

    private static Dictionary<string, object> Prerequisites(List<DatasetForm> filling, int count, List<object> named)
    {
        var prerequisites = new Dictionary<string, object>();
        if (filling.Count > 0)
        {
            prerequisites["dependentForms"] = new
            {
                message = "Forms save answers to the property.",
                details = new { forms = filling.Select(NameOf) },
            };
        }
        if (count > 0)
        {
            prerequisites["nonEmptyEntities"] = new
            {
                message = "Entities have values of the property.",
                details = new { totalCount = count, entities = named },
            };
        }
        return prerequisites;
    }

    private async Task RequireUnusedAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var uses = await forms.FindAsync(dataset, cancellationToken);
        if (uses.Any)
        {
            throw Problem
                .DatasetInUse(
                    new
                    {
                        sourceForms = uses.Sources.Select(NameOf),
                        linkedForms = uses.Linked.Select(NameOf),
                        draftSourceForms = uses.DraftSources.Select(NameOf),
                        draftLinkedForms = uses.DraftLinked.Select(NameOf),
                    }
                )
                .AsException();
        }
    }

    private static object NameOf(DatasetForm form) =>
        new { xmlFormId = form.Form.Id.Value, name = form.Definition.Title ?? form.Form.Id.Value };
}
