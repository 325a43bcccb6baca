using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Backups;

/// <summary>The names of blobs in the container `backups`.</summary>
internal static class BackupKeys
{
    public static string Folder(BackupId id) => $"{id}/";

    public static string Manifest(BackupId id) => Folder(id) + "manifest.json";

    public static string Piece(BackupId id, string table, int index) => $"{Folder(id)}{table}/{TableKey.Number(index)}.jsonl.gz";
}
