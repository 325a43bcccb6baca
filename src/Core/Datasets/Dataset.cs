using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Datasets;

/// <summary>
/// A dataset: a list of entities (people, trees, wells) that forms fill and that phones get as a file (OR-136 to OR-142, OR-238 to
/// OR-241). <see cref="Key"/> names its entities in storage; its name never changes, and no other dataset of the project has it, however
/// it is written.
/// </summary>
public sealed record Dataset(ProjectId Project, string Key, string Name, DateTimeOffset CreatedAt)
{
    /// <summary>A submission creates its entity only when it is approved.</summary>
    public bool ApprovalRequired { get; init; }

    /// <summary>Whoever may not list all entities gets those only that they made themselves.</summary>
    public bool OwnerOnly { get; init; }

    /// <summary>By the time of publication, then in the order of the form that brought them.</summary>
    public IReadOnlyList<DatasetProperty> Properties { get; init; } = [];

    /// <summary>The form definition that brought the dataset; null when it was made through the management API.</summary>
    public string? PublishedBy { get; init; }

    /// <summary>Another one after each change, so that phones learn of new columns.</summary>
    public string Stamp { get; init; } = "";

    /// <summary>The property of this name, however it is written; null when there is none.</summary>
    public DatasetProperty? FindSimilar(string property) =>
        Properties.FirstOrDefault(known => known.Name.Equals(property, StringComparison.OrdinalIgnoreCase));
}

public sealed record DatasetProperty(string Name, DateTimeOffset PublishedAt);
