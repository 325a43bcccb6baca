using System.Globalization;

namespace ServerlessRosa.Bench.Simulation;

/// <param name="Entities">Per second.</param>
/// <param name="Use">Of the partition's limit.</param>
public sealed record HottestKey(string Table, int Partition, double Entities, double Use, int Refused)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Table} {100 * Use:F0} %");
}

/// <param name="Outbox">Submissions that phones still hold at the end.</param>
/// <param name="Hottest">The partition of each table that had the most to do, the busiest first.</param>
/// <param name="TableUse">Of the account's limit of table operations.</param>
public sealed record SimulationResult(
    SimulationSettings Settings,
    SimulationFigures Figures,
    double MeanQueue,
    int MaxQueue,
    int Instances,
    int Outbox,
    IReadOnlyList<HottestKey> Hottest,
    double TableUse,
    int RefusedByAccount
)
{
    public double PerSecond(string request) => Figures.Of(request).Accepted / Settings.Seconds;
}

/// <summary>Runs one deployment under one load, without any clock but the simulated one.</summary>
public static class SimulationRun
{
    public static SimulationResult Of(SimulationSettings settings)
    {
        var clock = new SimulatedClock();
        var random = new Random(settings.Seed);
        var figures = new SimulationFigures();
        var storage = new SimulatedStorage(clock, settings.Storage, random);
        var pool = new InstancePool(clock, settings.App, settings.Traffic.GiveUp, random);
        var app = new SimulatedApp(clock, pool, storage, settings.Traffic.PhoneBytes, figures);
        var phones = new Phones(clock, app, new RequestPlans(settings.App, settings.Traffic), settings.Traffic, random);
        phones.Start();
        clock.RunUntil(settings.WarmUpSeconds);
        figures.Reset();
        pool.ResetFigures();
        storage.ResetFigures();
        clock.RunUntil(settings.WarmUpSeconds + settings.Seconds);
        return new SimulationResult(
            settings,
            figures,
            pool.MeanQueue,
            pool.MaxQueue,
            pool.Instances,
            phones.Outbox,
            Hottest(storage, settings),
            storage.TableOperations / settings.Seconds / settings.Storage.TableOperations,
            storage.RefusedByAccount
        );
    }

    private static List<HottestKey> Hottest(SimulatedStorage storage, SimulationSettings settings) =>
        [
            .. storage
                .Partitions.GroupBy(partition => partition.Table)
                .Select(table => table.OrderByDescending(partition => partition.Entities).ThenBy(partition => partition.Number).First())
                .Select(partition => new HottestKey(
                    partition.Table,
                    partition.Number,
                    partition.Entities / settings.Seconds,
                    partition.Entities / settings.Seconds / partition.Limit.PerSecond,
                    partition.Refused
                ))
                .OrderByDescending(key => key.Use)
                .ThenBy(key => key.Table, StringComparer.Ordinal),
        ];
}
