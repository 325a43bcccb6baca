using System.Diagnostics;
using ServerlessRosa.Dev;

namespace ServerlessRosa.Bench;

/// <summary>Medians of the time from starting the process to its first answer: the app's part of a cold start.</summary>
/// <param name="Milliseconds">Elapsed time, which depends on other load on the machine.</param>
/// <param name="CpuSeconds">Processor time of the process, independent of other load.</param>
internal sealed record Startup(int Rounds, double Milliseconds, double CpuSeconds)
{
    public const string Name = "startup";

    /// <summary>Starts one after the other, on storage that already has its tables.</summary>
    public static async Task<Startup> MeasureAsync(string storage, string? appFolder, int rounds, CancellationToken cancellationToken)
    {
        var starts = new List<(double Milliseconds, double CpuSeconds)>();
        for (var i = 1; i <= rounds; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var app = await RosaApp.StartAsync(
                new RosaAppOptions(storage, Settings: Seed.AppSettings, AppFolder: appFolder, OwnProcess: true),
                cancellationToken
            );
            var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            starts.Add((milliseconds, new ProcessFigures(app.ProcessId, app.HostProcessId, []).WorkerSeconds));
            await Console.Error.WriteLineAsync(
                FormattableString.Invariant($"{Name} {i}/{rounds}: {milliseconds:F0} ms, {starts[^1].CpuSeconds:F2} s of processor")
            );
        }
        return new Startup(rounds, Median(starts.Select(start => start.Milliseconds)), Median(starts.Select(start => start.CpuSeconds)));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
