using System.Text.Json;
using ServerlessRosa.Dev;

namespace ServerlessRosa.Bench;

/// <summary>Storage operations per request, and the median ratio of the app's p50 to the floor's. Null where a run does not measure
/// it.</summary>
internal sealed record BaselineFigures(double? Operations, double? Ratio);

/// <summary>
/// The figures of an earlier run, by workload. The file holds only what another machine measures too: operations and ratios, no times.
/// </summary>
internal sealed record Baseline(IReadOnlyDictionary<string, BaselineFigures> Workloads)
{
    // A cache that expires every 15 seconds adds a fraction of an operation to short requests, and more to a few long ones.
    private const double OperationsTolerance = 0.25;

    // Ratios differ by this much between two runs of the same build on a shared machine.
    private const double RatioTolerance = 1.3;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict,
    };

    public static Baseline Of(Report report) =>
        new(report.Workloads.ToDictionary(row => row.Name, row => new BaselineFigures(Rounded(row.Operations), Rounded(row.Ratio))));

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

    /// <summary>One line for each figure that is worse than here by more than measurements differ. A workload that either side lacks is
    /// not compared.</summary>
    public IReadOnlyList<string> WorseIn(Report report) =>
        [
            .. from row in report.Workloads
            where Workloads.ContainsKey(row.Name)
            let before = Workloads[row.Name]
            from line in new[]
            {
                row.Operations > before.Operations + OperationsTolerance
                    ? FormattableString.Invariant($"{row.Name}: {row.Operations:F2} storage operations, {before.Operations:F2} before")
                    : null,
                row.Ratio > before.Ratio * RatioTolerance
                    ? FormattableString.Invariant($"{row.Name}: {row.Ratio:F2} times the floor, {before.Ratio:F2} before")
                    : null,
            }
            where line is not null
            select line,
        ];

    private static double? Rounded(double? figure) => figure is { } value ? Math.Round(value, 2) : null;
}
