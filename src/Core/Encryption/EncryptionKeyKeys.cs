using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Encryption;

/// <summary>The keys of the table `encryptionKeys` and the names of blobs in the container `encryption`.</summary>
internal static class EncryptionKeyKeys
{
    public static string Project(ProjectId project) => TableKey.Number(project.Value);

    public static string Key(int number) => TableKey.Number(number);

    public static string RecoveryRecord(ProjectId project, int number) => $"{RecoveryRecordsOf(project)}{TableKey.Number(number)}.json";

    public static string RecoveryRecordsOf(ProjectId project) => $"{project}/";
}
