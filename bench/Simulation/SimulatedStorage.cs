namespace ServerlessRosa.Bench.Simulation;

/// <summary>A partition of a table: its limit, and what it did since the figures were reset.</summary>
public sealed class SimulatedPartition(string table, int number, TokenBucket limit)
{
    public string Table => table;

    public int Number => number;

    public TokenBucket Limit => limit;

    public double Entities { get; set; }

    public int Refused { get; set; }
}

/// <summary>
/// A storage account that answers after a random time, or with 503 when a limit of a partition or of the account is used up. Limits do
/// not slow it down before.
/// </summary>
public sealed class SimulatedStorage(SimulatedClock clock, StorageSettings settings, Random random)
{
    private readonly Dictionary<(string Table, int Number), SimulatedPartition> _partitions = [];
    private readonly TokenBucket _tables = new(settings.TableOperations, settings.TableOperations * settings.BurstSeconds);
    private readonly TokenBucket _blobs = new(settings.BlobRequests, settings.BlobRequests * settings.BurstSeconds);
    private readonly TokenBucket _ingress = new(settings.IngressBytes, settings.IngressBytes * settings.BurstSeconds);

    public IEnumerable<SimulatedPartition> Partitions => _partitions.Values;

    public int Operations { get; private set; }

    /// <summary>Refusals of the account's own limits, not of a partition's.</summary>
    public int RefusedByAccount { get; private set; }

    public int TableOperations { get; private set; }

    public void ResetFigures()
    {
        (Operations, RefusedByAccount, TableOperations) = (0, 0, 0);
        foreach (var partition in _partitions.Values)
            (partition.Entities, partition.Refused) = (0, 0);
    }

    /// <summary>Sends an operation as the storage library does, repeating refusals; false when the last was refused, too.</summary>
    public async Task<bool> SendAsync(StorageOperation operation)
    {
        for (var attempt = 0; ; attempt++)
        {
            var accepted = TryTake(operation);
            await clock.After(settings.LatencyOf(accepted ? operation.Kind : OperationKind.Refusal).SampleSeconds(random));
            if (accepted || attempt == settings.Retries)
                return accepted;
            var delay = Math.Min(settings.RetryDelay * (1 << attempt) * (0.8 + (0.4 * random.NextDouble())), settings.MaxRetryDelay);
            await clock.After(delay);
        }
    }

    private bool TryTake(StorageOperation operation)
    {
        Operations++;
        var account = operation.IsBlob ? _blobs : _tables;
        var partition = operation.IsBlob || operation.Partition == StorageOperation.OwnPartition ? null : PartitionOf(operation);
        if (!account.Has(clock.Now, 1) || !_ingress.Has(clock.Now, operation.Bytes))
        {
            RefusedByAccount++;
            return false;
        }
        if (partition is not null)
        {
            if (!partition.Limit.TryTake(clock.Now, operation.Entities))
            {
                partition.Refused++;
                return false;
            }
            partition.Entities += operation.Entities;
        }
        account.Take(1);
        _ingress.Take(operation.Bytes);
        TableOperations += operation.IsBlob ? 0 : 1;
        return true;
    }

    private SimulatedPartition PartitionOf(StorageOperation operation)
    {
        var key = (operation.Table, operation.Partition);
        if (!_partitions.TryGetValue(key, out var partition))
        {
            var limit = new TokenBucket(settings.EntitiesPerPartition, settings.EntitiesPerPartition * settings.BurstSeconds);
            _partitions[key] = partition = new SimulatedPartition(operation.Table, operation.Partition, limit);
        }
        return partition;
    }
}
