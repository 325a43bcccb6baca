using System.Globalization;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Dev;

/// <summary>The estimate's arithmetic, with numbers that a head can check.</summary>
public sealed class CostTests
{
    private const double Days = 730 / 24.0;
    private const double TimerRuns = Days * 288;

    private static readonly Usage Nothing = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    private static readonly Assumptions Warm = new(Cold: 0, BilledSeconds: 1, AtOnce: 1, MemoryGb: 2, LogKb: 1);

    // A price of 1 for each unit, so that dollars are quantities.
    private static readonly Prices Ones = new(1e4, 1e4, 1e4, 1, 1, 1e6, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1);

    [Fact]
    public void A_programme_that_does_nothing_pays_for_the_timer_alone()
    {
        var bill = Bill(Nothing);
        Assert.Equal(TimerRuns, bill["function executions"], 6);
        Assert.Equal(2 * TimerRuns, bill["function time"], 6);
        Assert.Equal(16 * TimerRuns, bill["table operations"], 6);
        Assert.Equal(0, bill["blob writes"] + bill["blob reads"] + bill["blobs stored"] + bill["rows stored"] + bill["traffic to phones"]);
    }

    [Fact]
    public void A_submission_is_a_look_and_a_post_that_writes_its_XML_its_files_and_one_batch()
    {
        var bill = Bill(Nothing with { Submissions = 1000, Media = 2, MediaKb = 300, XmlKb = 4, MonthsKept = 12 });
        Assert.Equal(2000 + TimerRuns, bill["function executions"], 6);
        Assert.Equal(3000, bill["blob writes"], 6);
        Assert.Equal(1000 + 16 * TimerRuns, bill["table operations"], 6);
        Assert.Equal(1000 * 12 * 604 / 1e6, bill["blobs stored"], 6);
        Assert.Equal(1000 * 12 * 3 / 1e6, bill["rows stored"], 6);
    }

    [Fact]
    public void A_phone_asks_for_the_list_and_each_manifest_and_downloads_what_changed()
    {
        var bill = Bill(Nothing with { Phones = 10, SyncsPerDay = 2, Forms = 5, FormUpdates = 3, FormMedia = 4, FormMediaKb = 500 });
        var (syncs, downloads) = (10 * 2 * Days, 10 * 5 * 3);
        Assert.Equal(syncs * 6 + downloads * 5 + TimerRuns, bill["function executions"], 6);
        Assert.Equal(downloads * 5, bill["blob reads"], 6);
        Assert.Equal(syncs * 6 + downloads * 5 + 16 * TimerRuns, bill["table operations"], 6);
        Assert.Equal(downloads * 4 * 500 / 1e6, bill["traffic to phones"], 6);
    }

    [Fact]
    public void A_cold_request_reads_twice_more_and_those_at_once_share_an_instance()
    {
        var usage = Nothing with { Submissions = 1000 };
        Assert.Equal(3000 + 16 * TimerRuns, Bill(usage, Warm with { Cold = 1 })["table operations"], 6);
        Assert.Equal(Bill(usage)["function time"] / 4, Bill(usage, Warm with { AtOnce = 4 })["function time"], 6);
    }

    [Fact]
    public void What_is_free_is_not_paid_for_and_nobody_is_paid()
    {
        var usage = Nothing with { Submissions = 100_000 };
        var paid = CostModel
            .Serverless(usage, Warm, Ones with { FreeExecutions = 50_000 })
            .Single(line => line.What == "function executions");
        Assert.Equal(150_000 + TimerRuns, paid.Dollars, 6);
        Assert.Equal(200_000 + TimerRuns, paid.Quantity, 6);
        Assert.Equal(
            0,
            CostModel
                .Serverless(Nothing, Warm, Ones with { FreeExecutions = 50_000 })
                .Single(line => line.What == "function executions")
                .Dollars
        );
    }

    [Fact]
    public void A_virtual_machine_has_the_database_on_its_disk_and_in_its_backup_and_files_in_object_storage()
    {
        var bill = CostModel.VirtualMachine(
            Nothing with
            {
                Submissions = 1000,
                Media = 3,
                MediaKb = 200,
                XmlKb = 50,
                MonthsKept = 10,
            },
            Ones
        );
        Assert.Equal([1, 33, 33, 6, 3000], bill.Select(line => line.Dollars));
    }

    [Fact]
    public async Task The_command_takes_usage_and_prices_and_prints_both_bills()
    {
        var output = new StringWriter(CultureInfo.InvariantCulture);
        var exitCode = await CostCommand.Create(output).Parse(["--submissions", "0", "--phones", "0", "--vm-month", "68.28"]).InvokeAsync();

        Assert.Equal(0, exitCode);
        Assert.Matches(@"virtual machine +1\.0 month +68\.28", output.ToString());
        Assert.Matches(@"together +75\.00", output.ToString()); // with 32 GB of disk and backup: 4.80 and 1.92
        Assert.Matches(@"function executions +8,760\.0 executions +0\.00", output.ToString());
    }

    [Theory]
    [InlineData("--submissions takes a number from 0 on.", "--submissions", "-1")]
    [InlineData("--at-once takes a number above 0.", "--at-once", "0")]
    [InlineData("--gb-second takes a number from 0 on.", "--gb-second", "cheap")]
    public void A_wrong_number_is_refused_and_named(string message, params string[] args) =>
        Assert.Contains(CostCommand.Create(TextWriter.Null).Parse(args).Errors, error => error.Message == message);

    private static Dictionary<string, double> Bill(Usage usage, Assumptions? assumed = null) =>
        CostModel.Serverless(usage, assumed ?? Warm, Ones).ToDictionary(line => line.What, line => line.Dollars);
}
