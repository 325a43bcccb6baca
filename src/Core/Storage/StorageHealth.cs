using Microsoft.Extensions.Logging;

namespace ServerlessRosa.Core.Storage;

/// <summary>Whether tables and blobs answer this instance. Asked by anybody, so asked of storage once in five seconds at most: two
/// operations.</summary>
public sealed partial class StorageHealth(StorageAccount storage, TimeProvider clock, ILogger<StorageHealth> logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    private Look _last = new(DateTimeOffset.MinValue, new Lazy<Task<bool>>(Task.FromResult(false)));

    public Task<bool> IsReachableAsync()
    {
        var last = Volatile.Read(ref _last);
        var now = clock.GetUtcNow();
        if (now - last.At >= Remembered)
        {
            var next = new Look(now, new Lazy<Task<bool>>(LookAsync));
            last = Interlocked.CompareExchange(ref _last, next, last) is var found && ReferenceEquals(found, last) ? next : found;
        }
        return last.IsReachable.Value;
    }

    // Nobody's request ends it: others may be waiting for the same answer.
    private async Task<bool> LookAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await Task.WhenAll(storage.ReadTableAsync(limit.Token), storage.ReadContainerAsync(limit.Token));
            return true;
        }
        catch (Exception e)
        {
            // Whatever it is (refused, forbidden, no identity, too slow), the answer is no, and the reason is for the log.
            LogUnreachable(logger, e);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Storage is not reachable.")]
    private static partial void LogUnreachable(ILogger logger, Exception e);

    private sealed record Look(DateTimeOffset At, Lazy<Task<bool>> IsReachable);
}
