using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Datasets;

/// <summary>Finds, creates and changes the datasets of a project.</summary>
public sealed class DatasetDirectory(DatasetsTable datasets, TimeProvider clock)
{
    // Each property is a column on phones, and all names are stored in one row.
    private const int MaxProperties = 1000;

    /// <summary>By name. One operation per 1,000.</summary>
    public Task<IReadOnlyList<Dataset>> ListAsync(ProjectId project, CancellationToken cancellationToken) =>
        datasets.ListAsync(project, cancellationToken);

    /// <summary>Those in the trash, by name. One operation per 1,000.</summary>
    public Task<IReadOnlyList<Dataset>> ListTrashAsync(ProjectId project, CancellationToken cancellationToken) =>
        datasets.ListTrashAsync(project, cancellationToken);

    /// <summary>The dataset with exactly this name, null when there is none. One operation.</summary>
    public async Task<Dataset?> FindAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        await datasets.FindSimilarAsync(project, name, cancellationToken) is { } found && found.Name == name ? found : null;

    /// <summary>Refuses an unknown dataset with 404.1. One operation.</summary>
    public async Task<Dataset> GetAsync(ProjectId project, string name, CancellationToken cancellationToken) =>
        await FindAsync(project, name, cancellationToken) ?? throw Problem.NotFound().AsException();

    /// <summary>
    /// Creates a dataset. Refuses an invalid name (400.8), an existing name (409.3), and one that differs from an existing name only in
    /// case (409.16).
    /// </summary>
    public async Task<Dataset> CreateAsync(ProjectId project, string? name, DatasetSettings settings, CancellationToken cancellationToken)
    {
        if (!DatasetNames.IsDataset(name))
        {
            throw Problem.UnexpectedValue("name", name, "this is not a valid dataset name.").AsException();
        }
        var dataset = settings.Apply(New(project, name!));
        if (!await datasets.AddAsync(dataset, cancellationToken))
        {
            var existing = await datasets.FindSimilarAsync(project, name!, cancellationToken);
            throw existing is null || existing.Name == name
                ? Problem.AlreadyExists(["name", "projectId"], [name!, project.ToString()], "datasets").AsException()
                : Problem.DatasetNameConflict(existing.Name, name!).AsException();
        }
        return dataset;
    }

    /// <summary>
    /// Changes settings. Refuses an unknown dataset with 404.1, and a rule about a property that the dataset lacks with 400.8.
    /// </summary>
    public async Task<Dataset> ChangeAsync(ProjectId project, string name, DatasetSettings settings, CancellationToken cancellationToken) =>
        await datasets.ChangeAsync(project, name, settings.Apply, cancellationToken) ?? throw Problem.NotFound().AsException();

    /// <summary>Notes that no waiting submission is left to be turned into an entity.</summary>
    internal Task EndConversionAsync(Dataset dataset, CancellationToken cancellationToken) =>
        datasets.ChangeAsync(
            dataset.Project,
            dataset.Name,
            current => current.Key == dataset.Key && current.Converts ? current with { Converts = false } : current,
            cancellationToken
        );

    /// <summary>Adds a property. Refuses an invalid name (400.8), and one that exists ignoring case (409.3).</summary>
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

    /// <summary>Moves a dataset to the trash. Refuses one that has changed since it was read with 404.1.</summary>
    internal async Task TrashAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        if (!await datasets.TrashAsync(dataset, clock.GetUtcNow(), cancellationToken))
        {
            throw Problem.NotFound().AsException();
        }
    }

    /// <summary>Moves a dataset back from the trash, from where it was just moved there.</summary>
    internal async Task RestoreAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var trashed = (await datasets.ListTrashAsync(dataset.Project, cancellationToken)).Single(other => other.Key == dataset.Key);
        await datasets.RestoreAsync(dataset.Project, trashed.TrashNumber!.Value, cancellationToken);
    }

    /// <summary>Removes a property and the rules about it.</summary>
    internal Task RemovePropertyAsync(Dataset dataset, string property, CancellationToken cancellationToken) =>
        datasets.ChangeAsync(
            dataset.Project,
            dataset.Name,
            current =>
                current with
                {
                    Properties = [.. current.Properties.Where(other => other.Name != property)],
                    AccessRules = [.. current.AccessRules.Where(rule => rule.DatasetProperty != property)],
                },
            cancellationToken
        );

    /// <summary>
    /// Creates the dataset and properties that a form declares, when the form is published; can be repeated. Refuses names that differ from
    /// existing ones only in case (409.16, 409.17). Returns true when this definition created the dataset.
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

    /// <summary>Refuses names that <see cref="PublishAsync"/> would refuse. One operation.</summary>
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

    // Returns the same instance when nothing is new, so that nothing is written.
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
