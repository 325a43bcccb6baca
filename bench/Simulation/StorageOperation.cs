namespace ServerlessRosa.Bench.Simulation;

public enum OperationKind
{
    PointRead,
    TableWrite,
    TableBatch,
    QueryPage,
    BlobPut,
    BlobRead,

    /// <summary>A 503 (ServerBusy), for its latency.</summary>
    Refusal,
}

/// <param name="Table">The table, or the container.</param>
/// <param name="Partition">Tells partitions of a table apart; <see cref="OwnPartition"/> where each row has one to itself.</param>
/// <param name="Entities">Rows that count toward the partition's limit.</param>
/// <param name="Bytes">Sent to storage.</param>
public readonly record struct StorageOperation(OperationKind Kind, string Table, int Partition, int Entities = 1, int Bytes = 0)
{
    public const int OwnPartition = -1;

    public bool IsBlob => Kind is OperationKind.BlobPut or OperationKind.BlobRead;
}

/// <summary>A read that an instance repeats only when <paramref name="Seconds"/> have passed since.</summary>
/// <param name="Key">Tells cached things of a kind apart.</param>
public readonly record struct CachedRead(StorageOperation Operation, int Key, double Seconds);

/// <summary>What a request costs: uploaded bytes, processor seconds, storage operations in their order.</summary>
public sealed record RequestPlan(string Name, double CpuSeconds, IReadOnlyList<StorageOperation> Warm)
{
    public IReadOnlyList<CachedRead> Cold { get; init; } = [];

    public int UploadedBytes { get; init; }
}
