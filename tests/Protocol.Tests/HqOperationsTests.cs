using System.Text.RegularExpressions;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests;

/// <summary>The operations of CommCare HQ's API that docs/protocol.md lists are served, at both addresses where there are two.</summary>
public sealed partial class HqOperationsTests
{
    private const string Api = "/a/{domain}/api/";

    [Fact, Clause("CC-144"), Clause("CC-145"), Clause("CC-146")]
    public void Each_operation_is_served()
    {
        var served = Directory
            .EnumerateFiles(Repository.Locate("src", "Functions"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => RightsMatrix.EndpointsIn(File.ReadAllText(file)))
            .ToHashSet();
        var page = File.ReadAllText(Repository.Locate("docs", "protocol.md"));
        var section = page[page.IndexOf("## Operations of CommCare HQ", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 4, StringComparison.Ordinal)];
        var operations = (
            from row in Row().Matches(section)
            from method in row.Groups["methods"].Value.Split(' ')
            from address in Addresses(row.Groups["address"].Value)
            select $"{method} {Api}{address}"
        ).ToList();

        Assert.True(operations.Count > 35, $"Only {operations.Count} operations are listed.");
        Assert.Empty(operations.Except(served));
    }

    // `form/v1/{id}` is also `v0.5/form/{id}`.
    private static IEnumerable<string> Addresses(string address) =>
        address.Split('/') is [var resource, "v1", .. var rest] ? [address, string.Join('/', ["v0.5", resource, .. rest])] : [address];

    [GeneratedRegex(@"^\|`(?<address>[^`]+)`\|(?<methods>[A-Z ]+)\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
