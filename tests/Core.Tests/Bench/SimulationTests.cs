using System.Globalization;
using System.Text.RegularExpressions;
using ServerlessRosa.Bench.Simulation;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Dev;
using Xunit;

namespace ServerlessRosa.Core.Tests.Bench;

/// <summary>`bench simulate`: its queue and limits against what can be calculated, and its operations against the budgets.</summary>
public sealed class SimulationTests
{
    [Theory]
    [InlineData(1, 8)]
    [InlineData(4, 34)]
    public void Waiting_is_as_long_as_queueing_theory_says(int servers, double arrivals)
    {
        const double Served = 10;
        const double End = 4_000;
        var (clock, random) = (new SimulatedClock(), new Random(1));
        var pool = new InstancePool(clock, new AppSettings { Instances = servers, Concurrency = 1 }, double.MaxValue, random);
        var times = new List<double>();
        clock.Start(ArriveAsync);
        clock.RunUntil(End);

        // M/M/c (Erlang's C): the mean number of waiting requests, and with Little's law the mean time.
        var load = arrivals / Served;
        var term = Enumerable.Range(1, servers).Aggregate(1.0, (product, k) => product * load / k) * servers / (servers - load);
        var sum = Enumerable.Range(0, servers).Sum(k => Enumerable.Range(1, k).Aggregate(1.0, (product, i) => product * load / i));
        var queue = term / (sum + term) * load / (servers - load);
        Assert.InRange(pool.MeanQueue / queue, 0.9, 1.1);
        Assert.InRange(times.Average() / ((queue / arrivals) + (1 / Served)), 0.95, 1.05);

        async Task ArriveAsync()
        {
            while (true)
            {
                await clock.After(Exponential(arrivals));
                clock.Start(ServeAsync);
            }
        }

        async Task ServeAsync()
        {
            var arrived = clock.Now;
            var instance = await pool.EnterAsync();
            await clock.After(Exponential(Served));
            pool.Leave(instance!);
            times.Add(clock.Now - arrived);
        }

        double Exponential(double perSecond) => -Math.Log(1 - random.NextDouble()) / perSecond;
    }

