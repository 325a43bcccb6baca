using System.Text.RegularExpressions;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Deployment;

/// <summary>The operation counts of docs/cost.md are those of the budgets in docs/architecture.md, which other tests measure.</summary>
public sealed class CostPageTests
{
    [Fact]
    public void Every_request_costs_what_its_budget_says()
    {
        var budgets = Rows("architecture.md", "|request|warm|cold adds|").ToDictionary(cells => cells[0], cells => cells[1..]);
        var costs = Rows("cost.md", "|request|blob|table|warm|cold adds|").ToList();

        Assert.NotEmpty(costs);
        Assert.All(costs, cells => Assert.Equal(budgets[cells[0]], cells[3..]));
    }

    [Fact]
    public void Blob_and_table_operations_sum_to_the_total()
    {
        foreach (var cells in Rows("cost.md", "|request|blob|table|warm|cold adds|"))
        {
            var (blob, table, warm) = (Count(cells[1]), Count(cells[2]), Count(cells[3]));
            Assert.Equal(warm, (blob.Fixed + table.Fixed, blob.PerFile + table.PerFile));
        }
    }

    private static IEnumerable<string[]> Rows(string page, string head) =>
        File.ReadLines(Path.Combine(Repository.Root, "docs", page))
            .SkipWhile(line => line != head)
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));

    // "1 + n writes": a fixed number, and one for each of n.
    private static (int Fixed, int PerFile) Count(string text) =>
        (
            int.Parse(Regex.Match(text, @"^\d+").Value, System.Globalization.CultureInfo.InvariantCulture),
            Regex.IsMatch(text, @"\bn\b") ? 1 : 0
        );
}
