namespace ServerlessRosa.Protocol.Tests.Infrastructure;

/// <summary>The checkout that the tests run in: its pages and sources are compared with the server.</summary>
public static class Repository
{
    public static string Locate(params string[] path)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ServerlessRosa.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests don't run inside the repository.");
        }
        return Path.Combine([folder.FullName, .. path]);
    }
}
