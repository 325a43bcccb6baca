namespace ServerlessRosa.Dev;

/// <summary>
/// The data folder that is kept between runs. Its marker file shows that it was created by this command, and is locked while in use: two
/// Azurite processes on the same files would corrupt them.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const string MarkerName = "dev.lock";

    private readonly FileStream _marker;

    private DataFolder(string path, FileStream marker)
    {
        Path = path;
        _marker = marker;
    }

    public string Path { get; }

    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <exception cref="StartException">The folder is not ours, in use, or not writable.</exception>
    public static DataFolder Open(string path, bool fresh)
    {
        try
        {
            var folder = Directory.CreateDirectory(path);
            var markerPath = System.IO.Path.Combine(path, MarkerName);

            // Otherwise --fresh could delete a folder with other files.
            if (!File.Exists(markerPath) && folder.EnumerateFileSystemInfos().Any())
                throw new StartException($"{path} holds files that were not made here: name a new or empty folder with --data.");

            var opened = new DataFolder(path, Lock(markerPath));
            if (fresh)
                opened.Empty();
            return opened;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{path} cannot be used as data folder: {e.Message}", e);
        }
    }

    public void Dispose() => _marker.Dispose();

    private static FileStream Lock(string markerPath)
    {
        try
        {
            return new FileStream(markerPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(markerPath))
        {
            throw new StartException(
                $"{System.IO.Path.GetDirectoryName(markerPath)} is in use: stop what runs on it, or choose another folder with --data.",
                e
            );
        }
    }

    private void Empty()
    {
        foreach (var entry in new DirectoryInfo(Path).EnumerateFileSystemInfos().Where(entry => entry.Name != MarkerName))
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
                folder.Delete(recursive: true);
            else
                entry.Delete();
        }
    }
}
