using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;

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

    /// <summary>
    /// Which entities users without the right to list all of them get: those whose properties all equal the user's own. Empty for no such
    /// rule; never together with <see cref="OwnerOnly"/>.
    /// </summary>
    public IReadOnlyList<AccessRule> AccessRules { get; init; } = [];

    /// <summary>Whether submissions that waited for approval are being turned into entities, since it is no longer required.</summary>
    public bool Converts { get; init; }

    /// <summary>When it was moved to the trash; null when it is not in the trash.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Its number in the trash of the project.</summary>
    public int? TrashNumber { get; init; }

    /// <summary>When the row was written last; null for a new one.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

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

/// <summary>Users get the entities whose dataset property equals their own actor property.</summary>
public sealed record AccessRule(string DatasetProperty, string ActorProperty);

/// <summary>A change of a dataset's settings; null keeps a value.</summary>
public sealed record DatasetSettings(bool? ApprovalRequired, bool? OwnerOnly, IReadOnlyList<AccessRule>? AccessRules)
{
    /// <summary>Whether submissions that wait become entities when approval is no longer required.</summary>
    public bool Converts { get; init; }

    internal Dataset Apply(Dataset dataset)
    {
        var approvalRequired = ApprovalRequired ?? dataset.ApprovalRequired;
        foreach (var rule in AccessRules ?? [])
        {
            if (dataset.Properties.All(property => property.Name != rule.DatasetProperty))
            {
                throw Problem
                    .UnexpectedValue("accessFilter.rules", rule.DatasetProperty, "the dataset has no such property.")
                    .AsException();
            }
        }
        return dataset with
        {
            ApprovalRequired = approvalRequired,
            OwnerOnly = OwnerOnly ?? dataset.OwnerOnly,
            AccessRules = AccessRules ?? (OwnerOnly == true ? [] : dataset.AccessRules),
            Converts = !approvalRequired && (Converts || dataset.Converts),
        };
    }
}
