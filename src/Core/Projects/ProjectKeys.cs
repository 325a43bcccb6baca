using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Projects;

/// <summary>The keys of the table `projects`.</summary>
internal static class ProjectKeys
{
    public const string Partition = "projects";

    /// <summary>The row that holds the last number given to a project.</summary>
    public const string Sequence = "sequence";

    public const string ProjectPrefix = "id|";

    public const string DomainPrefix = "domain|";

    public static string Project(ProjectId id) => ProjectPrefix + TableKey.Number(id.Value);

    /// <summary>The copy of a project by its domain.</summary>
    public static string Domain(string domain) => TableKey.Join("domain", domain);

    /// <summary>The partition of a project in tables that keep one partition per project.</summary>
    public static string PartitionOf(ProjectId project) => TableKey.Number(project.Value);

    /// <summary>The prefix of a project's partitions in tables that divide its rows further.</summary>
    public static string PartitionsOf(ProjectId project) => PartitionOf(project) + "|";
}
