namespace ServerlessRosa.Protocol.Tests.Maintenance;

/// <summary>A project with some of everything, all of whose index tables are lost.</summary>
public sealed class RebuildWorldTests(FullWorld world) : IClassFixture<FullWorld>
{
    [Fact]
    public async Task All_that_fitted_together_fits_together_again()
    {
        var before = new Dictionary<string, List<string>>();
        foreach (var table in LostTables.OfCases.Append("submissions"))
        {
            before[table] = Lasting(await world.Storage.RowsAsync(table));
        }
        world.Storage.Server.App!.Kill();
        await world.Storage.LoseAsync([.. LostTables.OfForms, .. before.Keys]);

        (await world.Storage.RunAsync("rebuild")).ShouldSucceed();

        foreach (var (table, rows) in before)
        {
            Assert.Equal(rows, Lasting(await world.Storage.RowsAsync(table)));
        }
        (await world.Storage.RunAsync("verify", "--content", "--settle", "1")).ShouldSucceed();

        // Submissions to a draft that was replaced belong to nobody, and are there no more.
        static List<string> Lasting(IEnumerable<string> rows) => [.. rows.Where(row => !row.Contains("|draft-", StringComparison.Ordinal))];
    }
}
