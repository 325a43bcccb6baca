using System.Globalization;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Datasets;

/// <summary>The keys of the table `datasets`.</summary>
internal static class DatasetKeys
{
    public static string Project(ProjectId project) => TableKey.Number(project.Value);

    public static ProjectId ProjectOf(string partition) => new(int.Parse(partition, CultureInfo.InvariantCulture));

    /// <summary>Equal for names that differ only in case, so that only one of them can exist.</summary>
    public static string Dataset(string name) => TableKey.Hash(name.ToLowerInvariant());

    /// <summary>Sorts after the keys of all datasets, which are hexadecimal.</summary>
    public const string AfterDatasets = "g";

    public const string TrashPrefix = "trash|";

    public static string Trashed(int number) => TrashPrefix + TableKey.Number(number);

    /// <summary>The counter of numbers in the trash.</summary>
    public const string Sequence = "sequence";

    public static string NewDataset() => Guid.NewGuid().ToString("N");

    public static string NewStamp() => Guid.NewGuid().ToString("N");
}
