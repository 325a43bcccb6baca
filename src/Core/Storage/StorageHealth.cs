using Microsoft.Extensions.Logging;

namespace ServerlessRosa.Core.Storage;

/// <summary>
/// Whether this instance can reach tables and blobs. The endpoint is public, so storage is asked at most once in five seconds: two
/// operations.
/// </summary>
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

    // Not cancelled with one request, since others may wait for the same result.
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
            // Any failure (refused, forbidden, no identity, timeout) means unavailable; the log has the reason.
            LogUnreachable(logger, e);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Storage is not reachable.")]
    private static partial void LogUnreachable(ILogger logger, Exception e);

    private sealed record Look(DateTimeOffset At, Lazy<Task<bool>> IsReachable);
}
