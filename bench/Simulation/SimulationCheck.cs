using System.Diagnostics;
using System.Globalization;
using System.Net;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Dev;

namespace ServerlessRosa.Bench.Simulation;

/// <summary>
/// The simulation beside the real app: the app on the emulator, with a proxy between them that is slow and limits each partition of
/// `submissions`. What the simulation needs, latencies and processor time, is measured first, with one connection and without a limit.
/// </summary>
internal sealed class SimulationCheck(RosaApp app, ThrottlingStorage storage, string root, CheckOptions options) : IDisposable
{
    private const int CalibrationRequests = 100;
    private const int WarmUpRequests = 30;
    private const int Growth = 16; // FormShards
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false })
    {
        BaseAddress = app.BaseUrl,
        DefaultRequestHeaders = { { "X-OpenRosa-Version", "1.0" } },
    };

    public static async Task RunAsync(CheckOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("rosa-simulation-");
        try
        {
            await using var azurite = await Azurite.StartAsync(new AzuriteOptions(folder.FullName), cancellationToken);
            await using var storage = await ThrottlingStorage.StartAsync(
                azurite.ConnectionString,
                StorageNames.SubmissionsTable,
                cancellationToken
            );
            var settings = new Dictionary<string, string>(Seed.AppSettings)
            {
                ["Rosa__CacheSeconds"] = "300",
                ["Rosa__SubmissionShards"] = options.Shards.ToString(CultureInfo.InvariantCulture),
            };
            await using var app = await RosaApp.StartAsync(
                new RosaAppOptions(storage.ConnectionString, Settings: settings, OwnProcess: true),
                cancellationToken
            );
            var seeded = await Seed.RunAsync(app.BaseUrl, new BenchOptions(["submission"], 1, 1, [], null, null, null), cancellationToken);
            using var check = new SimulationCheck(app, storage, seeded.Root, options);
            await check.CompareAsync(output, cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task CompareAsync(TextWriter output, CancellationToken cancellationToken)
    {
        storage.Delay = Delay;
        await SendAsync(1, WarmUpRequests, TimeSpan.MaxValue, cancellationToken);
        storage.TakeLatencies();
        var one = await SendAsync(1, CalibrationRequests, TimeSpan.MaxValue, cancellationToken);
        var latencies = storage.TakeLatencies();
        var rest = one.Quantile(0.5) - latencies[OperationKind.BlobPut].Median - latencies[OperationKind.TableBatch].Median;
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Shards: {options.Shards}. One connection: {one.Quantile(0.5):F0} ms, "
                    + $"of which a blob takes {latencies[OperationKind.BlobPut].Median:F0}, "
                    + $"a batch {latencies[OperationKind.TableBatch].Median:F0}, all else {rest:F1}."
            )
        );
        output.WriteLine();
        output.WriteLine("|connections|entities/s and partition|of|accepted/s|p50 ms|p95 ms|p99 ms|refused|");
        output.WriteLine("|---:|---:|---|---:|---:|---:|---:|---:|");
        foreach (var limit in (double?[])[null, .. options.Limits])
        {
            storage.Limit(limit);
            var seconds = TimeSpan.FromSeconds(options.Seconds);
            var started = Stopwatch.GetTimestamp();
            var measured = await SendAsync(options.Connections, int.MaxValue, seconds, cancellationToken);
            Write(output, limit, "app", measured, measured.Accepted / Stopwatch.GetElapsedTime(started).TotalSeconds);
            var simulated = SimulationRun.Of(Simulated(latencies, limit, Math.Max(0.1, rest) / 1000));
            var figures = simulated.Figures.Of(RequestPlans.SubmissionName);
            Write(output, limit, "simulation", figures, simulated.PerSecond(RequestPlans.SubmissionName));
        }
        storage.Limit(null);
    }

    // As the run: from the start, without a warm-up, with a burst of one second.
    private SimulationSettings Simulated(Dictionary<OperationKind, Latency> latencies, double? limit, double rest) =>
        new()
        {
            WarmUpSeconds = 0,
            Seconds = options.Seconds,
            Storage = new StorageSettings
            {
                EntitiesPerPartition = limit ?? double.MaxValue,
                Latencies = new Dictionary<OperationKind, Latency>(latencies)
                {
                    [OperationKind.PointRead] = latencies[OperationKind.TableBatch],
                    [OperationKind.TableWrite] = latencies[OperationKind.TableBatch],
                    [OperationKind.Refusal] = new(2, 10),
                },
            },
            App = new AppSettings
            {
                Instances = 1,
                Concurrency = options.Connections,
                CacheSeconds = double.MaxValue,
                Shards = options.Shards,
                GrowingTo = limit is null ? [] : Grown(options.Shards),
                SubmissionCpuSeconds = rest,
            },
            Traffic = new TrafficSettings
            {
                Connections = options.Connections,
                Accounts = 1,
                BackOff = Pause.TotalSeconds,
                PhoneBytes = double.MaxValue,
            },
        };

    // Ten refusals, a second or two in the first run with a limit, make a form grow.
    private static List<int> Grown(int shards)
    {
        var counts = new List<int>();
        for (var count = shards; count < SubmissionShards.Most; counts.Add(count))
            count = Math.Min(Growth * count, SubmissionShards.Most);
        return counts;
    }

    private void Write(TextWriter output, double? limit, string of, RequestFigures figures, double perSecond) =>
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"|{options.Connections}|{(limit is null ? "-" : $"{limit}")}|{of}|{perSecond:F1}|{figures.Quantile(0.5):F0}"
                    + $"|{figures.Quantile(0.95):F0}|{figures.Quantile(0.99):F0}|{100 * figures.RefusedShare:F1}%|"
            )
        );

    // A closed loop, which pauses after a refusal.
    private async Task<RequestFigures> SendAsync(int connections, int count, TimeSpan time, CancellationToken cancellationToken)
    {
        var figures = new RequestFigures();
        var (sent, started) = (0, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => ConnectionAsync()));
        return figures;

        async Task ConnectionAsync()
        {
            while (Interlocked.Increment(ref sent) <= count && Stopwatch.GetElapsedTime(started) < time)
            {
                var at = Stopwatch.GetTimestamp();
                using var content = Samples.Multipart(Samples.Submission(Samples.NewInstanceId()));
                using var answer = await _http.PostAsync($"{root}/submission", content, cancellationToken);
                var seconds = Stopwatch.GetElapsedTime(at).TotalSeconds;
                var isAccepted = answer.StatusCode == HttpStatusCode.Created;
                if (!isAccepted && (int)answer.StatusCode < 500)
                    throw new StartException($"A submission was answered {(int)answer.StatusCode}.");
                if (isAccepted || Stopwatch.GetElapsedTime(started) < time)
                {
                    lock (figures)
                        figures.Count(isAccepted ? Outcome.Accepted : Outcome.Refused, seconds);
                }
                if (!isAccepted)
                    await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}

/// <param name="Limits">Entities per second of a partition, one run after the other, after one without a limit.</param>
internal sealed record CheckOptions(int Shards, IReadOnlyList<double> Limits, int Connections, double Seconds)
{
    /// <summary>Limits of 10 and 30 submissions per second, whatever the number of shards.</summary>
    public static CheckOptions Of(int shards, double seconds) => new(shards, [20.0 / shards, 60.0 / shards], 16, seconds);
}
