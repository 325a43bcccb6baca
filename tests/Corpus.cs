namespace ServerlessRosa.Tests;

/// <summary>Real files of others, where a folder of them exists: `../shared/corpus` beside the repository, or ROSA_CORPUS. Tests pass
/// without it.</summary>
internal static class Corpus
{
    /// <summary>The XML files of one folder in it; none where there is no corpus.</summary>
    public static IEnumerable<string> Files(string folder) =>
        Folder(folder) is { } found ? Directory.EnumerateFiles(found, "*.xml").Order(StringComparer.Ordinal) : [];

    /// <summary>A folder in it; null where there is none.</summary>
    public static string? Folder(string name) =>
        (Environment.GetEnvironmentVariable("ROSA_CORPUS") ?? BesideTheRepository()) is { } corpus
        && Path.Combine(corpus, name) is var found
        && Directory.Exists(found)
            ? found
            : null;

    private static string? BesideTheRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ServerlessRosa.sln")))
        {
            folder = folder.Parent;
        }
        return folder is null ? null : Path.Combine(folder.FullName, "..", "shared", "corpus");
    }
}
