using System.Globalization;

namespace ServerlessRosa.Bench.Simulation;

/// <summary>The deployments and loads that docs/scale.md shows, each as a Markdown table without spaces in its cells.</summary>
internal static class Scenarios
{
    private static readonly int[] Shards = [1, 4, 16, 64];

    // Submissions per second with instances that take it easily, just, and not; other settings are the defaults.
    private static readonly (double Rate, int[] Instances)[] Loads = [(1, [1]), (100, [2, 20]), (10_000, [100, 300, 1_000])];

    /// <summary>ODK's submissions of XML alone to one form, all instances running.</summary>
    public static void Submissions(SimulationSettings given, TextWriter output)
    {
        output.WriteLine(
            "|submissions/s|instances|shards|accepted/s|p50 ms|p95 ms|p99 ms|refused|queue, most|outbox|busiest keys|table operations|"
        );
        output.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|");
        foreach (var (rate, instances) in Loads)
            foreach (var count in instances)
                foreach (var shards in Shards)
                    Line(Of(count, shards, rate));

        SimulationSettings Of(int instances, int shards, double rate) =>
            given with
            {
                App = given.App with { Instances = instances, Shards = shards },
                Traffic = given.Traffic with { Rate = rate },
            };

        void Line(SimulationSettings settings)
        {
            var result = SimulationRun.Of(settings);
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"|{settings.Traffic.Rate:N0}|{settings.App.Instances:N0}|{settings.App.Shards}|{Submitted(result)}|{Keys(result, 2)}"
                        + $"|{100 * result.TableUse:F0}%|"
                )
            );
        }
    }

    /// <summary>10,000 a second to 64 shards: what else limits it.</summary>
    public static void Settings(SimulationSettings given, TextWriter output)
    {
        output.WriteLine(
            "|10,000/s, 64 shards, and|accepted/s|p50 ms|p95 ms|p99 ms|refused|queue, most|outbox|busiest keys|table operations|"
        );
        output.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---|---:|");
        var busy = given with { App = given.App with { Instances = 1_000, Shards = 64 }, Traffic = given.Traffic with { Rate = 10_000 } };
        var wide = busy with { App = busy.App with { Instances = 250, Concurrency = 16 } };
        Line("1,000 instances of 4", busy);
        Line("250 of 16", wide);
        Line("250 of 16, `Rosa:CacheSeconds` 300", Cached(wide));
        Line("the same, 100 accounts", Cached(wide) with { Traffic = wide.Traffic with { Accounts = 100 } });
        Line("the same, two files of 300 KB, 1,000 of 16", WithFiles(Cached(wide)));

        void Line(string name, SimulationSettings settings)
        {
            var result = SimulationRun.Of(settings);
            output.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"|{name}|{Submitted(result)}|{Keys(result, 2)}|{100 * result.TableUse:F0}%|")
            );
        }

        static SimulationSettings Cached(SimulationSettings settings) => settings with { App = settings.App with { CacheSeconds = 300 } };

        static SimulationSettings WithFiles(SimulationSettings settings) =>
            settings with
            {
                App = settings.App with { Instances = 1_000 },
                Traffic = settings.Traffic with { Accounts = 100, Files = 2 },
            };
    }

    /// <summary>From one instance on, the load at once: how far starting instances keeps up.</summary>
    public static void Start(SimulationSettings given, TextWriter output)
    {
        output.WriteLine(
            "|submissions/s, suddenly|always ready|seconds since|accepted/s|p50 ms|p95 ms|p99 ms|refused|queue, most|outbox|instances|"
        );
        output.WriteLine("|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var (rate, ready, most) in new (double Rate, int Ready, int Most)[] { (100, 0, 100), (100, 5, 100), (10_000, 5, 1_000) })
            foreach (var (from, to) in new[] { (0, 10), (10, 30), (30, 60) })
            {
                var result = SimulationRun.Of(
                    given with
                    {
                        WarmUpSeconds = from,
                        Seconds = to - from,
                        App = given.App with { AlwaysReady = ready, Instances = most, Shards = 64 },
                        Traffic = given.Traffic with { Rate = rate },
                    }
                );
                output.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"|{rate:N0}|{ready}|{from}-{to}|{Submitted(result)}" + $"|{result.Instances:N0}|"
                    )
                );
            }
    }

    /// <summary>CommCare forms that change a case each, and a full restore for every ten forms, on ten million cases.</summary>
    public static void Cases(SimulationSettings given, TextWriter output)
    {
        const int Total = 10_000_000;
        output.WriteLine(
            "|forms/s|cases per owner|accepted/s|p50 ms|p95 ms|p99 ms|refused|queue, most|outbox"
                + "|restores/s|p50 ms|p99 ms|refused|busiest keys|table operations|"
        );
        output.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|");
        foreach (var rate in new double[] { 1, 100, 1_000, 10_000 })
            foreach (var owners in new[] { 10_000, 1_000, 100 })
            {
                var settings = given with
                {
                    App = given.App with { Instances = 1_000, Shards = 64 },
                    Traffic = given.Traffic with { Rate = rate, Accounts = 10_000, Cases = new CaseTraffic(Total, owners) },
                };
                var result = SimulationRun.Of(settings);
                var restores = result.Figures.Of(RequestPlans.RestoreName);
                output.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"|{rate:N0}|{Total / owners:N0}|{Answers(result, RequestPlans.CaseFormName)}"
                            + $"|{result.PerSecond(RequestPlans.RestoreName):G3}|{Milliseconds(restores, 0.5)}"
                            + $"|{Milliseconds(restores, 0.99)}"
                            + $"|{100 * restores.RefusedShare:F0}%|{Keys(result, 4)}|{100 * result.TableUse:F0}%|"
                    )
                );
            }
    }

    private static string Submitted(SimulationResult result) => Answers(result, RequestPlans.SubmissionName);

    private static string Answers(SimulationResult result, string request)
    {
        var figures = result.Figures.Of(request);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{result.PerSecond(request):N0}|{Milliseconds(figures, 0.5)}|{Milliseconds(figures, 0.95)}|{Milliseconds(figures, 0.99)}"
                + $"|{100 * figures.RefusedShare:F0}%|{result.MaxQueue:N0}|{result.Outbox:N0}"
        );
    }

    private static string Milliseconds(RequestFigures figures, double quantile) =>
        figures.Accepted > 0 ? figures.Quantile(quantile).ToString("N0", CultureInfo.InvariantCulture) : "-";

    private static string Keys(SimulationResult result, int count) =>
        string.Join(
            ",",
            result.Hottest.Take(count).Select(key => string.Create(CultureInfo.InvariantCulture, $"{key.Table}:{100 * key.Use:F0}%"))
        );
}
