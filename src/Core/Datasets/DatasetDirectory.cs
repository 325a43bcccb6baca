using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Datasets;

/// <summary>The datasets of a project: finds, makes and changes them.</summary>
public sealed class DatasetDirectory(DatasetsTable datasets, TimeProvider clock)
{
    // Phones keep a column for each, and a row of a table holds their names.
    private const int MaxProperties = 1000;

    /// <summary>By name. One operation per 1,000.</summary>
    public Task<IReadOnlyList<Dataset>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        datasets.ListAsync(project, cancellationToken);

    /// <summary>Null when there is none, or one whose name is written otherwise. One operation.</summary>
    public async Task<Dataset?> FindAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        await datasets.FindSimilarAsync(project, name, cancellationToken) is { } found && found.Name == name ? found : null;

    /// <summary>Refuses an unknown dataset with 404.1. One operation.</summary>
    public async Task<Dataset> GetAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        await FindAsync(project, name, cancellationToken) ?? throw Problem.NotFound().AsException();

    /// <summary>Refuses what is no name (400.8), one that is there (409.3), and one that differs from another by case only
    /// (409.16).</summary>
    public async Task<Dataset> CreateAsync(
        ProjectId project,
        string? name,
        bool approvalRequired,
        bool ownerOnly,
        CancellationToken cancellationToken
    )
    {
        if (!DatasetNames.IsDataset(name))
        {
            throw Problem.UnexpectedValue("name", name, "this is not a valid dataset name.").AsException();
        }
        var dataset = New(project, name!) with { ApprovalRequired = approvalRequired, OwnerOnly = ownerOnly };
        if (!await datasets.AddAsync(dataset, cancellationToken))
        {
            var existing = await datasets.FindSimilarAsync(project, name!, cancellationToken);
            throw existing is null || existing.Name == name
                ? Problem.AlreadyExists(["name", "projectId"], [name!, project.ToString()], "datasets").AsException()
                : Problem.DatasetNameConflict(existing.Name, name!).AsException();
        }
        return dataset;
    }

    /// <summary>Null leaves a setting as it is. Refuses an unknown dataset with 404.1.</summary>
    public async Task<Dataset> ChangeAsync(
        ProjectId project,
        string name,
        bool? approvalRequired,
        bool? ownerOnly,
        CancellationToken cancellationToken
    ) =>
        await datasets.ChangeAsync(
            project,
            name,
            dataset =>
                dataset with
                {
                    ApprovalRequired = approvalRequired ?? dataset.ApprovalRequired,
                    OwnerOnly = ownerOnly ?? dataset.OwnerOnly,
                },
            cancellationToken
        ) ?? throw Problem.NotFound().AsException();

    /// <summary>Refuses what is no name (400.8), and one that is there, however it is written (409.3).</summary>
    public async Task AddPropertyAsync(ProjectId project, string name, string? property, CancellationToken cancellationToken)
    {
        if (!DatasetNames.IsProperty(property))
        {
            throw Problem.UnexpectedValue("name", property, "this is not a valid property name.").AsException();
        }
        await datasets.ChangeAsync(
            project,
            name,
            dataset =>
                dataset.FindSimilar(property!) is { } existing
                    ? throw Problem.AlreadyExists(["name", "datasetId"], [existing.Name, dataset.Name], "ds_properties").AsException()
                    : With(dataset, [property!]),
            cancellationToken
        );
    }

    /// <summary>
    /// Makes sure that the dataset and its properties are there, as a form that is published declares them; again is harmless. Refuses
    /// a name that differs from another by case only (409.16, 409.17). True when the dataset came with this definition.
    /// </summary>
    internal async Task<bool> PublishAsync(
        ProjectId project,
        string name,
        IReadOnlyList<string> properties,
        string definition,
        CancellationToken cancellationToken
    )
    {
        var fresh = With(New(project, name) with { PublishedBy = definition }, properties);
        if (await datasets.AddAsync(fresh, cancellationToken))
        {
            return true;
        }
        var published =
            await datasets.ChangeAsync(project, name, dataset => With(Requiring(dataset, name), properties), cancellationToken)
            ?? throw new InvalidOperationException($"The dataset {name} of project {project} was there and is gone.");
        return published.PublishedBy == definition;
    }

    /// <summary>Refuses what <see cref="PublishAsync"/> would refuse. One operation.</summary>
    internal async Task RequireNamesAsync(
        ProjectId project,
        string name,
        IReadOnlyList<string> properties,
        CancellationToken cancellationToken
    ) =>
        With(
            await datasets.FindSimilarAsync(project, name, cancellationToken) is { } existing
                ? Requiring(existing, name)
                : New(project, name),
            properties
        );

    private Dataset New(ProjectId project, string name) =>
        new(project, DatasetKeys.NewDataset(), name, clock.GetUtcNow()) { Stamp = DatasetKeys.NewStamp() };

    private static Dataset Requiring(Dataset dataset, string name) =>
        dataset.Name == name ? dataset : throw Problem.DatasetNameConflict(dataset.Name, name).AsException();

    // Nothing new leaves the very same dataset, so that nothing is written.
    private Dataset With(Dataset dataset, IReadOnlyList<string> properties)
    {
        var known = dataset.Properties.ToDictionary(property => property.Name, property => property.Name, StringComparer.OrdinalIgnoreCase);
        var added = new List<DatasetProperty>();
        foreach (var property in properties)
        {
            if (known.TryAdd(property, property))
            {
                added.Add(new DatasetProperty(property, clock.GetUtcNow()));
            }
            else if (known[property] != property)
            {
                throw Problem.PropertyNameConflict(known[property], property).AsException();
            }
        }
        if (dataset.Properties.Count + added.Count > MaxProperties)
        {
            throw Problem.UnexpectedValue("property", added[^1].Name, $"a dataset has {MaxProperties} properties at most.").AsException();
        }
        return added.Count == 0 ? dataset : dataset with { Properties = [.. dataset.Properties, .. added] };
    }
}
