using System.Globalization;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Workers;

/// <summary>The keys of table `workers`. A project's workers are spread over eight partitions: on the morning of a campaign all of them
/// sign in.</summary>
internal static class WorkerKeys
{
    private const int Spread = 8;

    public static (string Partition, string Row) Worker(ProjectId project, string username) =>
        (
            PartitionsOf(project) + (Convert.ToInt32(TableKey.Hash(username)[..2], 16) % Spread).ToString(CultureInfo.InvariantCulture),
            TableKey.Join(username)
        );

    /// <summary>The prefix of the partitions of a project's workers.</summary>
    public static string PartitionsOf(ProjectId project) => TableKey.Join("project", TableKey.Number(project.Value)) + "|";

    /// <summary>The row that makes a user id unique, and finds its worker.</summary>
    public static (string Partition, string Row) UserId(OwnerId userId)
    {
        var hash = TableKey.Hash(userId.Value);
        return (TableKey.Join("id", hash[..2]), hash);
    }
}
