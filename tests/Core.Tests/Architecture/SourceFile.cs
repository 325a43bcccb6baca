using ServerlessRosa.Dev;

namespace ServerlessRosa.Core.Tests.Architecture;

/// <summary>A C# file of the repository, by its path from the root.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    private static readonly string[] Generated = ["bin", "obj", "artifacts", "node_modules"];

    public string Name => System.IO.Path.GetFileName(Path);

    public static IEnumerable<SourceFile> Under(params string[] folders) =>
        from folder in folders.Select(folder => System.IO.Path.Combine(Repository.Root, folder))
        where Directory.Exists(folder)
        from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        let path = System.IO.Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
        where !path.Split('/').Any(Generated.Contains)
        select new SourceFile(path, File.ReadAllText(file));
}
