namespace ServerlessRosa.Bench.Simulation;

/// <summary>
/// One simulated deployment and its load. The defaults are Azure's documented limits (bench/README.md names the pages), this product's
/// own settings, and assumptions where nothing is published, above all <see cref="StorageSettings.Latencies"/>.
/// </summary>
public sealed record SimulationSettings
{
    public int Seed { get; init; } = 1;

    /// <summary>Simulated seconds before figures are taken, and with them.</summary>
    public double WarmUpSeconds { get; init; } = 20;

    public double Seconds { get; init; } = 40;

    public StorageSettings Storage { get; init; } = new();

    public AppSettings App { get; init; } = new();

    public TrafficSettings Traffic { get; init; } = new();
}

/// <summary>The storage account, and how the app repeats what it refuses.</summary>
public sealed record StorageSettings
{
    private static readonly Dictionary<OperationKind, Latency> Assumed = new Dictionary<OperationKind, Latency>
    {
        [OperationKind.PointRead] = new(4, 40),
        [OperationKind.TableWrite] = new(7, 60),
        [OperationKind.TableBatch] = new(9, 80),
        [OperationKind.QueryPage] = new(80, 400),
        [OperationKind.BlobPut] = new(15, 120),
        [OperationKind.BlobRead] = new(10, 80),
        [OperationKind.Refusal] = new(3, 20),
    };

    /// <summary>Entities per second that one partition of a table reads or writes.</summary>
    public double EntitiesPerPartition { get; init; } = 2_000;

    /// <summary>Table operations per second of the account.</summary>
    public double TableOperations { get; init; } = 20_000;

    /// <summary>Blob requests per second of the account.</summary>
    public double BlobRequests { get; init; } = 20_000;

    /// <summary>Bytes per second into the account: 25 Gbit/s.</summary>
    public double IngressBytes { get; init; } = 25e9 / 8;

    /// <summary>How many seconds of an unused limit may be used at once.</summary>
    public double BurstSeconds { get; init; } = 1;

    /// <summary>Repetitions after a 503 (StorageAccount.cs), and their delays in seconds: doubled each time, a fifth more or
    /// less.</summary>
    public int Retries { get; init; } = 3;

    public double RetryDelay { get; init; } = 0.2;

    public double MaxRetryDelay { get; init; } = 3;

    /// <summary>Medians and tails. A kind that is not given has the default.</summary>
    public IReadOnlyDictionary<OperationKind, Latency> Latencies { get; init; } = Assumed;

    public Latency LatencyOf(OperationKind kind) => Latencies.GetValueOrDefault(kind) ?? Assumed[kind];
}

/// <summary>The app on Flex Consumption, and its caches.</summary>
public sealed record AppSettings
{
    /// <summary>`maximumInstanceCount`.</summary>
    public int Instances { get; init; } = 100;

    /// <summary>Instances that run from the beginning; null: all.</summary>
    public int? AlwaysReady { get; init; }

    /// <summary>`concurrencyPerInstance`.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>From asking for an instance to its first answer: the platform's part, and 1.4 s of the app's
    /// (docs/performance.md).</summary>
    public double StartSeconds { get; init; } = 2.5;

    /// <summary>At most so many instances are started in one second.</summary>
    public int StartsPerSecond { get; init; } = 20;

    /// <summary>`Rosa:CacheSeconds`.</summary>
    public double CacheSeconds { get; init; } = 15;

    /// <summary>`Rosa:SubmissionShards`.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>The numbers of shards that the form gets in some minutes, since storage refused its submissions.</summary>
    public IReadOnlyList<int> GrowingTo { get; init; } = [];

    /// <summary>Processor time for a submission without files, of worker and host (docs/performance.md).</summary>
    public double SubmissionCpuSeconds { get; init; } = 0.0038;
}

/// <summary>What phones do: all send to one form of one project.</summary>
public sealed record TrafficSettings
{
    /// <summary>Submissions or, with cases, forms per second, at random moments.</summary>
    public double Rate { get; init; } = 100;

    /// <summary>App users or workers, among whom requests are spread.</summary>
    public int Accounts { get; init; } = 1_000;

    /// <summary>Form lists and manifests for each submission.</summary>
    public double FormLists { get; init; } = 0.1;

    public double Manifests { get; init; } = 0.1;

    public int Files { get; init; }

    public int FileBytes { get; init; } = 300_000;

    /// <summary>Bytes per second of a phone: 10 Mbit/s. The instance is busy while it receives.</summary>
    public double PhoneBytes { get; init; } = 10e6 / 8;

    /// <summary>After a refusal the phone waits so many seconds, half more or less, and twice as long each further time.</summary>
    public double BackOff { get; init; } = 30;

    /// <summary>A phone stops waiting for an answer after so many seconds, and tries again as after a refusal.</summary>
    public double GiveUp { get; init; } = 60;

    /// <summary>So many connections that each send the next submission after the answer to the one before, instead of phones; null:
    /// phones at <see cref="Rate"/>.</summary>
    public int? Connections { get; init; }

    /// <summary>CommCare's cases instead of submissions: each form changes one case; null: ODK's submissions.</summary>
    public CaseTraffic? Cases { get; init; }
}

/// <param name="Total">Cases of the project, evenly owned.</param>
/// <param name="Owners">Workers, or groups and locations whose cases all their workers get.</param>
/// <param name="Restores">Full restores for each form.</param>
public sealed record CaseTraffic(int Total, int Owners, double Restores = 0.1);
