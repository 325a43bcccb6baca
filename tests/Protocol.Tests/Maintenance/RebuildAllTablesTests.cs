namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>A project with some of everything, all of whose index tables are lost.</summary>
public sealed class RebuildAllTablesTests(PopulatedServer populated) : IClassFixture<PopulatedServer>
{
    [Fact]
    public async Task All_lost_tables_are_rebuilt()
    {
        var before = new Dictionary<string, List<string>>();
        foreach (var table in LostTables.OfCases.Append("submissions"))
        {
            before[table] = Lasting(await populated.Storage.RowsAsync(table));
        }
        await populated.Storage.LoseAsync([.. LostTables.OfForms, .. before.Keys]);

        (await populated.Storage.RunAsync("rebuild")).ShouldSucceed();

        foreach (var (table, rows) in before)
        {
            Assert.Equal(rows, Lasting(await populated.Storage.RowsAsync(table)));
        }
        (await populated.Storage.RunAsync("verify", "--content", "--settle", "1")).ShouldSucceed();

        // Submissions to a replaced draft are in no space that can be listed.
        static List<string> Lasting(IEnumerable<string> rows) => [.. rows.Where(row => !row.Contains("|draft-", StringComparison.Ordinal))];
    }
}
