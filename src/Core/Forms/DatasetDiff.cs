using ServerlessRosa.Core.Datasets;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Forms;

/// <summary>A property of a dataset beside a form: whether the form would create it, and whether it saves to it.</summary>
public sealed record PropertyDiff(string Name, bool IsNew, bool InForm);

/// <summary>A dataset that a form fills, with all its properties: those that the form does not save to come first.</summary>
public sealed record DatasetDifference(string Name, bool IsNew, IReadOnlyList<PropertyDiff> Properties);

/// <summary>Compares what a definition declares with the datasets that there are.</summary>
public sealed class DatasetDiff(DatasetDirectory datasets)
{
    /// <summary>One operation for each dataset.</summary>
    public async Task<IReadOnlyList<DatasetDifference>> RunAsync(
        ProjectId project,
        FormDefinition definition,
        CancellationToken cancellationToken
    )
    {
        var differences = new List<DatasetDifference>();
        foreach (var declared in definition.Entities.GroupBy(entity => entity.Dataset))
        {
            var dataset = await datasets.FindAsync(project, declared.Key, cancellationToken);
            var known = (dataset?.Properties ?? []).Select(property => property.Name).ToList();
            var saved = declared.SelectMany(entity => entity.Fields).Select(field => field.Property).Distinct().ToList();
            differences.Add(
                new DatasetDifference(
                    declared.Key,
                    dataset is null,
                    [
                        .. known.Except(saved).Select(name => new PropertyDiff(name, IsNew: false, InForm: false)),
                        .. saved.Select(name => new PropertyDiff(name, IsNew: !known.Contains(name), InForm: true)),
                    ]
                )
            );
        }
        return differences;
    }
}
