using System.Text.RegularExpressions;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Deployment;

/// <summary>The files that docs/architecture.md and CONTRIBUTING.md name exist, and contain the refusals that they say are decided
/// there.</summary>
public sealed partial class ArchitecturePageTests
{
    private static readonly string[] Lines =
    [
        .. File.ReadAllLines(Path.Combine(Repository.Root, "docs", "architecture.md")),
        .. File.ReadAllLines(Path.Combine(Repository.Root, "CONTRIBUTING.md")),
    ];

    private static readonly ILookup<string, string> Sources = Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .ToLookup(file => Path.GetFileName(file));

    [Fact]
    public void Every_source_file_that_the_pages_name_exists_once()
    {
        var named = Lines.SelectMany(FilesIn).Distinct().ToList();
        Assert.True(named.Count > 15, $"Only {named.Count} files are named.");
        Assert.All(named, file => Assert.Single(Sources[file]));
    }

    [Fact]
    public void A_file_that_decides_a_refusal_creates_its_problem()
    {
        var rows = Lines
            .Select(line => (Files: FilesIn(line).ToList(), Problem: Problem().Match(line)))
            .Where(row => row.Problem.Success)
            .ToList();
        Assert.True(rows.Count >= 3, $"Only {rows.Count} rows name a refusal.");
        Assert.All(
            rows,
            row => Assert.Contains(row.Problem.Groups[1].Value, File.ReadAllText(Sources[row.Files[0]].Single()), StringComparison.Ordinal)
        );
    }

    private static IEnumerable<string> FilesIn(string line) => SourceFile().Matches(line).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"`([A-Z]\w+\.cs)`")]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"`(Problem\.[A-Z]\w+)`")]
    private static partial Regex Problem();
}
