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
    public static Dictionary<string, object?> Dataset(Dataset dataset)
    {
        var shape = new Dictionary<string, object?>
        {
            ["name"] = dataset.Name,
            ["createdAt"] = dataset.CreatedAt,
            ["projectId"] = dataset.Project.Value,
            ["approvalRequired"] = dataset.ApprovalRequired,
            ["ownerOnly"] = dataset.OwnerOnly,
            ["accessFilter"] = DatasetBody.FilterOf(dataset),
            ["deletedAt"] = dataset.DeletedAt,
        };
        if (dataset.TrashNumber is { } number)
        {
            shape["id"] = number;
        }
        return shape;
    }

    /// <summary>With what `X-Extended-Metadata` asks for: reads all entities of the dataset, 1,000 per operation, to count them.</summary>
    public async Task<Dictionary<string, object?>> DatasetAsync(HttpRequest request, Dataset dataset) =>
        ExtendedMetadata.IsWanted(request) ? await ExtendedAsync(dataset, request.HttpContext.RequestAborted) : Dataset(dataset);

    /// <summary>The extended metadata, independent of the request header.</summary>
    public async Task<Dictionary<string, object?>> ExtendedAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var (count, conflicts, newest) = await entities.CountAsync(dataset, cancellationToken);
        return new(Dataset(dataset))
        {
            ["entities"] = count,
            ["lastEntity"] = newest,
            ["conflicts"] = conflicts,
        };
    }

    /// <summary>With its properties, the forms that fill it and those that phones get it with. One operation, and those of
    /// <see cref="DatasetForms"/>.</summary>
    public async Task<Dictionary<string, object?>> DetailsAsync(HttpRequest request, Dataset dataset)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var shape = await DatasetAsync(request, dataset);
        var uses = await forms.FindAsync(dataset, cancellationToken);
        shape["lastUpdate"] = await entities.FindLastChangeAsync(dataset, cancellationToken);
        var names = EntityRowWriter.NamesOf(dataset).ToDictionary(name => name.Property, name => name.Name);
        shape["properties"] = dataset.Properties.Select(property => new
        {
            name = property.Name,
            odataName = names.GetValueOrDefault(property.Name),
            publishedAt = property.PublishedAt,
            forms = uses.Sources.Where(form => form.Saves(dataset, property.Name)).Select(FormName),
        });
        shape["linkedForms"] = uses.Linked.Select(FormName);
        shape["sourceForms"] = uses.Sources.Select(FormName);
        shape["draftLinkedForms"] = uses.DraftLinked.Select(FormName);
        shape["draftSourceForms"] = uses.DraftSources.Select(FormName);
        return shape;
    }

    public static object FormName(DatasetForm form) =>
        new { xmlFormId = form.Form.Id.Value, name = form.Definition.Title ?? form.Form.Id.Value };
}