    [Fact]
    public void A_limit_is_reached_exactly()
    {
        var bucket = new TokenBucket(perSecond: 20, burst: 20);
        Assert.Equal(20, Enumerable.Range(0, 100).Count(_ => bucket.TryTake(0, 1)));
        Assert.Equal(200, Enumerable.Range(1, 1_000).Count(i => bucket.TryTake(i / 100.0, 1)));
        Assert.True(bucket.TryTake(20, 20)); // no more than the burst is kept
        Assert.False(bucket.TryTake(20, 1));
        Assert.True(bucket.TryTake(21, 1_000)); // more than ever fits: the rest is owed
        Assert.False(bucket.TryTake(22, 20));
    }

    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(2, 2_000)]
    public void A_form_takes_as_much_as_its_partitions_do(int shards, double perSecond)
    {
        var result = Run(4_000, shards, instances: 200);
        Assert.InRange(result.PerSecond(RequestPlans.SubmissionName), 0.97 * perSecond, 1.03 * perSecond);
        Assert.True(result.Figures.Of(RequestPlans.SubmissionName).Refused > 0);
        Assert.Equal((StorageNames.SubmissionsTable, 1.0), (result.Hottest[0].Table, Math.Round(result.Hottest[0].Use, 1)));
    }

    [Fact]
    public void Half_a_limit_is_answered_without_a_refusal_and_instances_limit_the_rest()
    {
        var calm = Run(500, shards: 1, instances: 100);
        Assert.Equal(0, calm.Figures.Of(RequestPlans.SubmissionName).Refused);
        Assert.InRange(calm.PerSecond(RequestPlans.SubmissionName), 450, 550);

        var few = Run(500, shards: 1, instances: 2);
        Assert.True(few.PerSecond(RequestPlans.SubmissionName) < 250);
        Assert.True(few.MaxQueue > 1_000);
    }

    [Fact]
    public void A_run_depends_on_its_seed_alone()
    {
        string[] Runs(int seed) => [.. Enumerable.Range(0, 2).Select(_ => Text(Run(200, shards: 1, instances: 10, seed: seed)))];

        Assert.Single(Runs(1).Distinct());
        Assert.NotEqual(Runs(1)[0], Runs(2)[0]);
    }

    [Fact]
    public void Instances_start_when_requests_wait()
    {
        var app = new AppSettings { Instances = 50, AlwaysReady = 0 };
        var start = SimulationRun.Of(
            new SimulationSettings
            {
                WarmUpSeconds = 0,
                Seconds = 60,
                App = app,
                Traffic = new TrafficSettings { Rate = 50 },
            }
        );
        Assert.InRange(start.Instances, 2, 49);
        Assert.InRange(start.Figures.Of(RequestPlans.HeadName).Quantile(1), 900 * app.StartSeconds, 1000 * (app.StartSeconds + 3));
        Assert.True(start.Outbox < 25);
    }

    [Fact]
    public void Requests_cost_the_operations_that_their_budgets_say()
    {
        var plans = new RequestPlans(new AppSettings(), new TrafficSettings { Files = 3 });
        var random = new Random(1);
        Assert.Equal(Budget("HEAD submission by a phone"), Cost(plans.Head(1)));
        Assert.Equal(Budget("form list", ("⌈forms/1000⌉", 1)), Cost(plans.FormList(1)));
        Assert.Equal(Budget("manifest"), Cost(plans.Manifest(1)));
        Assert.Equal(Budget("submission with n media files of up to 4 MiB each", ("n", 3)), Cost(plans.Submission(1, random)));
        Assert.Equal(
            Budget("with c cases (same owner, no new index)", ("n", 0), ("2c", 2 * 4)),
            Cost(plans.CaseForm(1, owner: 1, cases: 4, random))
        );
        Assert.Equal(
            Budget("restore of n owned cases", ("⌈n/1000⌉", 3), ("1 per case of others", 0)),
            Cost(plans.Restore(1, owner: 1, cases: 2_500))
        );
    }

    private static SimulationResult Run(double rate, int shards, int instances, int seed = 1) =>
        SimulationRun.Of(
            new SimulationSettings
            {
                Seed = seed,
                WarmUpSeconds = 5,
                Seconds = 10,
                App = new AppSettings { Instances = instances, Shards = shards },
                Traffic = new TrafficSettings { Rate = rate },
                Storage = new StorageSettings { TableOperations = 1e6 },
            }
        );

    private static string Text(SimulationResult result)
    {
        var figures = result.Figures.Of(RequestPlans.SubmissionName);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{figures.Accepted} {figures.Quantile(0.5):R} {figures.Quantile(0.99):R} {result.MeanQueue:R} {result.Hottest[0]}"
        );
    }

    private static (int Warm, int Cold) Cost(RequestPlan plan) => (plan.Warm.Count, plan.Cold.Count);

    /// <summary>A row of docs/architecture.md#budgets, with numbers for its letters.</summary>
    private static (int Warm, int Cold) Budget(string request, params (string Letter, int Value)[] values)
    {
        var row = File.ReadLines(Path.Combine(Repository.Root, "docs", "architecture.md"))
            .Single(line => line.StartsWith($"|{request}|", StringComparison.Ordinal))
            .Split('|');
        return (Value(row[2]), Value(row[3]));

        int Value(string cell) =>
            values
                .Aggregate(
                    cell,
                    (text, value) =>
                        text.Replace(value.Letter, value.Value.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                )
                .Split('+')
                .Sum(term => int.Parse(Regex.Match(term, "^[0-9]+$").Value, CultureInfo.InvariantCulture));
    }
}
