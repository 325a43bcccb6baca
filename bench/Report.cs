using System.Globalization;
using System.Text.Json;

namespace ServerlessRosa.Bench;

/// <summary>Medians of the rounds; costs per request are averages over all rounds.</summary>
/// <param name="Ratio">The app's p50 divided by the floor's in the same round.</param>
internal sealed record WorkloadFigures(
    string Name,
    int Connections,
    int RequestsPerRound,
    double? RequestsPerSecond,
    double? P50,
    double? P95,
    int Errors,
    IReadOnlyDictionary<string, int> ErrorKinds,
    double? FloorRequestsPerSecond,
    double? FloorP50,
    double? FloorP95,
    int FloorErrors,
    double? Ratio,
    double? Operations,
    double? FloorOperations,
    double? WorkerSecondsPer1000,
    double? HostSecondsPer1000,
    double? StorageSecondsPer1000,
    double? FloorStorageSecondsPer1000,
    double? PeakMiB
)
{
    public static WorkloadFigures Of(Workload workload, Load warmUp, IReadOnlyList<Round> rounds)
    {
        var app = rounds.Select(round => round.App).ToList();
        var floor = rounds.Select(round => round.Floor).OfType<Half>().ToList();
        var errors = app.Concat(floor)
            .Select(half => half.Load)
            .Append(warmUp)
            .SelectMany(load => load.Errors)
            .GroupBy(error => error.Key, error => error.Value)
            .ToDictionary(kind => kind.Key, kind => kind.Sum());
        return new WorkloadFigures(
            workload.Name,
            workload.Connections,
            workload.Count,
            Median(app.Select(half => half.Load.RequestsPerSecond)),
            Median(app.Select(half => half.Load.P50)),
            Median(app.Select(half => half.Load.P95)),
            app.Select(half => half.Load).Append(warmUp).Sum(load => load.Errors.Values.Sum()),
            errors,
            Median(floor.Select(half => half.Load.RequestsPerSecond)),
            Median(floor.Select(half => half.Load.P50)),
            Median(floor.Select(half => half.Load.P95)),
            floor.Sum(half => half.Load.Errors.Values.Sum()),
            Median(rounds.Where(round => round.Floor is not null).Select(round => round.App.Load.P50 / round.Floor!.Load.P50)),
            workload.Streams ? null : PerRequest(app, half => half.Operations),
            PerRequest(floor, half => half.Operations),
            1000 * PerRequest(app, half => half.WorkerSeconds),
            1000 * PerRequest(app, half => half.HostSeconds),
            1000 * PerRequest(app, half => half.StorageSeconds),
            1000 * PerRequest(floor, half => half.StorageSeconds),
            app.Max(half => half.PeakMiB)
        );
    }

    private static double? PerRequest(IReadOnlyList<Half> halves, Func<Half, double> cost) =>
        halves.Sum(half => half.Load.Good) is > 0 and var good ? halves.Sum(cost) / good : null;

    private static double? Median(IEnumerable<double> values)
    {
        var sorted = values.Where(double.IsFinite).Order().ToList();
        return sorted.Count == 0 ? null : (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}

/// <param name="OtherShare">The share of the machine's processor time used by other processes, if known.</param>
internal sealed record Report(DateTimeOffset At, int Cores, int Rounds, double? OtherShare, IReadOnlyList<WorkloadFigures> Workloads)
{
    /// <summary>Null when start-up was not measured.</summary>
    public Startup? Startup { get; init; }

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly (string Title, Func<WorkloadFigures, string> Cell)[] Columns =
    [
        ("workload", row => row.Name),
        ("req/s", row => Number(row.RequestsPerSecond)),
        ("p50 ms", row => Number(row.P50)),
        ("p95 ms", row => Number(row.P95)),
        ("errors", row => Number(row.Errors + row.FloorErrors, 0)),
        ("floor req/s", row => Number(row.FloorRequestsPerSecond)),
        ("floor p50 ms", row => Number(row.FloorP50)),
        ("p50 ÷ floor", row => Number(row.Ratio, 2)),
        ("operations", row => Number(row.Operations, 2)),
        ("floor's", row => Number(row.FloorOperations, 2)),
        ("worker CPU s/1000", row => Number(row.WorkerSecondsPer1000, 2)),
        ("host CPU s/1000", row => Number(row.HostSecondsPer1000, 2)),
        ("storage CPU s/1000", row => Number(row.StorageSecondsPer1000, 2)),
        ("floor's", row => Number(row.FloorStorageSecondsPer1000, 2)),
        ("worker peak MiB", row => Number(row.PeakMiB, 0)),
    ];

    /// <summary>Writes the figures as a Markdown table.</summary>
    public void WriteTable(TextWriter output)
    {
        output.WriteLine(Line(Columns.Select(column => column.Title)));
        output.WriteLine(Line(Columns.Select((_, i) => i == 0 ? "---" : "---:")));
        foreach (var row in Workloads)
            output.WriteLine(Line(Columns.Select(column => column.Cell(row))));
        output.WriteLine();
        var others = OtherShare is { } share
            ? FormattableString.Invariant($" Other processes took {100 * share:F0} % of the machine meanwhile.")
            : "";
        output.WriteLine(FormattableString.Invariant($"Medians of {Rounds} rounds on {Cores} cores, app and floor in turn.{others}"));
        if (Startup is { } startup)
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Start-up to first answer: {startup.Milliseconds:F0} ms, {startup.CpuSeconds:F2} s of processor "
                        + $"(medians of {startup.Rounds})."
                )
            );
        foreach (var row in Workloads)
            foreach (var (kind, times) in row.ErrorKinds)
                output.WriteLine(FormattableString.Invariant($"{row.Name}: {times} x {kind}"));
    }

    public async Task WriteJsonAsync(FileInfo file, CancellationToken cancellationToken)
    {
        await using var stream = file.Create();
        await JsonSerializer.SerializeAsync(stream, this, Indented, cancellationToken);
    }

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Number(double? value, int digits = 1) =>
        value is { } number ? number.ToString("F" + (number >= 100 ? 0 : digits), CultureInfo.InvariantCulture) : "-";
}
