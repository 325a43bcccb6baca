namespace ServerlessRosa.Dev;

/// <summary>What a programme does in a month. Sizes in kilobytes (1,000 bytes).</summary>
/// <param name="Media">Files with each submission.</param>
/// <param name="SyncsPerDay">How often a phone looks for forms.</param>
/// <param name="Forms">Forms that a phone has: it asks for each one's manifest.</param>
/// <param name="FormUpdates">How often a month a form changes, so that each phone downloads it with its media.</param>
/// <param name="MonthsKept">Months of submissions that lie in storage.</param>
internal sealed record Usage(
    double Submissions,
    int Media,
    double MediaKb,
    double XmlKb,
    double Phones,
    double SyncsPerDay,
    double Forms,
    double FormUpdates,
    int FormMedia,
    double FormMediaKb,
    double MonthsKept
);

/// <summary>What the numbers rest on beside prices.</summary>
/// <param name="Cold">The share of requests that meet an instance which has not seen the account and form lately: two more reads
/// each.</param>
/// <param name="BilledSeconds">Of an instance's time for one request. The plan bills a second at least.</param>
/// <param name="AtOnce">Requests that share that time.</param>
/// <param name="MemoryGb">Of an instance.</param>
/// <param name="LogKb">Telemetry of one request.</param>
internal sealed record Assumptions(double Cold, double BilledSeconds, double AtOnce, double MemoryGb, double LogKb);

/// <summary>List prices in dollars. A month has 730 hours.</summary>
internal sealed record Prices(
    double BlobWrites10K,
    double BlobReads10K,
    double TableOperations10K,
    double BlobGbMonth,
    double TableGbMonth,
    double ExecutionsMillion,
    double GbSecond,
    double EgressGb,
    double LogGb,
    double FreeExecutions,
    double FreeGbSeconds,
    double FreeEgressGb,
    double FreeLogGb,
    double VmMonth,
    double VmDiskGbMonth,
    double VmBackupGbMonth
);

/// <summary>One line of the bill.</summary>
internal sealed record CostLine(string What, double Quantity, string Unit, double Dollars);

/// <summary>Storage operations per request, as docs/architecture.md budgets them and tests hold them, times usage, times prices.</summary>
internal static class CostModel
{
    private const double Month = 730 / 24.0;
    private const double TimerRuns = Month * 24 * 12; // Reconcile, every five minutes
    private const double TimerOperations = 16; // one query for each partition of intents
    private const double KbPerGb = 1e6;
    private const double RowsKb = 2; // of a submission, beside its XML, which is kept there compressed (to a quarter, say)
    private const double Compressed = 0.25;

    public static IReadOnlyList<CostLine> Serverless(Usage usage, Assumptions assumed, Prices prices)
    {
        var syncs = usage.Phones * usage.SyncsPerDay * Month;
        var downloads = usage.Phones * usage.Forms * usage.FormUpdates;

        // A submission is a look and a POST; a sync is the list and a manifest for each form; a download is the form and its media.
        var requests = usage.Submissions * 2 + syncs * (1 + usage.Forms) + downloads * (1 + usage.FormMedia) + TimerRuns;
        var blobWrites = usage.Submissions * (1 + usage.Media);
        var blobReads = downloads * (1 + usage.FormMedia);
        var tableOperations =
            usage.Submissions * (1 + 2 * assumed.Cold)
            + syncs * ((1 + usage.Forms) * (1 + 2 * assumed.Cold))
            + downloads * (1 + usage.FormMedia) * (1 + 2 * assumed.Cold)
            + TimerRuns * TimerOperations;
        var gbSeconds = requests * assumed.BilledSeconds * assumed.MemoryGb / assumed.AtOnce;
        var egressGb = downloads * usage.FormMedia * usage.FormMediaKb / KbPerGb;
        return
        [
            Line("function executions", requests, "executions", prices.ExecutionsMillion / 1e6, prices.FreeExecutions),
            Line("function time", gbSeconds, "GB-s", prices.GbSecond, prices.FreeGbSeconds),
            Line("blob writes", blobWrites, "operations", prices.BlobWrites10K / 1e4),
            Line("blob reads", blobReads, "operations", prices.BlobReads10K / 1e4),
            Line("table operations", tableOperations, "operations", prices.TableOperations10K / 1e4),
            Line("blobs stored", BlobGb(usage), "GB", prices.BlobGbMonth),
            Line(
                "rows stored",
                usage.Submissions * usage.MonthsKept * (RowsKb + usage.XmlKb * Compressed) / KbPerGb,
                "GB",
                prices.TableGbMonth
            ),
            Line("telemetry", requests * assumed.LogKb / KbPerGb, "GB", prices.LogGb, prices.FreeLogGb),
            Line("traffic to phones", egressGb, "GB", prices.EgressGb, prices.FreeEgressGb),
        ];
    }

    /// <summary>
    /// ODK Central on one virtual machine: the system and the database (each submission's XML, and as much again) on its disk and in a
    /// backup, files in object storage at the price of blobs. Its operator's hours are on nobody's price list.
    /// </summary>
    public static IReadOnlyList<CostLine> VirtualMachine(Usage usage, Prices prices)
    {
        const double systemGb = 32;
        var kept = usage.Submissions * usage.MonthsKept / KbPerGb;
        var disk = systemGb + kept * usage.XmlKb * 2;
        return
        [
            Line("virtual machine", 1, "month", prices.VmMonth),
            Line("disk", disk, "GB", prices.VmDiskGbMonth),
            Line("backup", disk, "GB", prices.VmBackupGbMonth),
            Line("files stored", kept * usage.Media * usage.MediaKb, "GB", prices.BlobGbMonth),
            Line("file writes", usage.Submissions * usage.Media, "operations", prices.BlobWrites10K / 1e4),
        ];
    }

    private static double BlobGb(Usage usage) =>
        usage.Submissions * usage.MonthsKept * (usage.XmlKb + usage.Media * usage.MediaKb) / KbPerGb;

    private static CostLine Line(string what, double quantity, string unit, double price, double free = 0) =>
        new(what, quantity, unit, Math.Max(0, quantity - free) * price);
}
