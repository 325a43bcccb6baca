namespace ServerlessRosa.Core.Storage;

/// <summary>A file in the folder for temporary files, which the system deletes when it is closed.</summary>
public static class TempFile
{
    private const int DefaultBuffer = 64 * 1024;

    /// <param name="buffer">Bytes that are collected before a write.</param>
    /// <param name="asynchronous">False for a file that is read and written by synchronous calls.</param>
    public static FileStream Create(int buffer = DefaultBuffer, bool asynchronous = true) =>
        new(
            Path.Combine(Path.GetTempPath(), $"rosa-{Guid.NewGuid():N}"),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            buffer,
            FileOptions.DeleteOnClose | (asynchronous ? FileOptions.Asynchronous : FileOptions.None)
        );
}
