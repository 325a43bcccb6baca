using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Datasets;

/// <summary>
/// A dataset: a list of entities (people, trees, wells) that forms create and update, and that phones download as a CSV file (OR-136 to
/// OR-142, OR-238 to OR-241). <see cref="Key"/> identifies it in storage. Its name never changes, and is unique in the project ignoring
/// case.
/// </summary>
public sealed record Dataset(ProjectId Project, string Key, string Name, DateTimeOffset CreatedAt)
{
    /// <summary>Whether a submission creates its entity only after it is approved.</summary>
    public bool ApprovalRequired { get; init; }

    /// <summary>Whether users without the right to list all entities get only those that they created.</summary>
    public bool OwnerOnly { get; init; }

    /// <summary>By time of publication, then in the order of the form that declared them.</summary>
    public IReadOnlyList<DatasetProperty> Properties { get; init; } = [];

    /// <summary>The form definition that declared the dataset first; null when it was created through the management API.</summary>
    public string? PublishedBy { get; init; }

    /// <summary>A random value that changes with the dataset, so that phones download it again when a column is added.</summary>
    public string Stamp { get; init; } = "";

    /// <summary>The property with this name, ignoring case; null when there is none.</summary>
    public DatasetProperty? FindSimilar(string property) =>
        Properties.FirstOrDefault(known => known.Name.Equals(property, StringComparison.OrdinalIgnoreCase));
}

public sealed record DatasetProperty(string Name, DateTimeOffset PublishedAt);
