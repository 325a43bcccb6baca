using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Datasets;

/// <summary>The keys of the table `datasets`.</summary>
internal static class DatasetKeys
{
    public static string Project(ProjectId project) => TableKey.Number(project.Value);

    /// <summary>The same for names that differ by case only, so that no two of them can be there.</summary>
    public static string Dataset(string name) => TableKey.Hash(name.ToLowerInvariant());

    public static string NewDataset() => Guid.NewGuid().ToString("N");

    public static string NewStamp() => Guid.NewGuid().ToString("N");
}
