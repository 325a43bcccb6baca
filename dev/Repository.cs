namespace ServerlessRosa.Dev;

/// <summary>The working copy from which this assembly was built.</summary>
internal static class Repository
{
    private const string Solution = "ServerlessRosa.sln";

    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string DevFolder => Path.Combine(Root, "dev");

    private static string Find(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
                return folder.FullName;
        throw new StartException(
            $"There is no {Solution} in any folder above {start}: run this from the working copy that it was built in."
        );
    }
}
