using System.Text.RegularExpressions;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests;

/// <summary>The operations of Central's API that docs/protocol.md lists agree with the addresses that are served.</summary>
public sealed partial class CentralOperationsTests
{
    private static readonly string[] States = ["answers", "differs", "not yet"];

    [Fact]
    public void Each_operation_has_one_state_and_a_difference_its_reason()
    {
        var rows = Rows();
        Assert.True(rows.Count > 170, $"Only {rows.Count} operations are listed.");
        Assert.Empty(rows.GroupBy(row => Shape(row.Operation)).Where(same => same.Count() > 1).Select(same => same.Key));
        Assert.All(rows, row => Assert.Contains(row.State, States));
        Assert.All(rows.Where(row => row.State == "differs"), row => Assert.NotEqual("", row.Note));
    }

    [Fact]
    public void Operations_that_answer_are_served_and_later_ones_are_not()
    {
        var served = Directory
            .EnumerateFiles(Repository.Locate("src", "Functions"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => RightsMatrix.EndpointsIn(File.ReadAllText(file)))
            .ToList();
        var shapes = served.Select(Shape).ToHashSet();
        var wrong = Rows()
            .SelectMany(row =>
                row.State switch
                {
                    "answers" when !served.Exists(endpoint => Takes(endpoint, row.Operation)) => [$"{row.Operation} is not served."],
                    "not yet" when shapes.Contains(Shape(row.Operation)) => [$"{row.Operation} is served by now: say so."],
                    _ => Array.Empty<string>(),
                }
            )
            .ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData("GET users/{id}", "GET users/current", true)]
    [InlineData("GET users/{id}", "GET users/{actorId}/password", false)]
    [InlineData("GET users/current", "GET users/{id}", false)]
    [InlineData("GET forms/{form}.svc/$metadata", "GET forms/{xmlFormId}.svc/$metadata", true)]
    [InlineData("GET forms/{form}/draft.svc/{*rest}", "GET forms/{xmlFormId}/draft.svc", true)]
    [InlineData("POST users/{id}", "GET users/{id}", false)]
    public void An_address_takes_an_operation_segment_by_segment(string endpoint, string operation, bool takes) =>
        Assert.Equal(takes, Takes(endpoint, operation));

    private static List<(string Operation, string State, string Note)> Rows()
    {
        var page = File.ReadAllText(Repository.Locate("docs", "protocol.md"));
        var section = page[page.IndexOf("## Operations of ODK Central", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 4, StringComparison.Ordinal)];
        return
        [
            .. from row in Row().Matches(section)
            from method in row.Groups[2].Value.Split(' ')
            select ($"{method} {row.Groups[1].Value}", row.Groups[3].Value.Trim(), row.Groups[4].Value.Trim()),
        ];
    }

    private static bool Takes(string endpoint, string operation)
    {
        var (route, asked) = (endpoint.Split('/', ' '), operation.Split('/', ' '));
        if (route[^1].StartsWith("{*", StringComparison.Ordinal) && asked.Length >= route.Length - 1)
        {
            (route, asked) = (route[..^1], asked[..(route.Length - 1)]);
        }
        return route.Length == asked.Length
            && route
                .Zip(asked)
                .All(pair =>
                    pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase)
                    || (Placeholder().Replace(pair.First, "{}") is var shape && Fits(shape, pair.Second))
                );
    }

    private static bool Fits(string shape, string segment) =>
        shape == "{}" || (shape.StartsWith("{}", StringComparison.Ordinal) && segment.EndsWith(shape[2..], StringComparison.Ordinal));

    private static string Shape(string operation) => Placeholder().Replace(operation, "{}");

    [GeneratedRegex(@"^\|`([^`]+)`\|([A-Z ]+)\|([^|]*)\|([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Placeholder();
}
