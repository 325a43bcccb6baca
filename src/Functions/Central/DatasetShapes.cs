using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Datasets as the management API's JSON.</summary>
public sealed class DatasetShapes(EntityLists entities, DatasetForms forms)
{
    /// <summary>For a dataset in the trash, with its number there.</summary>
    public static DatasetAnswer Dataset(Dataset dataset) =>
        new()
        {
            Name = dataset.Name,
            CreatedAt = dataset.CreatedAt,
            ProjectId = dataset.Project.Value,
            ApprovalRequired = dataset.ApprovalRequired,
            OwnerOnly = dataset.OwnerOnly,
            AccessFilter = DatasetBody.FilterOf(dataset),
            DeletedAt = dataset.DeletedAt,
            Id = dataset.TrashNumber,
        };

    /// <summary>With what `X-Extended-Metadata` asks for: reads all entities of the dataset, 1,000 per operation, to count them.</summary>
    public async Task<DatasetAnswer> DatasetAsync(HttpRequest request, Dataset dataset) =>
        ExtendedMetadata.IsWanted(request) ? await ExtendedAsync(dataset, request.HttpContext.RequestAborted) : Dataset(dataset);

    /// <summary>The extended metadata, independent of the request header.</summary>
    public async Task<DatasetAnswer> ExtendedAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var (count, conflicts, newest) = await entities.CountAsync(dataset, cancellationToken);
        return Dataset(dataset) with { Entities = count, LastEntity = newest, Conflicts = conflicts };
    }

    /// <summary>With its properties, the forms that fill it and those that phones get it with. One operation, and those of
    /// <see cref="DatasetForms"/>.</summary>
    public async Task<DatasetAnswer> DetailsAsync(HttpRequest request, Dataset dataset)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var shape = await DatasetAsync(request, dataset);
        var uses = await forms.FindAsync(dataset, cancellationToken);
        var names = EntityRowWriter.NamesOf(dataset).ToDictionary(name => name.Property, name => name.Name);
        return shape with
        {
            LastUpdate = await entities.FindLastChangeAsync(dataset, cancellationToken),
            Properties = dataset.Properties.Select(property => new DatasetPropertyAnswer(
                property.Name,
                names.GetValueOrDefault(property.Name),
                property.PublishedAt,
                uses.Sources.Where(form => form.Saves(dataset, property.Name)).Select(FormName)
            )),
            LinkedForms = uses.Linked.Select(FormName),
            SourceForms = uses.Sources.Select(FormName),
            DraftLinkedForms = uses.DraftLinked.Select(FormName),
            DraftSourceForms = uses.DraftSources.Select(FormName),
        };
    }

    public static FormNameAnswer FormName(DatasetForm form) => new(form.Form.Id.Value, form.Definition.Title ?? form.Form.Id.Value);
}
