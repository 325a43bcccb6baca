using System.Text.RegularExpressions;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Deployment;

/// <summary>
/// Relative links between the Markdown files of the repository lead to a file, and to a heading of it where they name one.
/// </summary>
public sealed partial class MarkdownLinkTests
{
    [Fact]
    public void Every_relative_link_leads_somewhere()
    {
        var pages = Pages(Repository.Root).ToList();
        Assert.Contains(pages, page => page.EndsWith("architecture.md", StringComparison.Ordinal));
        Assert.Empty(pages.SelectMany(DeadLinks));
    }

    [Theory]
    [InlineData("## Getting back after a loss", "getting-back-after-a-loss")]
    [InlineData("### `rosa verify`: what it says", "rosa-verify-what-it-says")]
    public void Headings_become_anchors_as_on_GitHub(string heading, string anchor) => Assert.Equal([anchor], Anchors(heading));

    private static IEnumerable<string> DeadLinks(string page)
    {
        var text = Fence().Replace(File.ReadAllText(page), "");
        foreach (var target in Link().Matches(text).Select(match => match.Groups[1].Value))
        {
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
                continue;

            var parts = target.Split('#', 2);
            var file = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, parts[0]));
            var found = File.Exists(file) || Directory.Exists(file);
            if (!found || (parts.Length == 2 && !Anchors(File.ReadAllText(file)).Contains(parts[1])))
                yield return $"{Path.GetRelativePath(Repository.Root, page)}: {target}";
        }
    }

    private static IEnumerable<string> Anchors(string markdown) =>
        Heading()
            .Matches(markdown)
            .Select(match => NoAnchor().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    // Folders of tools and build output contain pages of other projects.
    private static IEnumerable<string> Pages(string folder) =>
        Directory
            .EnumerateFiles(folder, "*.md")
            .Concat(
                Directory
                    .EnumerateDirectories(folder)
                    .Where(child =>
                        Path.GetFileName(child) is var name
                        && name is not ("artifacts" or "node_modules" or "bin" or "obj")
                        && (name[0] != '.' || name == ".github")
                    )
                    .SelectMany(Pages)
            );

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
