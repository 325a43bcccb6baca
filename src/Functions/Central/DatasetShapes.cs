using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Entities;
using ServerlessRosa.Core.Exports;
using ServerlessRosa.Core.Forms;
using ServerlessRosa.Functions.Pipeline;

namespace ServerlessRosa.Functions.Central;

/// <summary>Datasets as the management API's JSON.</summary>
public sealed class DatasetShapes(EntityLists entities, FormDirectory forms)
{
    public static Dictionary<string, object?> Dataset(Dataset dataset) =>
        new()
        {
            ["name"] = dataset.Name,
            ["createdAt"] = dataset.CreatedAt,
            ["projectId"] = dataset.Project.Value,
            ["approvalRequired"] = dataset.ApprovalRequired,
            ["ownerOnly"] = dataset.OwnerOnly,
        };

    /// <summary>With what `X-Extended-Metadata` asks for: reads all entities of the dataset, 1,000 per operation, to count them.</summary>
    public async Task<Dictionary<string, object?>> DatasetAsync(HttpRequest request, Dataset dataset) =>
        ExtendedMetadata.IsWanted(request) ? await ExtendedAsync(dataset, request.HttpContext.RequestAborted) : Dataset(dataset);

    /// <summary>The same, whatever the header says.</summary>
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

    /// <summary>With its properties, the forms that fill it and those that phones get it with. One operation for the forms.</summary>
    public async Task<Dictionary<string, object?>> DetailsAsync(HttpRequest request, Dataset dataset)
    {
        var shape = await DatasetAsync(request, dataset);
        var published = (await forms.FindListAsync(dataset.Project, request.HttpContext.RequestAborted) ?? [])
            .Where(form => form.Published is not null)
            .Select(form => (Form: form, Definition: form.Published!))
            .ToList();
        shape["properties"] = dataset.Properties.Select(property => new
        {
            name = property.Name,
            odataName = ODataName.Of(property.Name),
            publishedAt = property.PublishedAt,
            forms = published
                .Where(form => Fills(form.Definition, dataset).Any(entity => entity.Fields.Any(field => field.Property == property.Name)))
                .Select(FormName),
        });
        shape["linkedForms"] = published.Where(form => form.Definition.LinkedDatasets.Contains(dataset.Name)).Select(FormName);
        shape["sourceForms"] = published.Where(form => Fills(form.Definition, dataset).Any()).Select(FormName);
        return shape;
    }

    private static IEnumerable<FormEntity> Fills(FormDefinition definition, Dataset dataset) =>
        definition.Entities.Where(entity => entity.Dataset == dataset.Name);

    private static object FormName((Form Form, FormDefinition Definition) form) =>
        new { xmlFormId = form.Form.Id.Value, name = form.Definition.Title ?? form.Form.Id.Value };
}
