namespace ServerlessRosa.Core.Exports;

/// <summary>What must wait for its turn: a file that is gone when it is closed.</summary>
internal static class TempFile
{
    public static FileStream Create() =>
        new(
            Path.Combine(Path.GetTempPath(), $"rosa-{Guid.NewGuid():N}"),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
                BufferSize = 64 * 1024,
            }
        );
}
