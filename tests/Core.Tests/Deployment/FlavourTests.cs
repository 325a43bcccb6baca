using System.Text.RegularExpressions;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Deployment;

/// <summary>One source, two sets of packages (compat/README.md).</summary>
public sealed class FlavourTests
{
    [Fact]
    public void No_source_of_the_app_differs_between_the_two()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories))
        {
            Assert.False(IsConditional(File.ReadAllText(file)), file);
        }
        Assert.True(IsConditional("a();\n  # if PUBLISHED\nb();\n#endif"));
        Assert.False(IsConditional("// the sign #if alone"));
    }

    [Fact]
    public void Each_project_has_a_lock_file_for_each_set()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "ServerlessRosa.sln"));
        var projects = Regex
            .Matches(solution, @"""(?<path>[^""]+\.csproj)""")
            .Select(match => match.Groups["path"].Value.Replace('\\', '/'))
            .ToList();
        Assert.NotEmpty(projects);
        Assert.All(
            projects,
            project =>
                Assert.All(
                    ["packages.lock.json", "packages.published.lock.json"],
                    name =>
                        Assert.True(File.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(project)!, name)), $"{project}: {name}")
                )
        );
    }

    [Fact]
    public void Each_published_package_of_the_app_is_locked_at_the_version_that_is_asked_for()
    {
        var asked = Regex
            .Matches(
                File.ReadAllText(Path.Combine(Repository.Root, "Directory.Packages.props")),
                @"Include=""(?<id>[^""]+)"" Version=""(?<version>[^""]+)"""
            )
            .ToDictionary(match => match.Groups["id"].Value, match => match.Groups["version"].Value);
        var locked = File.ReadAllText(Path.Combine(Repository.Root, "src", "Functions", "packages.published.lock.json"));
        foreach (
            var id in asked.Keys.Where(id =>
                id.StartsWith("Microsoft.Azure.Functions.", StringComparison.Ordinal) || id == "Azure.Data.Tables"
            )
        )
        {
            Assert.Matches($@"""{Regex.Escape(id)}"": \{{[^}}]*""resolved"": ""{Regex.Escape(asked[id])}""", locked);
        }
    }

    private static bool IsConditional(string source) => Regex.IsMatch(source, @"^\s*#\s*(if|elif|else)\b", RegexOptions.Multiline);
}
