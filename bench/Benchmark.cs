using ServerlessRosa.Dev;

namespace ServerlessRosa.Bench;

internal sealed record BenchOptions(
    IReadOnlyList<string> Only,
    int Rounds,
    double Count,
    IReadOnlyList<int> Forms,
    FileInfo? Json,
    FileInfo? Compare,
    FileInfo? Baseline
)
{
    /// <summary>The folder of a published app; null for the one that was built last.</summary>
    public string? App { get; init; }

    /// <summary>The number of exported submissions, and of cases in a restore.</summary>
    public int Rows { get; init; } = 1000;

    public bool Wants(string workload) =>
        Only.Count == 0 || Only.Any(start => workload == start || workload.StartsWith(start + "-", StringComparison.Ordinal));
}

/// <summary>
/// One run: starts a storage emulator and an app, creates the data for the workloads, then measures one workload after the other.
/// </summary>
internal static class Benchmark
{
    /// <returns>False when any answer was wrong, or a figure is worse than in the baseline to compare with.</returns>
    public static async Task<bool> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var before = options.Compare is { } compare ? await Baseline.ReadAsync(compare, cancellationToken) : null;
        var folder = Directory.CreateTempSubdirectory("rosa-bench-");
        Azurite? azurite = null;
        try
        {
            azurite = await Azurite.StartAsync(new AzuriteOptions(folder.FullName), cancellationToken);
            await using var app = await RosaApp.StartAsync(
                new RosaAppOptions(azurite.ConnectionString, Settings: Seed.AppSettings, AppFolder: options.App, OwnProcess: true),
                cancellationToken
            );
            var startup = options.Wants(Startup.Name)
                ? await Startup.MeasureAsync(azurite.ConnectionString, options.App, options.Rounds, cancellationToken)
                : null;
            using var client = new AppClient(app.BaseUrl);

            await Console.Error.WriteLineAsync("seeding...");
            var seeded = await Seed.RunAsync(app.BaseUrl, options, cancellationToken);
            if (options.Rows > Seed.MostRows)
                azurite = await azurite.ChangeDataAsync(data => ManyRows.Copy(data, seeded, options.Rows), cancellationToken);
            var floor = await Floor.OpenAsync(azurite.ConnectionString, options, cancellationToken);
            var workloads = new Workloads(seeded, floor, options).All().Where(workload => options.Wants(workload.Name)).ToList();
            if (workloads.Count == 0 && startup is null)
                throw new StartException($"No workload is called {string.Join(" or ", options.Only)}.");

            var measurement = new Measurement(client, floor, new ProcessFigures(app.ProcessId, app.HostProcessId, azurite.ProcessIds));
            var report = await measurement.RunAsync(workloads, options.Rounds, before, cancellationToken);
            report = report with { Startup = startup };
            report.WriteTable(Console.Out);
            if (options.Json is { } file)
                await report.WriteJsonAsync(file, cancellationToken);
            if (options.Baseline is { } written)
                await Baseline.Of(report).WriteAsync(written, cancellationToken);
            var worse = before is null ? [] : before.WorseIn(Baseline.Of(report));
            Tell(before, worse);
            return worse.Count == 0 && report.Workloads.All(workload => workload.Errors == 0 && workload.FloorErrors == 0);
        }
        finally
        {
            if (azurite is not null)
                await azurite.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    private static void Tell(Baseline? before, IReadOnlyList<string> worse)
    {
        if (before is null)
            return;
        Console.WriteLine(worse.Count == 0 ? "Nothing is worse than in the baseline." : "Worse than in the baseline:");
        foreach (var line in worse)
            Console.WriteLine($"- {line}");
    }
}
