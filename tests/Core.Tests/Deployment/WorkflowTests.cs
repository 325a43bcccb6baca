using System.Text.RegularExpressions;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Deployment;

/// <summary>Workflows with rights on GitHub pin every action, and have no right that they do not need.</summary>
public sealed partial class WorkflowTests
{
    private const string Good = """
        permissions:
          contents: read
        jobs:
          a:
            steps:
              - uses: actions/checkout@v5.0.0
                with:
                  persist-credentials: false
              - uses: some/action@0123456789012345678901234567890123456789
        """;

    public static TheoryData<string> Workflows =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, ".github", "workflows")).Select(file => Path.GetFileName(file))];

    [Theory, MemberData(nameof(Workflows))]
    public void The_workflows_pass_the_checks(string file) =>
        Assert.Empty(Complaints(File.ReadAllText(Path.Combine(Repository.Root, ".github", "workflows", file))));

    [Theory]
    [InlineData("@v5.0.0", "@v5", "actions/checkout@v5 is not pinned.")]
    [InlineData("@v5.0.0", "@main", "actions/checkout@main is not pinned.")]
    [InlineData("@v5.0.0", "@v5.0.0 # secrets.KEY", "It reads a secret.")]
    [InlineData("persist-credentials: false", "fetch-depth: 1", "A checkout keeps its credentials.")]
    [InlineData("  contents: read", "  contents: write", "Every job may do more than read.")]
    [InlineData("permissions:", "rights:", "Every job may do more than read.")]
    public void An_insecure_workflow_is_reported(string part, string instead, string complaint)
    {
        Assert.Empty(Complaints(Good));
        Assert.Contains(complaint, Complaints(Good.Replace(part, instead, StringComparison.Ordinal)));
    }

    private static List<string> Complaints(string workflow)
    {
        var used = Used().Matches(workflow).Select(match => match.Groups["action"].Value).ToList();
        List<string> complaints = [.. used.Where(action => !Pinned().IsMatch(action)).Select(action => $"{action} is not pinned.")];
        if (workflow.Contains("secrets.", StringComparison.Ordinal))
            complaints.Add("It reads a secret.");
        if (
            used.Count(action => action.StartsWith("actions/checkout@", StringComparison.Ordinal))
            > workflow.Split("persist-credentials: false").Length - 1
        )
            complaints.Add("A checkout keeps its credentials.");
        if (
            !workflow.ReplaceLineEndings("\n").Contains("\npermissions:\n  contents: read\n", StringComparison.Ordinal)
            && !workflow.StartsWith("permissions:\n  contents: read\n", StringComparison.Ordinal)
        )
            complaints.Add("Every job may do more than read.");
        return complaints;
    }

    [GeneratedRegex(@"uses: (?<action>\S+)")]
    private static partial Regex Used();

    [GeneratedRegex(@"@(v\d+\.\d+\.\d+|[0-9a-f]{40})$")]
    private static partial Regex Pinned();
}
