using Azure;
using Azure.Data.Tables;
using Xunit;

namespace ServerlessRosa.Core.Tests.Tables;

public sealed class TableRaceTests
{
    private const int Writers = 8;
    private const int WritesEach = 10;

    [Fact]
    public async Task Of_many_writers_that_update_with_the_version_they_read_none_is_lost()
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "counter") { ["Count"] = 0 });

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            for (var written = 0; written < WritesEach;)
            {
                var counter = (await table.GetEntityAsync<TableEntity>("p", "counter")).Value;
                counter["Count"] = counter.GetInt32("Count") + 1;
                try
                {
                    await table.UpdateEntityAsync(counter, counter.ETag, TableUpdateMode.Replace);
                    written++;
                }
                catch (RequestFailedException e) when (e.Status == 412)
                {
                    // Somebody wrote first: read again.
                }
            }
        }));

        Assert.Equal(Writers * WritesEach, (await table.GetEntityAsync<TableEntity>("p", "counter")).Value.GetInt32("Count"));
    }

    [Fact]
    public async Task Of_many_writers_that_claim_one_key_exactly_one_wins()
    {
        var table = await TestTable.CreateAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            try
            {
                await table.SubmitTransactionAsync(
                [
                    new(TableTransactionActionType.Add, new TableEntity("p", $"mine {writer}")),
                    new(TableTransactionActionType.Add, new TableEntity("p", "claim") { ["Writer"] = writer }),
                ]);
                return true;
            }
            catch (TableTransactionFailedException e) when (e is { Status: 409, FailedTransactionActionIndex: 1 })
            {
                return false;
            }
        }));

        var winner = Array.IndexOf(outcomes, true);
        Assert.Single(outcomes, won => won);
        Assert.Equal(winner, (await table.GetEntityAsync<TableEntity>("p", "claim")).Value.GetInt32("Writer"));
        Assert.True((await table.GetEntityIfExistsAsync<TableEntity>("p", $"mine {winner}")).HasValue);
        Assert.False((await table.GetEntityIfExistsAsync<TableEntity>("p", $"mine {(winner + 1) % Writers}")).HasValue);
    }
}
