using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Datasets;

/// <summary>The keys of the table `datasets`.</summary>
internal static class DatasetKeys
{
    public static string Project(ProjectId project) => TableKey.Number(project.Value);

    /// <summary>Equal for names that differ only in case, so that only one of them can exist.</summary>
    public static string Dataset(string name) => TableKey.Hash(name.ToLowerInvariant());

    public static string NewDataset() => Guid.NewGuid().ToString("N");

    public static string NewStamp() => Guid.NewGuid().ToString("N");
}
