using System.Text.Json;
using ServerlessRosa.Dev;

namespace ServerlessRosa.Bench;

/// <summary>Storage operations per request, and the median ratio of the app's p50 to the floor's. Null where a run does not measure
/// it.</summary>
public sealed record BaselineFigures(double? Operations, double? Ratio);

/// <summary>
/// The figures of an earlier run, by workload. The file holds only what another machine measures too: operations and ratios, no times.
/// </summary>
public sealed record Baseline(IReadOnlyDictionary<string, BaselineFigures> Workloads)
{
    /// <summary>Of fewer rounds, a median says little on a shared machine.</summary>
    public const int FewestRounds = 3;

    // A cache that expires every 15 seconds adds a fraction of an operation to short requests, and more to a few long ones.
    private const double OperationsTolerance = 0.25;

    private const double RatioTolerance = 1.25;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict,
    };

    internal static Baseline Of(Report report) => new(report.Workloads.ToDictionary(row => row.Name, Of));

    internal static BaselineFigures Of(WorkloadFigures figures) => new(Rounded(figures.Operations), Rounded(figures.Ratio));

    /// <summary>Fails with a message for the command line when the file does not exist or is not a baseline.</summary>
    public static async Task<Baseline> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = file.OpenRead();
            return await JsonSerializer.DeserializeAsync<Baseline>(stream, Format, cancellationToken) is { Workloads: not null } baseline
                ? baseline
                : throw new StartException($"{file} holds no baseline.");
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new StartException($"{file} cannot be read as a baseline: {e.Message}");
        }
    }

    public async Task WriteAsync(FileInfo file, CancellationToken cancellationToken)
    {
        await using var stream = file.Create();
        await JsonSerializer.SerializeAsync(stream, this, Format, cancellationToken);
    }

    /// <summary>
    /// Measures a workload, and again when its ratio is worse than here: then the better measurement counts. Worse operations are not
    /// measured again, since no machine changes them.
    /// </summary>
    public async Task<T> MeasureAsync<T>(string workload, Func<Task<T>> measure, Func<T, BaselineFigures> figures)
    {
        var first = await measure();
        if (!Workloads.TryGetValue(workload, out var before) || OperationsLine(before, figures(first)) is not null)
            return first;
        if (RatioLine(before, figures(first)) is null)
            return first;
        var second = await measure();
        return figures(second).Ratio < figures(first).Ratio ? second : first;
    }

    /// <summary>One line for each figure that is worse than here by more than measurements differ. A workload that either side lacks is
    /// not compared.</summary>
    public IReadOnlyList<string> WorseIn(Baseline measured) =>
        [
            .. from row in measured.Workloads
            where Workloads.ContainsKey(row.Key)
            let before = Workloads[row.Key]
            from line in new[] { OperationsLine(before, row.Value), RatioLine(before, row.Value) }
            where line is not null
            select $"{row.Key}: {line}",
        ];

    private static string? OperationsLine(BaselineFigures before, BaselineFigures now) =>
        now.Operations > before.Operations + OperationsTolerance
            ? FormattableString.Invariant($"{now.Operations:F2} storage operations, {before.Operations:F2} before")
            : null;

    private static string? RatioLine(BaselineFigures before, BaselineFigures now) =>
        now.Ratio > before.Ratio * RatioTolerance
            ? FormattableString.Invariant($"{now.Ratio:F2} times the floor, {before.Ratio:F2} before")
            : null;

    private static double? Rounded(double? figure) => figure is { } value ? Math.Round(value, 2) : null;
}
