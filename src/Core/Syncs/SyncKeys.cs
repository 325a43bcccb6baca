using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Syncs;

/// <summary>The keys of table `syncs` and the names of the blobs in container `syncs`.</summary>
internal static class SyncKeys
{
    public const string Log = "log";

    /// <summary>A log and the journal of forms sent with its token share a partition, so that one query reads both.</summary>
    public static string Partition(ProjectId project, SyncToken token) => TableKey.Join(TableKey.Number(project.Value), token.Value);

    /// <summary>The prefix of the partitions of all tokens of a project.</summary>
    public static string PartitionsOf(ProjectId project) => TableKey.Join(TableKey.Number(project.Value)) + "|";

    /// <summary>One row per version of a form: an edit keeps the instance id and has effects of its own.</summary>
    public static string Form(InstanceId instance, string xmlHash) => "form|" + TableKey.Hash($"{xmlHash} {instance}");

    /// <summary>The common prefix of a user's blobs.</summary>
    public static string FolderOf(ProjectId project, OwnerId user) => $"{project}/{TableKey.Join(user.Value)}/";

    /// <summary>The common prefix of a token's blobs.</summary>
    public static string FolderOf(ProjectId project, OwnerId user, SyncToken token) => $"{FolderOf(project, user)}{token}/";

    public static string NewBlob(ProjectId project, OwnerId user, SyncToken token) => $"{FolderOf(project, user, token)}{Guid.NewGuid():N}";
}
